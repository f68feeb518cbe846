using System.Runtime.InteropServices;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>One packet as a flow record.</summary>
public sealed class PacketFlowTests
{
    private const FlowFields Ports = FlowFields.SourcePort | FlowFields.DestinationPort;

    private static readonly TheoryDataRow<ApplicationSign, bool, ushort, ushort, byte[], int>[] _payloads =
        [.. ApplicationPeekTests.Signs().Cast<TheoryDataRow<ApplicationSign, bool, ushort, ushort, byte[], int>>()];

    private static readonly byte[] UdpFrame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
    {
        writer.Vlan(42);
        writer.Ip(FrameBuilder.V4 with { TypeOfService = 8, TimeToLive = 3 });
        writer.Udp(53, 4444);
        writer.Filler(100);
    });

    [Fact]
    public void UdpFrame_Read_GivesEveryField()
    {
        var flow = FrameBuilder.Flow(UdpFrame, UdpFrame.Length, DecodeError.None);
        Assert.Equal(FrameBuilder.SourceV4, flow.Source);
        Assert.Equal(FrameBuilder.DestinationV4, flow.Destination);
        Assert.Equal((53, 4444), (flow.SourcePort, flow.DestinationPort));
        Assert.Equal((146ul, 1ul, 128), (flow.Bytes, flow.Packets, flow.IpLength));
        Assert.Equal((17, 8, 3, 42), (flow.Protocol, flow.TypeOfService, flow.TimeToLive, flow.VlanId));
        Assert.True(flow.Knows(Ports | FlowFields.VlanId | FlowFields.IpLength | FlowFields.Bytes | FlowFields.Packets | FlowFields.Fragment));
        Assert.False(flow.Knows(FlowFields.TcpFlags));
    }

    [Fact]
    public void SnappedFrame_Read_CountsTheOriginalLength()
    {
        var flow = FrameBuilder.Flow(UdpFrame, 50, DecodeError.None);
        Assert.Equal((ulong)UdpFrame.Length, flow.Bytes);
        Assert.True(flow.Knows(Ports));
    }

    [Fact]
    public void CutTransport_Read_LeavesPortsUnknown()
    {
        var flow = FrameBuilder.Flow(UdpFrame, 14 + 4 + 20 + 1, DecodeError.Truncated);
        Assert.Equal(FlowFields.None, flow.Known & Ports);
        Assert.True(flow.Knows(FlowFields.Source | FlowFields.Protocol));
        Assert.Equal(FlowFields.SourcePort, FrameBuilder.Flow(UdpFrame, 14 + 4 + 20 + 3, DecodeError.Truncated).Known & Ports);
    }

    [Fact]
    public void CutIpHeader_Read_HasNoAddresses()
    {
        var flow = FrameBuilder.Flow(UdpFrame, 14 + 4 + 19, DecodeError.Truncated);
        Assert.Equal(FlowFields.None, flow.Known & (FlowFields.Source | FlowFields.Destination | FlowFields.Protocol));
        Assert.True(flow.Knows(FlowFields.Bytes | FlowFields.VlanId));
    }

    [Fact]
    public void LaterFragment_Read_HasNoPorts()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4 with { FragmentOffset = 185, MoreFragments = true, Protocol = 17 });
            writer.Filler(64, 0xFF);
        });
        var flow = FrameBuilder.Flow(frame, frame.Length, DecodeError.None);
        Assert.True(flow.IsLaterFragment && flow.MoreFragments);
        Assert.Equal((185, 17), (flow.FragmentOffset, flow.Protocol));
        Assert.Equal(FlowFields.None, flow.Known & Ports);
    }

    [Theory]
    [InlineData(0, DecodeError.None, true)] // segmentation offload
    [InlineData(5000, DecodeError.None, true)] // beyond the frame: snapped
    [InlineData(27, DecodeError.Truncated, true)] // the packet ends within the UDP header, behind its ports
    [InlineData(21, DecodeError.Truncated, false)] // … and in front of them
    [InlineData(19, DecodeError.BadLength, false)] // shorter than its own header
    public void StatedTotalLength_Read_IsHandled(ushort stated, DecodeError expected, bool knowsPorts)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4 with { StatedLength = stated });
            writer.Udp(1, 2);
            writer.Filler(30);
        });
        var flow = FrameBuilder.Flow(frame, frame.Length, expected);
        Assert.Equal(knowsPorts, flow.Knows(Ports));
        Assert.Equal(stated == 0 ? 58 : stated, flow.IpLength);
    }

    [Fact]
    public void OffloadedFrameAbove64KiB_Read_HasNoIpLength()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V6 with { StatedLength = 0 });
            writer.Udp(1, 2);
        });
        FlowRecord flow = default;
        Assert.Equal(DecodeError.None, PacketFlow.Read(frame, 70_000, LinkType.Ethernet, ref flow));
        Assert.False(flow.Knows(FlowFields.IpLength));
        Assert.Equal(70_000ul, flow.Bytes);
    }

    [Fact]
    public void TunnelledPacket_Read_GivesTheOuterHeader()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V6);
            writer.Gre(key: 1);
            writer.Ip(FrameBuilder.V4);
            writer.Udp(1, 2);
        });
        var flow = FrameBuilder.Flow(frame, frame.Length, DecodeError.None);
        Assert.Equal((FrameBuilder.SourceV6, 47), (flow.Source, flow.Protocol));
        Assert.Equal(FlowFields.None, flow.Known & Ports);
    }

    [Fact]
    public void FrameWithoutIp_Read_HasNoSource()
    {
        var arp = FrameBuilder.Build((ref PacketWriter writer) =>
        {
            writer.Ethernet(1, 2, 0x0806);
            writer.Filler(46);
        });
        Assert.Equal(FlowFields.Bytes | FlowFields.Packets, FrameBuilder.Flow(arp, arp.Length, DecodeError.None).Known);
        Assert.Equal(FlowFields.Bytes | FlowFields.Packets, FrameBuilder.Flow(arp, arp.Length, DecodeError.Unsupported, (LinkType)147).Known);
    }

    [Fact]
    public void OldRecord_Read_IsReset()
    {
        FlowRecord flow = new() { TcpFlags = 2, SamplingRate = 7, InputInterface = 3, VlanId = 9, IcmpTypeCode = 1, Known = (FlowFields)uint.MaxValue };
        Assert.Equal(DecodeError.None, PacketFlow.Read(UdpFrame, UdpFrame.Length, LinkType.Ethernet, ref flow));
        Assert.Equal((0, 0u, 0u, 42, 0), (flow.TcpFlags, flow.SamplingRate, flow.InputInterface, flow.VlanId, flow.IcmpTypeCode));
    }

    /// <summary>The straight path for usual packets gives what the general one gives, byte for byte, also for changed and cut frames.</summary>
    [Fact]
    public void UsualPath_AgainstTheGeneralOne_GivesTheSameRecord()
    {
        var usual = 0;
        var (icmp, fragments) = (0, 0);
        var seen = new HashSet<ApplicationSign>();
        for (var seed = 0; seed < 20_000; seed++)
        {
            var frame = UsualFrame(new Random(seed));
            FlowRecord general = new() { Bytes = 1500, Packets = 1 };
            var fast = general;
            if (!PacketFlow.TryReadUsual(frame, ref fast))
            {
                Assert.Equal(Octets(general), Octets(fast));
                continue;
            }

            usual++;
            icmp += fast.Knows(FlowFields.IcmpTypeCode) ? 1 : 0;
            fragments += fast.IsLaterFragment ? 1 : 0;
            seen.Add(fast.Application);
            Assert.Equal(DecodeError.None, PacketFlow.ReadAny(frame, 1500, LinkType.Ethernet, ref general));
            Assert.Equal(Octets(general), Octets(fast));
        }

        Assert.InRange(usual, 5_000, 19_000);
        Assert.InRange(icmp, 1_000, 3_000);
        Assert.InRange(fragments, 500, 2_000);
        Assert.Superset(Enum.GetValues<ApplicationSign>().ToHashSet(), seen);
    }

    [Fact]
    public void ManyFrames_Read_AllocateNothing()
    {
        FlowRecord flow = default;
        var tunnelled = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V6);
            writer.Gre();
        });
        var allocated = AllocatedBytes.Least(() =>
        {
            for (var count = 0; count < 10_000; count++)
            {
                PacketFlow.Read(UdpFrame, UdpFrame.Length, LinkType.Ethernet, ref flow);
                PacketFlow.Read(tunnelled, tunnelled.Length, LinkType.Ethernet, ref flow);
            }
        });
        Assert.Equal(0, allocated);
    }

    private static byte[] UsualFrame(Random random)
    {
        var isV4 = random.Next(2) == 0;
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            if (random.Next(3) == 0)
                writer.Vlan((ushort)random.Next(4096));
            writer.Ip(new IpHeader(FrameModel.RandomAddress(random, isV4), FrameModel.RandomAddress(random, isV4))
            {
                TypeOfService = (byte)random.Next(256),
                DontFragment = isV4 && random.Next(2) == 0,
                FragmentOffset = (ushort)(isV4 && random.Next(8) == 0 ? random.Next(8192) : 0),
                MoreFragments = isV4 && random.Next(8) == 0,
            });
            if (random.Next(8) == 0)
            {
                writer.Icmp((byte)random.Next(256), (byte)random.Next(256));
                writer.Filler(random.Next(20));
                return;
            }

            var (_, isTcp, source, destination, payload, _) = random.Next(2) == 0
                ? _payloads[random.Next(_payloads.Length)].Data
                : (default, random.Next(2) == 0, (ushort)random.Next(65536), (ushort)random.Next(65536), [], 0);
            if (!isTcp)
                writer.Udp(source, destination);
            else
                writer.Tcp(new TcpHeader((ushort)random.Next(65536), 80) { Flags = (ushort)random.Next(4096), Options = new byte[random.Next(3) * 4] });
            writer.Payload(payload);
            writer.Filler(random.Next(20));
        });
        for (var changes = random.Next(3); changes > 0; changes--)
            frame[12 + random.Next(frame.Length - 12)] = (byte)random.Next(256);
        return random.Next(3) == 0 ? frame[..random.Next(frame.Length + 1)] : frame;
    }

    private static byte[] Octets(in FlowRecord flow) => MemoryMarshal.AsBytes(new ReadOnlySpan<FlowRecord>(in flow)).ToArray();
}
