using System.Collections.Immutable;

namespace Breakwater.Detection.Rules;

/// <summary>Looks at one target and adds what it finds.</summary>
internal delegate void RuleEvaluation(in RuleContext context, List<Finding> findings);

/// <summary>One detector: its name for <c>detection.off</c>, and what it does.</summary>
internal sealed record Rule(string Name, RuleEvaluation Evaluate);

/// <summary>The names of all detectors, for configuration and documentation.</summary>
public static class DetectorNames
{
    /// <summary>Detectors that are no rule of their own: hosts taken together, and traffic that goes on and off.</summary>
    public const string Carpet = "carpet", Pulse = "pulse", Outbound = "outbound";

    /// <summary>The order matters: later rules look at what earlier ones found.</summary>
    internal static readonly ImmutableArray<Rule> Inbound =
    [
        new("amplification", AmplificationRule.Evaluate),
        new("unasked-replies", UnaskedRepliesRule.Evaluate),
        new("fixed-port", UnlistedReflectionRule.Evaluate),
        new("syn", SynFloodRule.Evaluate),
        new("syn-ack", SynAckRule.Evaluate),
        new("stray-segments", StraySegmentRule.Evaluate),
        new("connections", ConnectionFloodRule.Evaluate),
        new("http", HttpFloodRule.Evaluate),
        new("dns-queries", DnsQueryRule.Evaluate),
        new("dhcp", DhcpRule.Evaluate),
        new("fragments", FragmentFloodRule.Evaluate),
        new("udp", UdpFloodRule.Evaluate),
        new("icmp", IcmpFloodRule.Evaluate),
        new("protocols", ProtocolFloodRule.Evaluate),
        new("extension-headers", ExtensionHeaderRule.Evaluate),
        new("volume", VolumeRule.Evaluate),
    ];

    internal static readonly ImmutableArray<Rule> OutboundRules = [new(Outbound, OutboundFloodRule.Evaluate)];

    /// <summary>Every name that <c>detection.off</c> knows.</summary>
    public static ImmutableArray<string> All { get; } = [.. Inbound.Select(static rule => rule.Name), Carpet, Pulse, Outbound];
}
