using System.Globalization;

namespace Breakwater.Scenarios.Prices;

/// <summary>What is promised of filters and their prices, each goal with what was reached.</summary>
internal static class PriceGoals
{
    /// <summary>
    /// For traffic that is another than the one the price was made from nothing is promised: a floor that shows when it gets worse (without the allowance for drift packets had 78 % and 68 %).
    /// </summary>
    private const double UnderHighInDrift = 0.85, InsideInDrift = 0.8;

    private const double LeastHurting = 0.001, WidestHurting = 0.15;
    private const int MostRules = 4;
    private const double LeastCovered = 0.95;
    private const double MostDropped = 0.01;

    public static IEnumerable<(string Goal, bool Holds, string Reached)> Of(IReadOnlyCollection<PriceOutcome> outcomes)
    {
        foreach (var group in Enum.GetValues<PriceGroup>())
        {
            var runs = outcomes.Where(outcome => outcome.Family.Group == group).ToList();
            foreach (var what in Calibration.Statements)
            {
                var calibration = Calibration.Of(runs, what);
                yield return group == PriceGroup.Drift
                    ? ($"{group}, {what}: {UnderHighInDrift:P0} under the upper bound, {InsideInDrift:P0} inside", calibration.HoldsAsOften(UnderHighInDrift, InsideInDrift), Tell(calibration))
                    : ($"{group}, {what}: 95 % under the upper bound, 90 % inside", calibration.Holds, Tell(calibration));
                yield return ($"{group}, {what}: median width at most 2 points", calibration.IsNarrow, string.Create(CultureInfo.InvariantCulture, $"{calibration.MedianWidth * 100:0.00} points"));
            }
        }

        var hurting = Calibration.Of(outcomes.Where(static outcome => outcome.Family.Group != PriceGroup.Drift), leastReal: LeastHurting);
        yield return ("filters that really drop 0.1 % or more: 95 % under the upper bound, 90 % inside", hurting.Holds, Tell(hurting));
        yield return ("filters that really drop 0.1 % or more: median width below 15 points, which is told and not promised", hurting.MedianWidth < WidestHurting, string.Create(CultureInfo.InvariantCulture, $"{hurting.MedianWidth * 100:0.00} points"));
        var (zero, one) = (Calibration.Of(outcomes, change: PriceTable.AlwaysZero), Calibration.Of(outcomes, change: PriceTable.AlwaysOne));
        yield return ("the control 'always 0' fails", zero.Prices > 0 && !zero.Holds, Tell(zero));
        yield return ("the control 'always 1 %' fails", one.Prices > 0 && !one.Holds, Tell(one));
        yield return Each("separable attacks: 95 % covered, at most 1 % dropped, at most 4 rules", outcomes, PriceDemand.Separable, IsSeparated);
        yield return Each("mimicking attacks: no filter under the limit", outcomes, PriceDemand.Refused, static outcome => outcome.Plan.NoFilter is not null);
    }

    public static bool IsSeparated(PriceOutcome outcome) =>
        outcome is { Best.Rules.Length: <= MostRules, Real: { AttackCovered: >= LeastCovered, Packets: <= MostDropped } };

    private static (string Goal, bool Holds, string Reached) Each(string goal, IEnumerable<PriceOutcome> outcomes, PriceDemand demand, Func<PriceOutcome, bool> holds)
    {
        var due = outcomes.Where(outcome => outcome.Family.Demand == demand).ToList();
        var failed = due.Where(outcome => !holds(outcome)).Select(static outcome => outcome.Family.Name).Distinct().ToList();
        return (goal, due.Count > 0 && failed.Count == 0, $"{due.Count(holds)} of {due.Count} runs{(failed.Count == 0 ? "" : ": not " + string.Join(", ", failed))}");
    }

    private static string Tell(Calibration calibration) => string.Create(
        CultureInfo.InvariantCulture, $"{calibration.UnderHigh * 100:0.0} % under, {calibration.Inside * 100:0.0} % inside, of {calibration.Prices} ({calibration.Unknown} unknown)");
}
