using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Targets;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz;

/// <summary>Every decoder under test, in one list: a new decoder is one line here.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new PacketTarget(LinkType.Ethernet),
        new PacketTarget(LinkType.Raw),
        new PacketTarget(LinkType.LinuxSll),
        new PacketTarget(LinkType.LinuxSll2),
        new PacketTarget(LinkType.Null),
        new PacketTarget(LinkType.Loop),
        new PacketTarget(LinkType.Ppp),
        new PacketTarget(LinkType.PppHdlc),
        new PacketTarget(LinkType.PppoeSession),
        new PacketTarget(LinkType.CiscoHdlc),
        new PacketTarget(LinkType.FrameRelay),
        new PacketTarget(LinkType.Mpls),
        new PacketFlowTarget(),
        new PcapTarget(),
        new PcapngTarget(),
    ];
}
