using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class SequenceTests
{
    private static readonly FieldSpecifier[] Fields = [Wire.Field(1, 4)];

    private static byte[] Ipfix(uint sequence, int records, ushort id = 256, uint time = Wire.ExportTime) => Wire.Ipfix(
        (ref writer) =>
        {
            if (id == 256)
                writer.Template(256, Fields);
            writer.BeginData(id);
            for (var i = 0; i < records; i++)
            {
                writer.Integer(1, 4);
                writer.EndRecord();
            }
        },
        sequence,
        time: time);

    private static byte[] NetFlow9(uint sequence, int records, uint time = Wire.ExportTime) => Wire.NetFlow9(
        (ref writer) =>
        {
            writer.Template(256, Fields);
            writer.BeginData(256);
            for (var i = 0; i < records; i++)
            {
                writer.Integer(1, 4);
                writer.EndRecord();
            }
        },
        sequence,
        time: time);

    [Fact]
    public void Ipfix_CountsDataRecordsModulo32Bits_NoEvent() =>
        Assert.Empty(Wire.Collect(Ipfix(uint.MaxValue - 4, 3), Ipfix(uint.MaxValue - 1, 2), Ipfix(0, 5), Ipfix(5, 1)).Sequence);

    [Fact]
    public void Ipfix_GapInDataRecords_IsLoss() => Assert.Equal(
        [new SequenceEvent(SequenceKind.Loss, 3, 10, 7)], Wire.Collect(Ipfix(0, 3), Ipfix(10, 2), Ipfix(12, 1)).Sequence);

    [Fact]
    public void Ipfix_GapAfterUndecodableSet_IsAmbiguous() => Assert.Equal(
        [new SequenceEvent(SequenceKind.Ambiguous, 3, 8, 5)], Wire.Collect(Ipfix(0, 3), Ipfix(3, 5, id: 999), Ipfix(8, 1)).Sequence);

    [Fact]
    public void Ipfix_SetRecoveredInItsOwnMessage_GapIsLossAgain()
    {
        var backward = Wire.Ipfix((ref writer) =>
        {
            writer.BeginData(256);
            writer.Integer(1, 4);
            writer.EndRecord();
            writer.Template(256, Fields);
        });

        Assert.Empty(Wire.Collect(backward, Ipfix(1, 1)).Sequence);
        Assert.Equal(SequenceKind.Loss, Assert.Single(Wire.Collect(backward, Ipfix(2, 1)).Sequence).Kind);
    }

    [Fact]
    public void NetFlow9_CountsPackets()
    {
        Assert.Empty(Wire.Collect(NetFlow9(7, 5), NetFlow9(8, 9)).Sequence);
        Assert.Equal([new SequenceEvent(SequenceKind.Loss, 8, 12, 4)], Wire.Collect(NetFlow9(7, 5), NetFlow9(12, 1)).Sequence);
    }

    [Fact]
    public void OvertakenDatagram_IsLateAndMovesNothing() => Assert.Equal(
        [SequenceKind.Loss, SequenceKind.Late],
        Wire.Collect(NetFlow9(7, 1), NetFlow9(9, 1), NetFlow9(8, 1), NetFlow9(10, 1)).Sequence.Select(item => item.Kind));

    [Fact]
    public void SequenceBeginsAnew_LaterExportTime_IsResetNotLoss()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        Wire.Decode(Ipfix(500_000, 3), state, ref sink);
        Wire.Decode(Ipfix(0, 3, time: Wire.ExportTime + 60), state, ref sink);
        Wire.Decode(Ipfix(3, 3, time: Wire.ExportTime + 61), state, ref sink);

        Assert.Equal(SequenceKind.Reset, Assert.Single(sink.Sequence).Kind);
        Assert.Equal((0ul, 1ul), (state.Counters.Lost, state.Counters.Resets));
    }

    [Fact]
    public void Domains_HaveTheirOwnSequence() => Assert.Empty(Wire.Collect(
        Wire.Ipfix((ref writer) => writer.Template(256, Fields), 5, 1), Wire.Ipfix((ref writer) => writer.Template(256, Fields), 900, 2)).Sequence);
}
