using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Configuration;

/// <summary>What Breakwater may do about an attack by itself.</summary>
internal enum ResponseMode
{
    /// <summary>No filter is looked for; people may still propose their own.</summary>
    Off,

    /// <summary>Filters with their prices are put before people.</summary>
    Propose,

    /// <summary>A filter that meets all conditions is sent; all others are proposed.</summary>
    Automatic,
}

/// <summary>Whether a destination may be given up so that its neighbours live.</summary>
internal enum BlackholeUse
{
    Never,

    /// <summary>Put before people, as the last alternative; never sent by itself.</summary>
    Propose,
}

/// <summary>What a router is, for what it enforces.</summary>
internal enum RouterFamily
{
    Generic,
    Bird,
    Frr,
    Gobgp,
    CiscoIosXr,
    JuniperMx,
    Arista,
    MikroTik,
}

/// <summary>When a filter is proposed, and when it is sent without a person. A service may have its own.</summary>
internal sealed record ResponsePolicyConfig
{
    public static readonly ResponsePolicyConfig Default = new();

    /// <summary>Default propose.</summary>
    public ResponseMode Mode { get; init; } = ResponseMode.Propose;

    /// <summary>Least confidence of the verdict for automatic; default high.</summary>
    public Confidence MinConfidence { get; init; } = Confidence.High;

    /// <summary>Most of the legitimate packets, bytes or clients that a filter may drop, upper end of the interval; percent, 0 to 100; default 1.</summary>
    public double MaxDroppedPercent { get; init; } = 1;

    /// <summary>Least of the attack that an automatic filter has to remove, lower end of the interval; percent, 0 to 100; default 50.</summary>
    public double MinCoveredPercent { get; init; } = 50;

    /// <summary>Most rules for one incident; 1 to 16; default 4.</summary>
    public int MaxRulesPerIncident { get; init; } = 4;

    /// <summary>Default propose.</summary>
    public BlackholeUse Blackhole { get; init; } = BlackholeUse.Propose;

    /// <summary>True: two people, by two tokens, for each filter; default false.</summary>
    public bool FourEyes { get; init; }

    /// <summary>After so long without effect the next alternative is put before people; 10 s to 1 h; default 1 min.</summary>
    public TimeSpan EscalateAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a filter stays after its incident is over; 0 s to 24 h; default 5 min.</summary>
    public TimeSpan HoldAfter { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>How attacks are answered.</summary>
internal sealed record ResponseConfig
{
    public static readonly ResponseConfig Default = new();

    public ResponsePolicyConfig Policy { get; init; } = ResponsePolicyConfig.Default;

    /// <summary>Our autonomous system; null: none, and no peers.</summary>
    public uint? AsNumber { get; init; }

    /// <summary>Our BGP identifier; null: none, and no peers.</summary>
    public Address? RouterId { get; init; }

    /// <summary>Routers that get announcements, by name.</summary>
    public ImmutableArray<PeerConfig> Peers { get; init; } = [];

    /// <summary>Agents of this machine that drop packets, by name.</summary>
    public ImmutableArray<HostConfig> Hosts { get; init; } = [];

    /// <summary>Destinations that filters may have; what the file leaves out are the services' addresses.</summary>
    public ImmutableArray<Prefix> Prefixes { get; init; } = [];

    /// <summary>10 s to 300 s; default 60 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most rules at a time; 1 to 1000; default 100.</summary>
    public int MaxRules { get; init; } = 100;

    /// <summary>Times at which automatic only proposes.</summary>
    public ImmutableArray<MaintenanceWindow> Maintenance { get; init; } = [];
}

/// <summary>One router that gets announcements.</summary>
internal sealed record PeerConfig
{
    public required string Name { get; init; }

    public required Address Address { get; init; }

    /// <summary>Default 179.</summary>
    public ushort Port { get; init; } = 179;

    public required uint PeerAs { get; init; }

    /// <summary>Null: the kernel's choice.</summary>
    public Address? LocalAddress { get; init; }

    /// <summary>Key of TCP MD5; null: none. Never written anywhere.</summary>
    public string? Password { get; init; }

    /// <summary>Most hops to it, for GTSM; null: not checked.</summary>
    public int? Hops { get; init; }

    /// <summary>3 s to 300 s; default 9 s.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>How long it may keep filters while Breakwater is upgraded (RFC 4724), 1 s to 300 s and at most the lease; null: not at all.</summary>
    public TimeSpan? GracefulRestart { get; init; }

    /// <summary>Default all.</summary>
    public BgpFamilies Families { get; init; } = BgpFamilies.IPv4Unicast | BgpFamilies.IPv6Unicast | BgpFamilies.IPv4FlowSpec | BgpFamilies.IPv6FlowSpec;

    /// <summary>Default generic.</summary>
    public RouterFamily Profile { get; init; } = RouterFamily.Generic;
}

/// <summary>A time that comes again each week, in UTC; one that ends before it begins goes over midnight.</summary>
/// <param name="Days">On which it begins, Sunday 0; empty: every day.</param>
/// <param name="From">Its begin.</param>
/// <param name="To">Its end, not included.</param>
internal sealed record MaintenanceWindow(ImmutableArray<DayOfWeek> Days, TimeOnly From, TimeOnly To)
{
    public bool Contains(DateTimeOffset at)
    {
        var (day, time) = (at.UtcDateTime.DayOfWeek, TimeOnly.FromTimeSpan(at.UtcDateTime.TimeOfDay));
        if (From < To)
            return IsOn(day) && time >= From && time < To;
        return (IsOn(day) && time >= From) || (IsOn((DayOfWeek)(((int)day + 6) % 7)) && time < To);
    }

    public bool Equals(MaintenanceWindow? other) => other is not null && (From, To) == (other.From, other.To) && Days.SequenceEqual(other.Days);

    public override int GetHashCode() => HashCode.Combine(From, To, Days.Length);

    private bool IsOn(DayOfWeek day) => Days.IsEmpty || Days.Contains(day);
}

/// <summary>In whose words a request is written.</summary>
internal enum RequestForm
{
    Plain,
    FlowSpec,
    Cisco,
    Juniper,
    MikroTik,
    Nftables,
}

/// <summary>Somebody upstream who can be asked for a filter.</summary>
internal sealed record UpstreamConfig
{
    public required string Name { get; init; }

    /// <summary>Address or number of those who act there, as text.</summary>
    public required string Contact { get; init; }

    /// <summary>Null: not told.</summary>
    public uint? AsNumber { get; init; }

    /// <summary>The community that makes it discard a destination, as <c>65535:666</c>; null: it has none.</summary>
    public string? BlackholeCommunity { get; init; }

    /// <summary>Default plain.</summary>
    public RequestForm Form { get; init; }
}
