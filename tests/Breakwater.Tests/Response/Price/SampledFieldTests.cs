using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Price;

/// <summary>What filters match on is in the standing samples as it was in the records.</summary>
public sealed class SampledFieldTests
{
    private static readonly Address _from = Address.Parse("198.51.100.7"), _to = Address.Parse("203.0.113.10");

    [Fact]
    public void Packet_OfTcp_HasFlagsAndItsLengthWithoutTheFrame()
    {
        // A bare ACK is 40 bytes long and stands in a frame of 60.
        var record = Sampled(Flow(6, 60, flow => flow with { IpLength = 40, TcpFlags = 0x110, SourcePort = 50_000, DestinationPort = 443, Known = flow.Known | FlowFields.IpLength | FlowFields.TcpFlags | Ports }));
        Assert.Equal((40, 16, SampledFields.Ports | SampledFields.TcpFlags), (record.PacketLength, record.TcpFlags, record.Known));
        Assert.Equal((60UL, Direction.Inbound, FragmentPlace.Whole), (record.Bytes, record.Direction, record.Fragment));
    }

    [Fact]
    public void FlowRecord_OfOnePacket_HasItsBytesAsLength_OfSeveralNone()
    {
        Assert.Equal(468, Sampled(Flow(17, 468, static flow => flow)).PacketLength);
        Assert.Equal(0, Sampled(Flow(17, 936, static flow => flow with { Packets = 2 })).PacketLength);
        Assert.Equal(0, Sampled(Flow(17, 0, static flow => flow with { Known = flow.Known & ~FlowFields.Bytes })).PacketLength);
        Assert.Equal(0, Sampled(Flow(17, 70_000, static flow => flow)).PacketLength);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(58)]
    public void Packet_OfIcmp_HasTypeAndCode(byte protocol)
    {
        var record = Sampled(Flow(protocol, 84, static flow => flow with { IcmpTypeCode = 0x0301, Known = flow.Known | FlowFields.IcmpTypeCode }));
        Assert.Equal((3, 1, SampledFields.Icmp), (record.IcmpType, record.IcmpCode, record.Known));
        Assert.Equal(SampledFields.None, Sampled(Flow(protocol, 84, static flow => flow)).Known);
    }

    [Fact]
    public void Fragments_AreToldFromWholePackets()
    {
        var first = Sampled(Flow(17, 1_500, flow => flow with { MoreFragments = true, SourcePort = 53, IpLength = 1_500, Known = flow.Known | FlowFields.Fragment | FlowFields.IpLength | Ports }));
        Assert.Equal((FragmentPlace.First, SampledFields.Ports), (first.Fragment, first.Known));
        var later = Sampled(Flow(17, 900, flow => flow with { FragmentOffset = 185, IpLength = 900, Known = flow.Known | FlowFields.Fragment | FlowFields.IpLength }));
        Assert.Equal((FragmentPlace.Later, SampledFields.None, 900), (later.Fragment, later.Known, later.PacketLength));
    }

    /// <summary>Direction, flags and their being known share a byte.</summary>
    [Fact]
    public void Entry_EachOfTheSharedByte_LeavesTheOthers()
    {
        var entry = new TickEntry { Direction = Direction.Outbound, TcpFlags = 63 };
        Assert.Equal((Direction.Outbound, (byte)63), (entry.Direction, entry.TcpFlags));
        entry.Direction = Direction.Inbound;
        Assert.Equal((byte)63, entry.TcpFlags);
        entry.TcpFlags = null;
        entry.Direction = Direction.Outbound;
        Assert.Null(entry.TcpFlags);
        Assert.Equal(Direction.Outbound, entry.Direction);
    }

    /// <summary>An entry that stands for others is still of one packet.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void Entry_AtALevel_KeepsItsLength(uint rate)
    {
        var entry = new TickEntry { Packets = 1, Bytes = 482, LinkBytes = 14, SamplingRate = rate };
        Assert.Equal(468, entry.PacketLength);
        Assert.Equal(468, entry.AtLevel(3).AtLevel(2).PacketLength);
        Assert.Equal(0, (entry with { Packets = 2 }).AtLevel(3).PacketLength);
    }

    private const FlowFields Ports = FlowFields.SourcePort | FlowFields.DestinationPort;

    private static FlowRecord Flow(byte protocol, ulong bytes, Func<FlowRecord, FlowRecord> change) => change(new FlowRecord
    {
        Source = _from,
        Destination = _to,
        Protocol = protocol,
        Bytes = bytes,
        Packets = 1,
        SamplingRate = 1,
        StartNanoseconds = Traffic.Start,
        EndNanoseconds = Traffic.Start,
        ReceivedNanoseconds = Traffic.Start,
        Known = FlowFields.Source | FlowFields.Destination | FlowFields.Protocol | FlowFields.Bytes | FlowFields.Packets | FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt,
    });

    private static SampledRecord Sampled(FlowRecord flow)
    {
        var detector = new Detector(new DetectorOptions { Protect = [Traffic.Prefix("203.0.113.0/24")] });
        detector.Tick(Traffic.Start);
        detector.Count(in flow);
        detector.Tick(Traffic.Start + 1_000_000_000);
        var records = new List<StandingRecord>();
        detector.CopySamples(-1, Traffic.Start, Traffic.Start + 1_000_000_000, 10, records);
        return Assert.Single(records).Record;
    }
}
