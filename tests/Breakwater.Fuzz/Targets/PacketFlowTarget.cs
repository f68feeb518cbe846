using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Planted;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Targets;

/// <summary>A packet as a flow record. The first octet of an input picks the link type.</summary>
internal sealed class PacketFlowTarget : FuzzTarget
{
    private static readonly LinkType[] _links =
    [
        LinkType.Ethernet, LinkType.Raw, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.Null, LinkType.Loop, LinkType.Ppp, LinkType.PppHdlc,
        LinkType.PppoeSession, LinkType.CiscoHdlc, LinkType.FrameRelay, LinkType.Mpls, LinkType.IPv4, LinkType.IPv6, (LinkType)147,
    ];

    public override string Name => "packet-flow";

    public override PlantedBug Planted => new(FaultKind.Disagreement, "the first two octets of IPv4 options are taken for the source port");

    public override int CapacityBytes => 512;

    public override byte[][] Tokens => PacketTokens.WithApplications;

    public override IEnumerable<byte[]> Seeds()
    {
        for (var index = 0; index < _links.Length; index++)
        {
            foreach (var frame in PacketSeeds.For(_links[index]).Concat(SharedSeeds.Frames((uint)_links[index], CapacityBytes - 1)))
                yield return [(byte)index, .. frame];
        }

        foreach (var frame in ApplicationSeeds.All())
            yield return [0, .. frame];
    }

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return default;
        var link = _links[input[0] % _links.Length];
        var frame = input[1..];
        var flow = new FlowRecord { Known = (FlowFields)uint.MaxValue, SourcePort = 0xDEAD };
        var meter = AllocationMeter.Start();
        var error = PlantedPacketFlow.Read(frame, frame.Length + 4, link, ref flow);
        var bytes = meter.Bytes;
        if (bytes != 0)
        {
            var again = frame.ToArray();
            AllocationMeter.ExpectNone(bytes, () => Allocated(again, link));
        }

        FuzzFault.Same("bytes", flow.Bytes, (ulong)frame.Length + 4);
        var octets = frame.ToArray();
        var oracle = NaivePacket.Read(octets, (int)link);
        Check(flow, oracle);
        if (oracle is { IsOdd: false })
            ApplicationAgreement.Check(flow, octets, link, oracle);
        var signature = default(Signature);
        signature.Add((ulong)error | ((ulong)link << 8));
        signature.Add((ulong)flow.Known);
        signature.Add(flow.Protocol | ((ulong)flow.Extensions << 8) | ((ulong)flow.Application << 16));
        signature.Add((flow.ApplicationResource == 0 ? 0UL : 1) | (flow.ApplicationVariant == 0 ? 0UL : 2));
        return new Outcome(signature.Value, flow.Knows(FlowFields.Source));
    }

    private static long Allocated(byte[] frame, LinkType link)
    {
        var flow = default(FlowRecord);
        var meter = AllocationMeter.Start();
        PlantedPacketFlow.Read(frame, frame.Length, link, ref flow);
        return meter.Bytes;
    }

    private static void Check(in FlowRecord flow, NaivePacket? oracle)
    {
        if (oracle is null || oracle.IsLinkOdd)
            return;
        FuzzFault.Holds(flow.Knows(FlowFields.Source | FlowFields.Destination), $"the second reader sees IPv{oracle.Version}, the decoder no addresses");
        FuzzFault.Same("source", flow.Source, PacketAgreement.ToAddress(oracle.Source));
        FuzzFault.Same("destination", flow.Destination, PacketAgreement.ToAddress(oracle.Destination));
        FuzzFault.Same("packets", flow.Packets, 1UL);
        PacketAgreement.Same("type of service", flow.Knows(FlowFields.TypeOfService), flow.TypeOfService, oracle.TypeOfService, true);
        PacketAgreement.Same("time to live", flow.Knows(FlowFields.TimeToLive), flow.TimeToLive, oracle.TimeToLive, true);
        if (oracle.IsOdd)
            return;
        if (oracle.TotalLength is > 0 and <= 65535)
            PacketAgreement.Same("IP length", flow.Knows(FlowFields.IpLength), flow.IpLength, oracle.TotalLength, true);
        PacketAgreement.Same("protocol", flow.Knows(FlowFields.Protocol), flow.Protocol, oracle.Protocol, true);
        var hasPorts = oracle.Protocol is 6 or 17 or 132;
        PacketAgreement.Same("source port", flow.Knows(FlowFields.SourcePort), flow.SourcePort, oracle.SourcePort, hasPorts);
        PacketAgreement.Same("destination port", flow.Knows(FlowFields.DestinationPort), flow.DestinationPort, oracle.DestinationPort, hasPorts);
        PacketAgreement.Same("TCP flags", flow.Knows(FlowFields.TcpFlags), flow.TcpFlags & 0x1FF, oracle.TcpFlags, true);
        PacketAgreement.Same("ICMP", flow.Knows(FlowFields.IcmpTypeCode), flow.IcmpTypeCode, oracle.IcmpTypeCode, oracle.Protocol is 1 or 58);
        PacketAgreement.Same("fragment", flow.Knows(FlowFields.Fragment), flow.FragmentOffset, oracle.FragmentOffset, true);
        PacketAgreement.Same("VLAN", flow.Knows(FlowFields.VlanId), flow.VlanId, oracle.VlanId, true);
        if (oracle.ExtensionHeaders.Count > 0)
            FuzzFault.Same("extension headers", flow.Extensions, PacketAgreement.ToFlags(oracle.ExtensionHeaders));
    }
}
