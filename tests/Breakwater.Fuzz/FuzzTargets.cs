using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Targets;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz;

/// <summary>Every decoder under test, in one list: a new decoder is one line here.</summary>
internal static class FuzzTargets
{
    // Limits that a few datagrams reach, so that eviction, refusal and giving up are the rule.
    private static readonly ExporterLimits _tight = new()
    {
        MaxDomains = 2,
        MaxTemplates = 3,
        MaxFieldsPerTemplate = 24,
        MaxTemplateFields = 40,
        MaxSamplers = 2,
        MaxWaitingSets = 3,
        MaxWaitingBytes = 2048,
        MaxWaitingSeconds = 20,
        RestartHoldSeconds = 5,
        TemplateLifetimeSeconds = 60,
        ConfiguredSamplingRate = 7,
    };

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
        new SflowTarget(),
        new SflowFlowTarget(),
        new SflowStructureTarget(),
        new NetFlow5Target(),
        new NetFlow9Target("netflow9", ExporterLimits.Default),
        new NetFlow9Target("netflow9-tight", _tight),
        new IpfixTarget("ipfix", ExporterLimits.Default),
        new IpfixTarget("ipfix-session", _tight with { IsReliableTransport = true }),
        new IpfixMessagesTarget(),
        new StateImportTarget(),
        new MmdbTarget(),
        new LogLinesTarget(),
        new LogFormatTarget(),
        new SyslogFramingTarget(),
        new BgpTarget(),
    ];
}
