using System.Globalization;
using System.Text;

namespace Breakwater.Scenarios;

/// <summary>Figures over a group of scenarios for one detector.</summary>
internal sealed record Figures(int Scenarios, int Failed, int Expected, int Found, int FalseIncidents, int VectorsRight, int ShapesTold, int ShapesRight, double? MedianSeconds, double? NinetiethSeconds)
{
    public double? Recall => Ratio(Found, Expected);

    public double? Precision => Ratio(Found, Found + FalseIncidents);

    public double? VectorAccuracy => Ratio(VectorsRight, Found);

    public double? ShapeAccuracy => Ratio(ShapesRight, ShapesTold);

    public static Figures Of(IEnumerable<Outcome> outcomes)
    {
        var all = outcomes.ToList();
        var due = all.SelectMany(static outcome => outcome.Matches).Where(static match => match.MustBeFound).ToList();
        var seconds = due.Where(static match => match.SecondsToVerdict is not null).Select(static match => match.SecondsToVerdict!.Value).Order().ToList();
        return new Figures(
            all.Count, all.Count(static outcome => !outcome.Passed), due.Count, due.Count(static match => match.Found),
            all.Sum(static outcome => outcome.FalseIncidents), due.Count(static match => match.VectorIsRight == true),
            due.Count(static match => match.ShapeIsRight is not null), due.Count(static match => match.ShapeIsRight == true), Quantile(seconds, 0.5), Quantile(seconds, 0.9));
    }

    private static double? Ratio(int part, int whole) => whole == 0 ? null : (double)part / whole;

    /// <summary>The smallest value that so many of all do not exceed.</summary>
    private static double? Quantile(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}

/// <summary>docs/reference/accuracy-scenarios.md, made from the outcomes.</summary>
internal static class AccuracyTable
{
    public static string Write(IReadOnlyList<Comparison> comparisons)
    {
        var page = new StringBuilder();
        page.Append("""
            # Accuracy on the scenarios

            <!-- Written by `artifacts/bin/Breakwater.Scenarios/release/Breakwater.Scenarios score --markdown docs/reference/accuracy-scenarios.md`. -->

            Each scenario is made-up traffic (`sample`), a configuration and the incidents that are to come of it; the files stand in
            `tests/Breakwater.Scenarios/families`. One half may be looked at while thresholds are chosen; the other half, with three families of
            its own, serves only for the closing figures. Beside Breakwater stands a naive opponent: fixed thresholds (1,000 packets a second from
            100 sources; outbound 5,000 packets a second) and FastNetMon's labels, a label being right for every vector that it covers.

            - A scenario *fails* when an expected incident is missed, has a wrong vector, or when there is an incident too many or against another target.
            - An attack that the exact Poisson test cannot tell from traffic at the floor (chance 10⁻¹⁰, over the whole attack) need not be found.
            - *Time* is record time from the first packet of the attack to the verdict, in seconds; flow exporters add their own 15 to 60 s.
            - *Shape* is the share of found incidents whose shape is right, where the detector tells one.
            - *Precision* counts incidents; those inside one expected network count once.


            """.ReplaceLineEndings("\n"));
        foreach (var (set, title) in new[] { (ScenarioSet.Closing, "Closing half"), (ScenarioSet.Tuning, "Tuning half") })
        {
            var half = comparisons.Where(comparison => comparison.Breakwater.Scenario.Set == set).ToList();
            if (half.Count == 0)
                continue;
            Group(page, $"{title}, by family", "Family", half, static scenario => scenario.Family);
            Group(page, $"{title}, by sampling", "Sampling", [.. half.OrderBy(static comparison => comparison.Breakwater.Scenario.Sampling)], static scenario => string.Create(CultureInfo.InvariantCulture, $"1:{scenario.Sampling:N0}"));
            Group(page, $"{title}, by telling", "Telling", half, static scenario => scenario.Telling.ToString());
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Group(StringBuilder page, string title, string key, List<Comparison> comparisons, Func<ScenarioCase, string> by)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"| {key} | Scenarios | Passed | Recall | Precision | Vector | Shape | Median s | 90 % s | Naive: passed | recall | precision | label | median s |\n");
        page.Append("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var group in comparisons.GroupBy(comparison => by(comparison.Breakwater.Scenario)))
            Row(page, group.Key, [.. group]);
        Row(page, "**all**", comparisons);
        page.Append('\n');
    }

    private static void Row(StringBuilder page, string name, List<Comparison> comparisons)
    {
        var ours = Figures.Of(comparisons.Select(static comparison => comparison.Breakwater));
        var naive = Figures.Of(comparisons.Select(static comparison => comparison.Naive));
        page.Append(CultureInfo.InvariantCulture, $"| {name} | {ours.Scenarios} | {ours.Scenarios - ours.Failed} | {Share(ours.Recall)} | {Share(ours.Precision)} | {Share(ours.VectorAccuracy)} | {Share(ours.ShapeAccuracy)} | {Seconds(ours.MedianSeconds)} | {Seconds(ours.NinetiethSeconds)} ");
        page.Append(CultureInfo.InvariantCulture, $"| {naive.Scenarios - naive.Failed} | {Share(naive.Recall)} | {Share(naive.Precision)} | {Share(naive.VectorAccuracy)} | {Seconds(naive.MedianSeconds)} |\n");
    }

    private static string Share(double? value) => value is { } share ? share.ToString("0.0 %", CultureInfo.InvariantCulture) : "–";

    private static string Seconds(double? value) => value is { } seconds ? seconds.ToString("0.0", CultureInfo.InvariantCulture) : "–";
}
