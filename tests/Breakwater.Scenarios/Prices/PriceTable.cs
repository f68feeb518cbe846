using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Breakwater.Scenarios.Prices;

/// <summary>docs/reference/accuracy-filters.md, made from the outcomes.</summary>
internal static class PriceTable
{
    public static string Write(ImmutableArray<PriceOutcome> outcomes)
    {
        var page = new StringBuilder();
        page.Append("""
            # Accuracy of filters and of their prices

            <!-- Written by `artifacts/bin/Breakwater.Scenarios/release/Breakwater.Scenarios prices --markdown docs/reference/accuracy-filters.md`. -->

            Each run is made-up traffic of one host: half an hour of its own clients (100 packets a second in both directions), then an attack of 1,500 packets a second
            in their midst. Hosts called quiet have 4 to 12 packets a second and 50 minutes; those with few clients 300 or 500 of them. The packets go through the detector
            into its standing samples, every other run sampled 1 in 8 (of quiet hosts 1 in 2); the plan is made from these. What its filters really do is counted packet by
            packet over another run with another seed, by code of its own: a packet of a connection that a filter broke is lost too, and every client counts that loses
            anything (over IPv6 a client is a /64, and two hosts live in each). The parts of the mix differ from run to run; in most mixes some of the host's own traffic has
            the attack's protocol and port. Beside ours stand what operators set by hand, "protocol + source port" (the port with most of the attack, where one has a
            tenth of it), and a blackhole of the host.

            - *Covered* and *dropped*: shares of the attack's and of the legitimate packets that the filter really meets, the mean of all runs, and the worst of them.
            - *Under your limit*: runs with a filter whose price is at most 1 % for certain. Where there is none the answer is "no filter under your limit", and the
              figures are those of the best filter over it.


            """.ReplaceLineEndings("\n"));
        Prices(page, outcomes);
        Group(page, "Attacks that can be told from the host's own traffic", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.Separable));
        Group(page, "Attacks that look like it: no filter is the right answer", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.Refused));
        Group(page, "Attacks on hosts of the same protocol", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.TruePrice));
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Group(StringBuilder page, string title, IEnumerable<PriceOutcome> outcomes)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
        page.Append("| Attack and host | Runs | Under your limit | Rules | Covered | worst | Dropped | worst | Protocol + port: covered | dropped | Blackhole: covered | dropped |\n");
        page.Append("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var family in outcomes.GroupBy(static outcome => outcome.Family.Name))
        {
            var runs = family.ToList();
            var planned = runs.Where(static run => run.Best is not null).ToList();
            page.Append(CultureInfo.InvariantCulture, $"| {family.Key} | {runs.Count} | {runs.Count(static run => run.Plan.NoFilter is null)} ");
            page.Append(planned.Count == 0 ? "| – | – | – | – | – " : string.Create(
                CultureInfo.InvariantCulture,
                $"| {planned.Max(static run => run.Best!.Rules.Length)} | {Share(planned.Average(static run => run.Real.AttackCovered))} | {Share(planned.Min(static run => run.Real.AttackCovered))} | {Share(planned.Average(static run => run.Real.Packets))} | {Share(planned.Max(static run => run.Real.Packets))} "));
            page.Append(CultureInfo.InvariantCulture, $"| {Share(runs.Average(static run => run.Naive.AttackCovered))} | {Share(runs.Average(static run => run.Naive.Packets))} | 100 % | 100 % |\n");
        }

        page.Append('\n');
    }

    private static void Prices(StringBuilder page, ImmutableArray<PriceOutcome> outcomes)
    {
        page.Append("""
            ## Prices against the truth

            Every price stated, of our filters and of the ones set by hand (priced from the same samples). Promised are 95 % under the upper bound, 90 % inside and 2
            points of median width. Two controls state what costs nothing to state: they have to fail.

            - *Clients* are stated where a filter that met none of the samples may not have met more than one client in 200, or no more than chance leaves open anyway. Of a
              busy host (here 100 packets a second) a sampled packet stands for some twenty: a filter may meet sixty packets of as many clients with none of them
              among the samples, so the share stays unknown, and twice the share of packets stands for it.
            - *Drift* is what samples cannot tell. Each interval has an allowance for it: what a filter meets may have half as much again of odds against the rest, or as much less.
              In the drift runs the host has 1.5 times its traffic during the attack and each part of the mix changes by up to half more or less: where a row there falls
              short of what is promised, that is by how much. Allowance and drift are both ours, and of one size: the rows show that the one does for the other, not that
              traffic drifts no more.
            - Half of all filters drop nothing. Prices of the others are wider, since that is where samples and drift leave something open.


            """.ReplaceLineEndings("\n"));
        page.Append(CultureInfo.InvariantCulture, $"| Stated | Prices | Unknown | Real drop under the upper bound | inside the interval | Median width at {Calibration.ClientsForWidth:N0} clients and more |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var (group, name) in new[] { (PriceGroup.Main, "IPv4"), (PriceGroup.IPv6, "IPv6"), (PriceGroup.Drift, "drift") })
        {
            var runs = outcomes.Where(outcome => outcome.Family.Group == group).ToList();
            foreach (var what in Calibration.Statements)
                Row(page, $"{name}: share of {what}", Calibration.Of(runs, what));
        }

        Row(page, "**all**", Calibration.Of(outcomes));
        Row(page, "of these, filters that really drop 0.1 % or more", Calibration.Of(outcomes, leastReal: 0.001));
        Row(page, "control: always 0", Calibration.Of(outcomes, change: AlwaysZero));
        Row(page, "control: always 1 %", Calibration.Of(outcomes, change: AlwaysOne));
        page.Append('\n');
    }

    private static void Row(StringBuilder page, string name, Calibration calibration) => page.Append(calibration.Prices == 0 ? $"| {name} | 0 | {calibration.Unknown:N0} | – | – | – |\n" : string.Create(
        CultureInfo.InvariantCulture, $"| {name} | {calibration.Prices:N0} | {calibration.Unknown:N0} | {Share(calibration.UnderHigh)} | {Share(calibration.Inside)} | {calibration.MedianWidth * 100:0.00} points |\n"));

    public static Stated AlwaysZero(Stated stated) => stated with { Estimate = new(0, 0, 0, stated.Estimate.Samples) };

    public static Stated AlwaysOne(Stated stated) => stated with { Estimate = new(0.01, 0.01, 0.01, stated.Estimate.Samples) };

    private static string Share(double value) => value.ToString("0.0# %", CultureInfo.InvariantCulture);
}
