using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Fuzz.Targets;

/// <summary>NetFlow v5: one packet at a time against one state.</summary>
internal sealed class NetFlow5Target : FuzzTarget
{
    private ExporterState _state = new();

    public override string Name => "netflow5";

    public override PlantedBug Planted => new(FaultKind.Exception, "the header's count is believed");

    public override int InputsPerState => 256;

    public override long StateBoundBytes => _state.MemoryBoundBytes;

    public override byte[][] Tokens => [[0, 5], [0, 30], [0, 1], [0, 0], [0x40, 0x64], [1], [17]];

    public override bool IsSequence => true;

    public override int CapacityBytes => 12_000;

    public override void Renew() => _state = new ExporterState();

    public override void Repair(Span<byte> datagram)
    {
        if (datagram.Length < 24)
            return;
        datagram[1] = 5;
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], (ushort)((datagram.Length - 24) / 48));
    }

    public override IEnumerable<byte[]> Seeds()
    {
        var packets = Enumerable.Range(1, 4).Select(Packet).ToArray();
        yield return DatagramSequence.Join(packets);
        foreach (var packet in packets)
            yield return DatagramSequence.Join(packet);
        foreach (var group in SharedSeeds.Datagrams(5).SelectMany(ExportSeeds.InGroups))
            yield return group;
    }

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var signature = default(Signature);
        var accepted = false;
        while (DatagramSequence.TryNext(ref input, out var part))
        {
            var datagram = part.ToArray();
            var sink = new Sink { Records = [] };
            var error = Decode(datagram, ref sink);
            var expected = NaiveNetFlow5.Read(datagram) ?? [];
            FuzzFault.Same("records", sink.Records.Count, expected.Count);
            for (var i = 0; i < expected.Count; i++)
                FuzzFault.Same($"record {i}", sink.Records[i], expected[i]);
            if (expected.Count > 0)
                AllocationMeter.ExpectNone(Allocated(datagram), () => Allocated(datagram));
            accepted |= expected.Count > 0;
            signature.Add((ulong)error | (sink.Sequence << 8));
            signature.AddCount(expected.Count);
            signature.Add((ulong)sink.Source);
        }

        return new Outcome(signature.Value, accepted);
    }

    private DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, ref TSink sink)
        where TSink : struct, INetFlow5Sink, allows ref struct
    {
#if PLANTED_BUGS
        if (datagram.Length >= 24 && datagram[1] == 5)
            _ = datagram[24 + (BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) * 48) - 1];
#endif
        return NetFlow5Decoder.Decode(datagram, 0, _state, ref sink);
    }

    private long Allocated(byte[] datagram)
    {
        var sink = default(Quiet);
        var meter = AllocationMeter.Start();
        Decode(datagram, ref sink);
        return meter.Bytes;
    }

    private static byte[] Packet(int records)
    {
        var writer = new WireWriter(new byte[2048]);
        writer.Write((ushort)5);
        writer.Write((ushort)records);
        writer.Write(3_600_000u);
        writer.Write(1_700_000_000u);
        writer.Write(5_000u);
        writer.Write((uint)records * 100);
        writer.Write((ushort)0x0102);
        writer.Write((ushort)0x4064);
        for (var i = 0; i < records * 48; i++)
            writer.Write((byte)((i * 13) + records));
        return writer.Written.ToArray();
    }

    private struct Sink : INetFlow5Sink
    {
        public List<NaiveNetFlow5Record> Records;
        public ulong Sequence;
        public SamplingSource Source;

        public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
        {
            Source = header.Sampling.Source;
            for (; !records.IsEmpty; records = records[NetFlow5Record.LengthBytes..])
            {
                var one = new NetFlow5Record(records);
                Records.Add(new NaiveNetFlow5Record(
                    one.SourceAddress, one.DestinationAddress, one.InputInterface, one.OutputInterface, one.Packets, one.Bytes, one.FirstMilliseconds,
                    one.LastMilliseconds, one.SourcePort, one.DestinationPort, one.TcpFlags, one.Protocol, one.TypeOfService));
            }
        }

        public void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => Sequence = 1 + (ulong)sequenceEvent.Kind;
    }

    private struct Quiet : INetFlow5Sink
    {
        private ulong _sum;

        public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
        {
            for (; !records.IsEmpty; records = records[NetFlow5Record.LengthBytes..])
                _sum += new NetFlow5Record(records).Bytes;
        }

        public readonly void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent)
        {
        }
    }
}
