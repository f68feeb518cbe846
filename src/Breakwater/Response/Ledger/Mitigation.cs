using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>Where a mitigation stands (design: proposed, approved, active, withdrawn, expired, failed).</summary>
internal enum MitigationState
{
    /// <summary>A person may approve it; nothing was sent.</summary>
    Proposed,

    /// <summary>It is to be sent: written before the act, so that a crash leaves no filter that nobody knows of.</summary>
    Approved,

    /// <summary>It was handed to the data plane and is renewed. Whether anything enforces it by now, <see cref="Mitigation.AnnouncedTo"/> says.</summary>
    Active,

    /// <summary>A person or the policy took it back.</summary>
    Withdrawn,

    /// <summary>Its lease ended while Breakwater was away, or its time was up.</summary>
    Expired,

    /// <summary>The data plane refused it.</summary>
    Failed,
}

/// <summary>A filter with its lease: one row of the ledger.</summary>
internal sealed record Mitigation
{
    /// <summary>What a person's own rule is called as an alternative.</summary>
    public const string OwnKind = "own";

    /// <summary>Who acts where no person does.</summary>
    public const string Policy = "policy";

    /// <summary>What the reason begins with where a filter was taken back because it hurt.</summary>
    public const string HurtWhy = "it hurt known clients: ";

    /// <summary>As <c>mit-17</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The incident that it is for; null: a person's own wish.</summary>
    public string? IncidentId { get; init; }

    /// <summary>The service that it is for; null: none, so that only those who see all see it.</summary>
    public string? Service { get; init; }

    public required FilterRule Rule { get; init; }

    /// <summary>The alternative that it is a part of, named after the first of its rules: they are approved and withdrawn together, and have one price.</summary>
    public string? Alternative { get; init; }

    /// <summary>Which alternative it is: discard, rate-limit, …; <see cref="OwnKind"/> for a person's own.</summary>
    public string Kind { get; init; } = OwnKind;

    /// <summary>Place among the alternatives of its incident; 0 is the best.</summary>
    public int Rank { get; init; }

    /// <summary>What it does to attack and public; null: nobody reckoned it.</summary>
    public MitigationPrice? Price { get; init; }

    /// <summary>True when the price is under the limit that the service has.</summary>
    public bool IsUnderLimit { get; init; }

    /// <summary>The first of two people who want it; null: nobody yet, or one suffices.</summary>
    public string? FirstBy { get; init; }

    public required MitigationState State { get; init; }

    /// <summary>At most <see cref="Bgp.AdvertisedRoutes.MaxLeaseSeconds"/>.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>Until when the data plane may hold it without being told again; nothing before it was approved.</summary>
    public DateTimeOffset LeaseUntil { get; init; }

    /// <summary>When it ends by itself; null: when somebody says so.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>True when the data plane was told that it is over.</summary>
    public bool IsCleared { get; init; }

    /// <summary>How many routers and hosts were told, of those that can still have it; 0 for an active one: nobody has it. Not kept.</summary>
    public int AnnouncedTo { get; init; }

    /// <summary>Until when, at most, a router whose session was cut may keep it, whatever is wanted here; null: none does. Not kept.</summary>
    public DateTimeOffset? KeptUntil { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Who made the last change: a token's name, or "policy".</summary>
    public required string By { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Why { get; init; }

    /// <summary>True when it is, or is about to be, in the data plane.</summary>
    public bool IsOpen => State is MitigationState.Approved or MitigationState.Active;

    /// <summary>True when it was taken back and is not to be sent again without a person: a person did it, or it hurt.</summary>
    public bool IsTakenBack => State == MitigationState.Withdrawn && (By != Policy || IsHarm);

    /// <summary>True when it was taken back because it hurt.</summary>
    public bool IsHarm => Why.StartsWith(HurtWhy, StringComparison.Ordinal);

    /// <summary>True when nothing is to be done for it any more.</summary>
    public bool IsDone => State >= MitigationState.Withdrawn && IsCleared;
}

/// <summary>A rule that was taken back, and is not sent again without a person.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="IsHarm">It hurt known-good clients; else a person wanted it gone.</param>
internal readonly record struct TakenRule(FilterRule Rule, bool IsHarm);

/// <summary>Where rows are kept: a write, of however many rows, is there whole or not at all, and survives the process when it returns.</summary>
internal interface ILedgerStore
{
    /// <summary>Rows that are not done, in any order, and the number of the last id ever given.</summary>
    (IReadOnlyList<Mitigation> Open, long LastNumber) Load();

    /// <summary>Writes new states of rows, with their entries in the audit: all or none.</summary>
    /// <returns>Why not, as the end of a sentence; null: written.</returns>
    string? Write(IReadOnlyList<Mitigation> mitigations);

    /// <summary>Keeps that incidents go on as others (their heirs), so that what was taken back in them is found there: all or none.</summary>
    /// <returns>Why not, as the end of a sentence; null: kept.</returns>
    string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs);
}

/// <summary>What enforces filters, or tells those that do.</summary>
internal interface IFilterPlane
{
    /// <summary>Sets a filter for the time of its lease, or renews it.</summary>
    /// <returns>Why not, as a sentence without its full stop; null: taken.</returns>
    string? Set(FilterRule rule, TimeSpan lease);

    /// <summary>How many of those that enforce were told of this filter and can still have it.</summary>
    int AnnouncedTo(FilterRule rule);

    /// <summary>Until when, at most, one that cannot be told at the moment may go on enforcing this filter; null: there is none.</summary>
    DateTimeOffset? KeptUntil(FilterRule rule) => null;

    /// <summary>Takes a filter back; one that is not there is no fault.</summary>
    void Clear(FilterRule rule);
}
