using System.Globalization;
using System.Text;
using Breakwater.Detection;

namespace Breakwater.Scenarios.Web;

/// <summary>Runs the web scenarios and says how often the verdicts were right, and how far what they state can be believed.</summary>
internal static class WebScore
{
    // web [--set tuning|closing] [--only BEGINNING-OF-NAME] [--seeds N] [--failures] [--cards] [--markdown FILE]
    public static int Run(string[] arguments)
    {
        var seeds = int.Parse(Option(arguments, "--seeds") ?? WebFamilies.Seeds.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var only = Option(arguments, "--only") ?? "";
        var set = Option(arguments, "--set");
        var work = WebFamilies.All
            .Where(family => family.Name.StartsWith(only, StringComparison.Ordinal) && (set is null || family.IsTuning == (set == "tuning")))
            .SelectMany(family => Enumerable.Range(0, seeds).Select(seed => (Family: family, Seed: Seed(family, seed)))).ToArray();
        var outcomes = work.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(static item => WebOutcome.Of(item.Family, item.Seed)).ToArray();
        if (arguments.Contains("--failures") || arguments.Contains("--cards"))
            Explain(outcomes, arguments.Contains("--cards"));
        var page = Page(outcomes);
        if (Option(arguments, "--markdown") is { } path)
            File.WriteAllText(path, page);
        else
            System.Console.WriteLine(page[page.IndexOf("## ", StringComparison.Ordinal)..]);
        return outcomes.Length > 0 ? 0 : 1;
    }

    /// <summary>Tuning and closing families have seeds of their own.</summary>
    private static ulong Seed(WebFamily family, int number) => (family.IsTuning ? 1_000UL : 500_000UL) + (ulong)(WebFamilies.All.ToList().IndexOf(family) * 100) + (ulong)number;

    private static string? Option(string[] arguments, string name)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }

    private static void Explain(WebOutcome[] outcomes, bool withCards)
    {
        foreach (var outcome in outcomes)
        {
            if (!withCards && !outcome.IsWrong && outcome.Early is null && !outcome.IsUndetermined)
                continue;
            System.Console.WriteLine(Text($"{outcome.Family.Name} {outcome.Seed}: {outcome.Incident?.Verdict.ToString() ?? "silent"} p={outcome.Probability:0.000} {(outcome.Incident is { } found ? Vectors.Name(found.Vectors[0].Vector) : "")} {outcome.Rates.Before:0}/s {outcome.Rates.During:0}/s after {outcome.Delay} s"));
            if (outcome.Early is { } early)
                System.Console.WriteLine(Text($"    early: {early.Verdict}"));
            foreach (var rule in outcome.Rules)
                System.Console.WriteLine(Text($"    rule: covers {rule.ExcessCovered.Low:0.0000}..{rule.ExcessCovered.High:0.0000} real {rule.RealExcess:0.0000}, touches {rule.LegitimateTouched.Low:0.0000}..{rule.LegitimateTouched.High:0.0000} real {rule.RealTouched:0.0000}"));
            foreach (var reason in outcome.Incident?.Reasons ?? [])
                System.Console.WriteLine(Text($"    {reason.Weight,5:+0.0;-0.0} {reason.Measure} {reason.Value:0.00}"));
        }
    }

    private static string Page(WebOutcome[] outcomes)
    {
        var text = new StringBuilder();
        text.Append("""
            # Accuracy on web logs

            Made by `artifacts/bin/Breakwater.Scenarios/release/Breakwater.Scenarios web --markdown docs/reference/accuracy-web.md`. Each scenario is a made
            log (a site with visitors, tills, crawlers and monitors; then a crowd of people, a flood, or both), judged by the same code that
            `analyze` runs. Weights and thresholds were set on the tuning families and with their seeds; the closing families were scored with them as
            they were. Made traffic is not the world: what no family shows is not measured here.


            """.ReplaceLineEndings("\n"));
        var rate = RateModel.Fit(outcomes.Where(static outcome => outcome.Family.IsTuning));
        foreach (var (title, part) in new[] { ("Closing families", outcomes.Where(static outcome => !outcome.Family.IsTuning)), ("Tuning families", outcomes.Where(static outcome => outcome.Family.IsTuning)) })
        {
            var array = part.ToArray();
            if (array.Length > 0)
                Section(text, title, array, rate);
        }

        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, WebOutcome[] outcomes, RateModel rate)
    {
        var delays = outcomes.Where(static outcome => outcome.Delay is not null).Select(static outcome => outcome.Delay!.Value).Order().ToArray();
        var wrong = outcomes.Count(static outcome => outcome.IsWrong);
        var (low, high) = Wilson(wrong, outcomes.Length);
        text.Append(Text($"## {title}\n\n| Measure | Value |\n|---|---|\n"));
        text.Append(Text($"| scenarios | {outcomes.Length} |\n"));
        text.Append(Text($"| Brier score of the stated probability | {Brier(outcomes, static outcome => outcome.Probability):0.000} |\n"));
        text.Append(Text($"| Brier score of a logistic regression on rate and rise of rate, fitted on the tuning families | {Brier(outcomes, rate.Probability):0.000} |\n"));
        text.Append(Text($"| wrong verdicts that were stated firmly | {wrong} ({100.0 * wrong / outcomes.Length:0.0} %, 95 % interval {100 * low:0.0} to {100 * high:0.0}) |\n"));
        text.Append(Text($"| of these, crowds called a flood | {outcomes.Count(static outcome => outcome is { IsWrong: true, Family.IsAttack: false })} |\n"));
        text.Append(Text($"| undetermined | {100.0 * outcomes.Count(static outcome => outcome.IsUndetermined) / outcomes.Length:0.0} % |\n"));
        text.Append(Text($"| incidents in the ordinary time before | {outcomes.Count(static outcome => outcome.Early is not null)} |\n"));
        text.Append(Text($"| seconds to a verdict: median, nine in ten | {(delays.Length == 0 ? 0 : delays[delays.Length / 2]):0}, {(delays.Length == 0 ? 0 : delays[delays.Length * 9 / 10]):0} |\n\n"));
        Rules(text, [.. outcomes.SelectMany(static outcome => outcome.Rules)]);
        text.Append("| Family | Scenarios | Attack | Undetermined | Flash crowd or silent | Mean probability of an attack | Commonest vector |\n|---|---|---|---|---|---|---|\n");
        foreach (var family in outcomes.GroupBy(static outcome => outcome.Family))
        {
            var vector = family.Where(static outcome => outcome.Incident is { Verdict: Verdict.Attack })
                .GroupBy(static outcome => outcome.Incident!.Vectors[0].Vector).OrderByDescending(static group => group.Count()).FirstOrDefault()?.Key;
            text.Append(Text($"| {family.Key.Name} | {family.Count()} | {family.Count(static outcome => outcome.Incident is { Verdict: Verdict.Attack })} | {family.Count(static outcome => outcome.IsUndetermined)} | "));
            text.Append(Text($"{family.Count(static outcome => outcome.Incident is null or { Verdict: Verdict.FlashCrowd })} | {family.Average(static outcome => outcome.Probability):0.000} | {(vector is { } known ? $"`{Vectors.Name(known)}`" : "")} |\n"));
        }

        text.Append('\n');
    }

    /// <summary>Whether rules meet what they promise: how often the real share lies in the stated 95 % interval.</summary>
    private static void Rules(StringBuilder text, WebRuleTruth[] rules)
    {
        if (rules.Length == 0)
            return;
        text.Append("| Proposed rules | Rules | Real share in the stated interval | Mean width of the interval | Mean distance of stated and real |\n|---|---|---|---|---|\n");
        foreach (var (what, inside, stated, real) in new (string, Func<WebRuleTruth, bool>, Func<WebRuleTruth, Estimate>, Func<WebRuleTruth, double>)[]
        {
            ("excess covered", static rule => rule.ExcessIsInside, static rule => rule.ExcessCovered, static rule => rule.RealExcess),
            ("legitimate touched", static rule => rule.TouchedIsInside, static rule => rule.LegitimateTouched, static rule => rule.RealTouched),
        })
        {
            text.Append(Text($"| {what} | {rules.Length} | {100.0 * rules.Count(inside) / rules.Length:0.0} % | {100 * rules.Average(rule => (stated(rule).High - stated(rule).Low)!.Value):0.0} points | {100 * rules.Average(rule => Math.Abs(stated(rule).Value!.Value - real(rule))):0.0} points |\n"));
        }

        text.Append('\n');
    }

    private static double Brier(WebOutcome[] outcomes, Func<WebOutcome, double> probability) =>
        outcomes.Average(outcome => Math.Pow(probability(outcome) - (outcome.Family.IsAttack ? 1 : 0), 2));

    private static (double Low, double High) Wilson(int count, int all)
    {
        const double z = 1.96;
        var part = (double)count / all;
        var centre = (part + (z * z / (2 * all))) / (1 + (z * z / all));
        var half = z * Math.Sqrt((part * (1 - part) / all) + (z * z / (4.0 * all * all))) / (1 + (z * z / all));
        return (Math.Max(0, centre - half), centre + half);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
