using Breakwater.Tests.Ipfix;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.NetFlow;

public sealed class NetFlow5Tests
{
    private static readonly NetFlow5Fields Udp = new()
    {
        SourceAddress = 0xC0000201,
        DestinationAddress = 0xC6336401,
        NextHop = 0xC6336402,
        InputInterface = 3,
        OutputInterface = 4,
        Packets = 10,
        Bytes = 5000,
        FirstMilliseconds = 990_000,
        LastMilliseconds = 999_000,
        SourcePort = 53,
        DestinationPort = 4444,
        Protocol = 17,
        TypeOfService = 8,
        SourceAs = 64496,
        DestinationAs = 64497,
        SourceMask = 24,
        DestinationMask = 32,
    };

    private static byte[] Packet(uint sequence, ushort sampling, params NetFlow5Fields[] records)
    {
        var header = new NetFlow5Header
        {
            SysUptimeMilliseconds = 1_000_000,
            UnixSeconds = Ipfix.Wire.ExportTime,
            UnixNanoseconds = 500_000_000,
            FlowSequence = sequence,
            EngineType = 1,
            EngineId = 2,
            SamplingField = sampling,
        };
        var writer = new NetFlow5Writer(new byte[2000], header);
        foreach (var record in records)
            writer.Record(record);
        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
    }

    [Fact]
    public void OneRecord_EveryMember()
    {
        var flow = Assert.Single(Ipfix.Wire.Flows(Packet(0, 0, Udp)));

        Assert.Equal(("192.0.2.1", "198.51.100.1"), (flow.Source.ToString(), flow.Destination.ToString()));
        Assert.Equal((5000ul, 10ul, 3u, 4u), (flow.Bytes, flow.Packets, flow.InputInterface, flow.OutputInterface));
        Assert.Equal((53, 4444, 17, 8), (flow.SourcePort, flow.DestinationPort, flow.Protocol, flow.TypeOfService));
        Assert.Equal(Ipfix.Wire.ExportNanoseconds + 500_000_000 - 10_000_000_000, flow.StartNanoseconds);
        Assert.Equal(Ipfix.Wire.ExportNanoseconds + 500_000_000 - 1_000_000_000, flow.EndNanoseconds);
        Assert.Equal((0u, SamplingSource.Unknown), (flow.SamplingRate, flow.SamplingSource));
    }

    [Theory]
    [InlineData(0x4064, 100u, SamplingSource.Header)] // mode 1, interval 100
    [InlineData(0x0064, 100u, SamplingSource.Header)]
    [InlineData(0x4000, 0u, SamplingSource.Unknown)]
    [InlineData(0x0001, 1u, SamplingSource.Header)]
    public void SamplingField_TwoBitsOfModeAnd14OfInterval(int field, uint rate, SamplingSource source)
    {
        var flow = Assert.Single(Ipfix.Wire.Flows(Packet(0, (ushort)field, Udp)));

        Assert.Equal((rate, source), (flow.SamplingRate, flow.SamplingSource));
    }

    [Fact]
    public void Icmp_TypeAndCodeInTheDestinationPort()
    {
        var flow = Assert.Single(Ipfix.Wire.Flows(Packet(0, 0, Udp with { Protocol = 1, SourcePort = 0, DestinationPort = 0x0303 })));

        Assert.Equal(0x0303, flow.IcmpTypeCode);
        Assert.False(flow.Knows(FlowFields.DestinationPort) || flow.Knows(FlowFields.SourcePort));
    }

    [Fact]
    public void Sequence_CountsFlows()
    {
        Assert.Empty(Ipfix.Wire.Collect(Packet(10, 0, Udp, Udp), Packet(12, 0, Udp)).Sequence);
        Assert.Equal(
            [new SequenceEvent(SequenceKind.Loss, 12, 20, 8)], Ipfix.Wire.Collect(Packet(10, 0, Udp, Udp), Packet(20, 0, Udp)).Sequence);
    }

    [Fact]
    public void CutAtEveryLength_WholeRecordsBeforeTheCut()
    {
        var packet = Packet(0, 0, Udp, Udp with { Bytes = 1 }, Udp with { Bytes = 2 });
        for (var length = 0; length < packet.Length; length++)
        {
            var sink = new SetCollector();
            Assert.Equal(DecodeError.Truncated, NetFlow5Decoder.Decode(packet.AsSpan(0, length), 0, new ExporterState(), ref sink));
            Assert.Equal(Math.Max(0, (length - 24) / 48), sink.Records.Count);
        }
    }

    [Fact]
    public void OctetsBehindTheLastRecord_AreTold()
    {
        var sink = new SetCollector();
        byte[] packet = [.. Packet(0, 0, Udp), 1];

        Assert.Equal(DecodeError.BadLength, NetFlow5Decoder.Decode(packet, 0, new ExporterState(), ref sink));
        Assert.Single(sink.Records);
    }

    [Fact]
    public void AnyFields_EncodedAndDecoded_AreTheSame() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var octets = new byte[48];
        random.NextBytes(octets);
        var view = new NetFlow5Record(octets);
        var fields = new NetFlow5Fields
        {
            SourceAddress = view.SourceAddress,
            DestinationAddress = view.DestinationAddress,
            NextHop = view.NextHop,
            InputInterface = view.InputInterface,
            OutputInterface = view.OutputInterface,
            Packets = view.Packets,
            Bytes = view.Bytes,
            FirstMilliseconds = view.FirstMilliseconds,
            LastMilliseconds = view.LastMilliseconds,
            SourcePort = view.SourcePort,
            DestinationPort = view.DestinationPort,
            TcpFlags = view.TcpFlags,
            Protocol = view.Protocol,
            TypeOfService = view.TypeOfService,
            SourceAs = view.SourceAs,
            DestinationAs = view.DestinationAs,
            SourceMask = view.SourceMask,
            DestinationMask = view.DestinationMask,
        };
        octets[36] = octets[46] = octets[47] = 0; // padding

        Assert.Equal(Convert.ToHexStringLower(octets), Assert.Single(Ipfix.Wire.Collect(Packet(0, 0, fields)).Records));
    }).QuickCheckThrowOnFailure();
}
