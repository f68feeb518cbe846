using System.Collections.Immutable;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Price;

/// <summary>What a match asks about besides the destination: the components of RFC 8955 §4.2.2.</summary>
[Flags]
internal enum FilterComponents
{
    None = 0,
    Source = 1,
    Protocol = 2,
    Ports = 4,
    IcmpType = 8,
    IcmpCode = 16,
    TcpFlags = 32,
    PacketLength = 64,
    Fragment = 128,

    All = 255,
}

/// <summary>What a router does with what matches.</summary>
[Flags]
internal enum FilterActions
{
    None = 0,
    Discard = 1,
    RateLimit = 2,
    Mark = 4,
    Blackhole = 8,

    All = 15,
}

/// <summary>What a family of routers enforces of the filters that Breakwater announces. A plan uses nothing that its profile lacks.</summary>
internal sealed record RouterProfile
{
    /// <summary>As in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Components that it enforces; <see cref="FilterComponents.None"/>: it takes no FlowSpec.</summary>
    public required FilterComponents Components { get; init; }

    public required FilterActions Actions { get; init; }

    /// <summary>Rules that one incident may take there, so that what is set by others still fits.</summary>
    public required int MaxRules { get; init; }

    /// <summary>Ranges of ports or lengths in one rule: hardware spreads them over entries of its table.</summary>
    public required int MaxRanges { get; init; }

    /// <summary>True for what routes and never drops by itself: it hands rules on to routers.</summary>
    public bool IsControlPlane { get; init; }

    /// <summary>Where it is taken from, and what was not tried.</summary>
    public required string Source { get; init; }

    /// <summary>True when routers of the family enforce all of a match.</summary>
    public bool Supports(FilterMatch match) => (ComponentsOf(match) & ~Components) == 0
        && match.SourcePorts.Length <= MaxRanges && match.DestinationPorts.Length <= MaxRanges && match.PacketLengths.Length <= MaxRanges;

    public static FilterComponents ComponentsOf(FilterMatch match) =>
        (match.Source is null ? 0 : FilterComponents.Source)
        | (match.Protocol is null ? 0 : FilterComponents.Protocol)
        | (match.SourcePorts.IsEmpty && match.DestinationPorts.IsEmpty ? 0 : FilterComponents.Ports)
        | (match.IcmpType is null ? 0 : FilterComponents.IcmpType)
        | (match.IcmpCode is null ? 0 : FilterComponents.IcmpCode)
        | (match.TcpFlags is null ? 0 : FilterComponents.TcpFlags)
        | (match.PacketLengths.IsEmpty ? 0 : FilterComponents.PacketLength)
        | (match.Fragments == FragmentMatch.Any ? 0 : FilterComponents.Fragment);
}

/// <summary>
/// The families, from their vendors' documents; docs/reference/router-profiles.md has the table with what was tried. Limits of rules are
/// careful parts of what the documents name, not the hardware's own.
/// </summary>
internal static class RouterProfiles
{
    private const FilterComponents WithoutLengths = FilterComponents.All & ~FilterComponents.PacketLength;

    /// <summary>All of RFC 8955 and 8956: what a plan takes when the router is not known.</summary>
    public static RouterProfile Generic { get; } = new()
    {
        Name = "generic",
        Components = FilterComponents.All,
        Actions = FilterActions.All,
        MaxRules = SynthesisLimits.MaxRules,
        MaxRanges = RuleText.MaxRanges,
        Source = "RFC 8955, RFC 8956, RFC 7999",
    };

    /// <summary>Linux with nftables, by the agent.</summary>
    public static RouterProfile Host { get; } = Generic with { Name = "nftables", Actions = FilterActions.Discard | FilterActions.RateLimit, Source = "nft(8)" };

    public static ImmutableArray<RouterProfile> All { get; } =
    [
        Generic,
        Software("bird", "BIRD 2 User's Guide, \"Flowspec\" (§2.8, flow4 and flow6 tables): keeps and hands on, enforces nothing"),
        Software("frr", "FRRouting User Guide, \"BGP: Flowspec\" and \"PBR\": some rules become iptables entries through zebra, which was not tried"),
        Software("gobgp", "GoBGP documentation, \"Flowspec\" (flowspec.md): keeps and hands on, enforces nothing"),
        new()
        {
            Name = "cisco-ios-xr",
            Components = FilterComponents.All,
            Actions = FilterActions.All,
            MaxRules = 8,
            MaxRanges = 5,
            Source = "Cisco, \"Implementing BGP Flowspec\", BGP Configuration Guide for Cisco ASR 9000 and NCS 5500 Routers: not tried on a device",
        },
        new()
        {
            Name = "juniper-mx",
            Components = FilterComponents.All,
            Actions = FilterActions.All,
            MaxRules = SynthesisLimits.MaxRules,
            MaxRanges = RuleText.MaxRanges,
            Source = "Juniper, \"Understanding BGP Flow Routes for Traffic Filtering\", Junos OS BGP User Guide: not tried on a device",
        },
        new()
        {
            Name = "arista",
            Components = WithoutLengths,
            Actions = FilterActions.Discard | FilterActions.RateLimit | FilterActions.Blackhole,
            MaxRules = 8,
            MaxRanges = 5,
            Source = "Arista, \"BGP Flowspec\", EOS User Manual and TOI; packet lengths are left out because not all platforms match them: not tried on a device",
        },
        new()
        {
            Name = "mikrotik",
            Components = FilterComponents.None,
            Actions = FilterActions.Blackhole,
            MaxRules = 1,
            MaxRanges = 0,
            Source = "MikroTik, RouterOS documentation, \"BGP\": no FlowSpec, blackhole routes by community: not tried on a device",
        },
    ];

    /// <summary>The profile of a name; null for none.</summary>
    public static RouterProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    private static RouterProfile Software(string name, string source) => Generic with { Name = name, IsControlPlane = true, Source = source };
}
