using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>What a search for filters starts from.</summary>
/// <param name="Incident">With a target.</param>
/// <param name="Policy">Of its service.</param>
/// <param name="At">Now.</param>
internal sealed record FilterSearch(DeskIncident Incident, ResponsePolicyConfig Policy, DateTimeOffset At);

/// <summary>One alternative: rules that are set together, with one price.</summary>
/// <param name="Kind">As the planner names it.</param>
/// <param name="Rules">The rules.</param>
/// <param name="Price">What they do.</param>
/// <param name="IsUnderLimit">True when the price is under the policy's limit.</param>
/// <param name="MeetsAllowed">True when senders on the allow-list are met too where they send such packets: never without a person.</param>
/// <param name="Why">What there is to say of it.</param>
internal sealed record PricedFilter(string Kind, ImmutableArray<FilterRule> Rules, MitigationPrice Price, bool IsUnderLimit, bool MeetsAllowed, string Why);

/// <summary>What a search found.</summary>
/// <param name="Filters">Best first.</param>
/// <param name="NoFilter">Why none is under the limit, with the next-best lever; null: one is.</param>
internal sealed record FilterAnswer(ImmutableArray<PricedFilter> Filters, string? NoFilter)
{
    /// <summary>The search itself failed: nothing is known of filters.</summary>
    public bool IsFailed { get; private init; }

    public static FilterAnswer Failed(string sentence) => new([], sentence) { IsFailed = true };
}
