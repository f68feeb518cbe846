using System.Globalization;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>A filter that is to be proposed.</summary>
internal sealed record MitigationDraft
{
    public required FilterRule Rule { get; init; }

    public string? IncidentId { get; init; }

    public string? Service { get; init; }

    /// <summary>Drafts of one proposal with the same number make one alternative; null: it stands alone.</summary>
    public int? Alternative { get; init; }

    public string Kind { get; init; } = Mitigation.OwnKind;

    public MitigationPrice? Price { get; init; }

    public bool IsUnderLimit { get; init; }

    public required TimeSpan Lease { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public required string By { get; init; }

    public required string Why { get; init; }

    /// <summary>Why it is no filter, as a sentence without its full stop; null: it is one.</summary>
    public string? Fault
    {
        get
        {
            if (RuleCheck.Fault(Rule.Match, Rule.Action) is { } wrong)
                return wrong;
            return Lease < TimeSpan.FromSeconds(MitigationLedger.MinLeaseSeconds) || Lease > TimeSpan.FromSeconds(AdvertisedRoutes.MaxLeaseSeconds)
                ? string.Create(CultureInfo.InvariantCulture, $"a lease lasts {MitigationLedger.MinLeaseSeconds} to {AdvertisedRoutes.MaxLeaseSeconds} s") : null;
        }
    }

    /// <summary>Its row.</summary>
    /// <param name="number">The number of its id.</param>
    /// <param name="others">Rows of the same proposal, made before.</param>
    /// <param name="now">When.</param>
    public Mitigation ToRow(long number, IReadOnlyList<Mitigation> others, DateTimeOffset now)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"mit-{number}");
        var rank = Alternative ?? 0;
        return new Mitigation
        {
            Id = id,
            IncidentId = IncidentId,
            Service = Service,
            Rule = Rule,
            Alternative = Alternative is null ? id : others.FirstOrDefault(other => other.Rank == rank)?.Alternative ?? id,
            Kind = Kind,
            Rank = rank,
            Price = Price,
            IsUnderLimit = IsUnderLimit,
            FirstBy = By == Mitigation.Policy ? null : By,
            State = MitigationState.Proposed,
            Lease = Lease,
            EndsAt = EndsAt,
            ChangedAt = now,
            By = By,
            Why = Why,
        };
    }
}
