using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>What share of legitimate traffic is dropped, 0 to 1, each with an interval of 95 % (rule 8); null where unknown. The samples are clients.</summary>
internal sealed record FilterPrice(Estimate Packets, Estimate Bytes, Estimate Clients)
{
    /// <summary>Fewest clients that a price is made from; below it is unknown.</summary>
    public const int FewestClients = 30;

    /// <summary>Everything is dropped.</summary>
    public static readonly FilterPrice Everything = new(new(1, 1, 1, 0), new(1, 1, 1, 0), new(1, 1, 1, 0));

    /// <summary>Upper bound of the clients, by their traffic, that lose half of it or more: what is left to say where <see cref="Clients"/> is unknown.</summary>
    public double LostClients => LostAtMost(Packets.High ?? 1);

    /// <summary>
    /// The highest upper bound of the three; 1 while one is unknown: what nobody measured may be everything. Where too little of each client is sampled to tell which of them
    /// lose anything, <see cref="LostClients"/> stands for them.
    /// </summary>
    public double WorstCase => Math.Max(Packets.High ?? 1, Math.Max(Bytes.High ?? 1, Clients.High ?? LostClients));

    /// <summary>Who loses half of what he sends: twice the share of packets at most (Markov).</summary>
    public static double LostAtMost(double packets) => Math.Min(1, 2 * packets);

    public static FilterPrice Unknown(long clients) => new(new(null, null, null, clients), new(null, null, null, clients), new(null, null, null, clients));

    /// <summary>The price of an action that drops this part of what the filter matches.</summary>
    public FilterPrice Times(double part) => new(Packets.Times(part), Bytes.Times(part), Clients);
}

/// <summary>How much a filter may cost, and how many rules it may take.</summary>
internal sealed record SynthesisLimits
{
    /// <summary>The most that <see cref="Rules"/> may be.</summary>
    public const int MaxRules = 16;

    /// <summary>Most rules of one alternative, 1 to <see cref="MaxRules"/>.</summary>
    public int Rules { get; init; } = 4;

    /// <summary>Most legitimate traffic that may be dropped, as the upper bound of any of packets, bytes and clients; 0 to 1.</summary>
    public double Dropped { get; init; } = 0.01;

    /// <summary>Least of the attack that a filter has to cover to be worth proposing; 0 to 1.</summary>
    public double Covered { get; init; } = 0.5;
}

/// <summary>One way to act, with what it does.</summary>
internal sealed record FilterAlternative
{
    /// <summary>Drops what matches.</summary>
    public const string Discard = "discard";

    /// <summary>Lets through twice what is usual of what matches.</summary>
    public const string RateLimit = "rate-limit";

    /// <summary>Marks what matches, for a queue that is served last.</summary>
    public const string Mark = "mark";

    /// <summary>Drops what proven sources send to the target.</summary>
    public const string SourceBlackhole = "source-blackhole";

    /// <summary>Gives the target up.</summary>
    public const string Blackhole = "blackhole";

    /// <summary>Drops on the host itself, by nftables.</summary>
    public const string Host = "host";

    /// <summary>Asks the upstream, in words and forms.</summary>
    public const string Request = "request";

    /// <summary>One of the names above.</summary>
    public required string Kind { get; init; }

    public required ImmutableArray<FilterRule> Rules { get; init; }

    /// <summary>Share of the excess over the time before that is met, 0 to 1; null while unknown.</summary>
    public required Estimate AttackCovered { get; init; }

    public required FilterPrice LegitimateDropped { get; init; }

    /// <summary>The price's worst case is within the limit, and enough of the attack is covered.</summary>
    public required bool IsUnderLimit { get; init; }

    /// <summary>Senders on the allow-list are met too when they send such packets, as far as is known: not to be done without being asked.</summary>
    public bool MeetsAllowed { get; init; }

    /// <summary>What it does and what to know of it, in sentences.</summary>
    public required string Why { get; init; }
}

/// <summary>All ways to act, side by side.</summary>
/// <param name="Alternatives">Best first; those over the limit too, after the others.</param>
/// <param name="NoFilter">That no filter is under the limit, and the next-best lever; null when one is.</param>
internal sealed record FilterPlan(ImmutableArray<FilterAlternative> Alternatives, string? NoFilter);

/// <summary>What a plan is made from.</summary>
internal sealed record FilterQuestion
{
    /// <summary>So long before an incident's begin, and after the end of another, records count for neither time: an attack begins before it is seen.</summary>
    public const long GuardNanoseconds = 10_000_000_000;

    /// <summary>Most records that are looked at; of more, those with the smallest hashes.</summary>
    public const int MaxRecords = 16_384;

    /// <summary>What is attacked; the destination of every rule.</summary>
    public required Prefix Target { get; init; }

    /// <summary>The networks of the service that is attacked; empty: the target is all of it. Rules are for the one with most of the excess.</summary>
    public ImmutableArray<Prefix> Networks { get; init; } = [];

    /// <summary>Names of the incident's vectors.</summary>
    public required ImmutableArray<string> Vectors { get; init; }

    /// <summary>When the attack began, nanoseconds since 1970-01-01 UTC.</summary>
    public required long StartedNanoseconds { get; init; }

    /// <summary>Until when there are records.</summary>
    public required long NowNanoseconds { get; init; }

    /// <summary>Of the service, from before the attack and during it.</summary>
    public required IReadOnlyList<StandingRecord> Records { get; init; }

    public required SynthesisLimits Limits { get; init; }

    public required RouterProfile Profile { get; init; }

    /// <summary>Senders of the attack that completed a handshake: the only ones that a rule may name (rule 10).</summary>
    public ImmutableArray<Address> ProvenSources { get; init; } = [];

    /// <summary>Times of other incidents at the target, from and until: what came then is not ordinary.</summary>
    public ImmutableArray<(long FromNanoseconds, long UntilNanoseconds)> OtherAttacks { get; init; } = [];

    /// <summary>Senders that no rule may touch.</summary>
    public ImmutableArray<Prefix> Allow { get; init; } = [];

    /// <summary>For the intervals.</summary>
    public ulong Seed { get; init; }
}
