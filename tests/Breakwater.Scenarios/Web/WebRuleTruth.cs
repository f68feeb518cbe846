using System.Text.RegularExpressions;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Samples.Web;

namespace Breakwater.Scenarios.Web;

/// <summary>What a proposed rule really meets: the generator knows which requests would have come without the crowd.</summary>
/// <param name="ExcessCovered">As stated.</param>
/// <param name="RealExcess">Of the requests beyond the usual, from the incident's begin to its end, those met.</param>
/// <param name="LegitimateTouched">As stated.</param>
/// <param name="RealTouched">Of the requests before it, those met.</param>
internal sealed record WebRuleTruth(Estimate ExcessCovered, double RealExcess, Estimate LegitimateTouched, double RealTouched)
{
    // Stated shares are rounded to four places.
    private const double Rounding = 1e-4;

    public bool ExcessIsInside => IsInside(ExcessCovered, RealExcess);

    public bool TouchedIsInside => IsInside(LegitimateTouched, RealTouched);

    public static List<WebRuleTruth> Of(LogScenario scenario, List<LogHit> hits, Incident? incident)
    {
        if (incident is null || incident.WebRules.IsDefaultOrEmpty)
            return [];
        var (start, end) = (Millisecond(incident.StartedNanoseconds ?? 0), Millisecond(incident.EndedNanoseconds ?? long.MaxValue) + 1_000);
        var excess = Excess(scenario, hits).Where(hit => hit.Millisecond >= start && hit.Millisecond < end).ToArray();
        // An incident opens when a flood has risen: what came of it before that is no visitor's.
        var before = LogTraffic.Of(scenario with { Crowd = null, Flood = null }).Where(hit => hit.Millisecond < start).ToArray();
        return excess.Length == 0 || before.Length == 0 ? []
            : [.. incident.WebRules.Select(rule => new WebRuleTruth(rule.ExcessCovered, Share(rule, excess), rule.LegitimateTouched, Share(rule, before)))];
    }

    /// <summary>The requests that the crowd and the flood add: all but those of the same log without them.</summary>
    private static List<LogHit> Excess(LogScenario scenario, List<LogHit> hits)
    {
        var usual = LogTraffic.Of(scenario with { Crowd = null, Flood = null }).GroupBy(static hit => hit).ToDictionary(static group => group.Key, static group => group.Count());
        return hits.FindAll(hit =>
        {
            if (usual.GetValueOrDefault(hit) == 0)
                return true;
            usual[hit]--;
            return false;
        });
    }

    private static double Share(WebRule rule, LogHit[] hits)
    {
        var conditions = rule.Conditions.Select(Holds).ToArray();
        return hits.Count(hit => Array.TrueForAll(conditions, holds => holds(hit))) / (double)hits.Length;
    }

    /// <summary>A condition as a proxy reads it.</summary>
    private static Func<LogHit, bool> Holds(WebCondition condition)
    {
        var isYes = condition.Value == "1";
        switch (condition.Field)
        {
            case WebField.Path:
                var path = new Regex(WebRuleText.Pattern(condition.Value), RegexOptions.CultureInvariant);
                return hit => path.IsMatch(hit.Target.Split('?')[0]);
            case WebField.Network:
                return Prefix.TryParse(condition.Value, out var network) ? hit => network.Contains(hit.Client) : static _ => false;
            case WebField.UserAgent:
                return hit => (hit.Agent == "-" ? "" : hit.Agent) == condition.Value;
            case WebField.Query:
                return hit => hit.Target.Contains('?', StringComparison.Ordinal) == isYes;
            case WebField.Referer:
                return hit => hit.Referer != "-" == isYes;
            case WebField.HttpVersion:
                return hit => hit.IsHttp1 == isYes;
            default:
                return hit => hit.Method == "POST" == isYes;
        }
    }

    private static bool IsInside(Estimate stated, double real) => real >= stated.Low!.Value - Rounding && real <= stated.High!.Value + Rounding;

    private static long Millisecond(long nanoseconds) => nanoseconds == long.MaxValue ? int.MaxValue : (nanoseconds - SampleRun.EpochNanoseconds) / 1_000_000;
}
