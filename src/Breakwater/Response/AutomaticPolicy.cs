using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Configuration;
using Breakwater.Response.Rules;
using Breakwater.Telemetry.Health;

namespace Breakwater.Response;

/// <summary>Whether a filter may be sent without a person (rule 9). Pure; the answer is every condition that does not hold.</summary>
internal static class AutomaticPolicy
{
    /// <summary>Alternatives that may be sent by themselves: what they do is undone by taking them back, and the attacked address stays reachable.</summary>
    private static readonly ImmutableArray<string> _kinds = ["discard", "rate-limit", "source-blackhole"];

    /// <summary>What makes the shares of a price wrong. What strikes all records alike does not; and who sends junk to the collector must not switch the answer off.</summary>
    private static readonly ImmutableArray<HealthConditionKind> _misleading =
    [
        HealthConditionKind.Silent, HealthConditionKind.TemplateMissing, HealthConditionKind.SamplingUnknown, HealthConditionKind.SamplingContradicted, HealthConditionKind.Duplicates,
    ];

    /// <summary>Conditions that do not hold, each as a sentence without its full stop; empty: it may be sent.</summary>
    public static ImmutableArray<string> Against(AutomaticQuestion question)
    {
        var against = ImmutableArray.CreateBuilder<string>();
        var (policy, incident) = (question.Policy, question.Incident);
        if (policy.Mode != ResponseMode.Automatic)
            against.Add($"the mode is {PolicyKeys.Mode.Value.Spell(policy.Mode)}");
        if (policy.FourEyes)
            against.Add("each filter needs two people");
        if (!incident.IsAttack)
            against.Add($"the verdict is {incident.Verdict}");
        if (!incident.IsRunning)
            against.Add($"the incident is {StateOf(incident)}");
        if (incident.Confidence < policy.MinConfidence)
            against.Add($"the confidence is {PolicyKeys.MinConfidence.Value.Spell(incident.Confidence)}, and {PolicyKeys.MinConfidence.Value.Spell(policy.MinConfidence)} is asked for");
        if (question.Config.Response.Maintenance.Any(window => window.Contains(question.At)))
            against.Add("it is a maintenance window");
        against.AddRange(Misleading(question.Health));
        if (question.Filter is { } filter)
            AddFilter(filter, question, against);
        else
            against.Add("no filter is under the limit");
        return against.ToImmutable();
    }

    private static void AddFilter(PricedFilter filter, AutomaticQuestion question, ImmutableArray<string>.Builder against)
    {
        var policy = question.Policy;
        if (!_kinds.Contains(filter.Kind, StringComparer.Ordinal))
            against.Add($"a {filter.Kind} is never sent without a person");
        if (filter.MeetsAllowed)
            against.Add("it would meet senders on the allow-list too, where they send such packets");
        if (Percent(filter.Price.WorstCase) is var dropped && !(dropped <= policy.MaxDroppedPercent))
            against.Add(Text($"it may drop {dropped:0.##} % of the legitimate traffic, and {policy.MaxDroppedPercent:0.##} % is the limit"));
        if (filter.Price.AttackCovered.Low is not { } covered)
            against.Add("what it removes of the attack is not known");
        else if (!(Percent(covered) >= policy.MinCoveredPercent))
            against.Add(Text($"it removes {Percent(covered):0.##} % of the attack for certain, and {policy.MinCoveredPercent:0.##} % is asked for"));
        if (question.RulesOfIncident + filter.Rules.Length > policy.MaxRulesPerIncident)
            against.Add(Text($"it would be more than {policy.MaxRulesPerIncident} rules for one incident"));
        if (question.RulesOpen + filter.Rules.Length > question.Config.Response.MaxRules)
            against.Add(Text($"it would be more than {question.Config.Response.MaxRules} rules in all"));
        foreach (var rule in filter.Rules)
        {
            if (question.Refused(rule) is { } refused)
                against.Add(refused);
            else if (question.Unfit(rule) is { } unfit)
                against.Add(unfit);
        }
    }

    private static IEnumerable<string> Misleading(HealthSnapshot health)
    {
        if (health.BlindSince is { } since)
            yield return Text($"no exporter has told anything since {since.UtcDateTime:HH:mm:ss} UTC");
        foreach (var exporter in health.Exporters)
        {
            if (exporter.Conditions.FirstOrDefault(static condition => _misleading.Contains(condition.Kind)) is { } condition)
                yield return $"telemetry of {exporter.Name}: {condition.Sentence.TrimEnd('.')}";
        }
    }

    private static string StateOf(DeskIncident incident) => Incidents.StateNames.Of(incident.State);

    private static double Percent(double share) => share * 100;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>All that the policy looks at.</summary>
internal sealed record AutomaticQuestion
{
    public required BreakwaterConfig Config { get; init; }

    public required ResponsePolicyConfig Policy { get; init; }

    public required DeskIncident Incident { get; init; }

    /// <summary>The best alternative under the limit; null: there is none.</summary>
    public required PricedFilter? Filter { get; init; }

    public required HealthSnapshot Health { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Rules that this incident has already.</summary>
    public required int RulesOfIncident { get; init; }

    /// <summary>Rules of all.</summary>
    public required int RulesOpen { get; init; }

    /// <summary>Why the guard refuses a rule; null: it does not.</summary>
    public required Func<FilterRule, string?> Refused { get; init; }

    /// <summary>Why what enforces is not to be driven without a person; null: it may.</summary>
    public required Func<FilterRule, string?> Unfit { get; init; }
}
