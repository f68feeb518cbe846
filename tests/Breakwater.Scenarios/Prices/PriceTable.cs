using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Breakwater.Scenarios.Prices;

/// <summary>How often what was stated held, over many runs.</summary>
internal sealed record Calibration(int Prices, double UnderHigh, double Inside, double MedianWidth)
{
    /// <summary>The widths that count: of prices from so many clients at least.</summary>
    public const int ClientsForWidth = 1_000;

    public static Calibration Of(IEnumerable<PriceOutcome> outcomes) => Of(outcomes, static stated => stated);

    /// <param name="outcomes">The runs.</param>
    /// <param name="change">What is stated instead: the controls.</param>
    public static Calibration Of(IEnumerable<PriceOutcome> outcomes, Func<Stated, Stated> change)
    {
        var prices = outcomes.SelectMany(static outcome => outcome.Stated.Select(entry => (entry.Stated, outcome.Clients))).Where(static entry => entry.Stated.Estimate.Value is not null)
            .Select(entry => (Stated: change(entry.Stated), entry.Clients)).ToList();
        var widths = prices.Where(static entry => entry.Clients >= ClientsForWidth).Select(static entry => entry.Stated.Width).Order().ToList();
        return new Calibration(
            prices.Count, prices.Count(static entry => entry.Stated.IsUnderHigh) / (double)prices.Count, prices.Count(static entry => entry.Stated.IsInside) / (double)prices.Count,
            widths.Count == 0 ? double.NaN : widths[widths.Count / 2]);
    }

    /// <summary>Of the packets, bytes or clients alone.</summary>
    public static Calibration Of(IEnumerable<PriceOutcome> outcomes, string what)
    {
        var all = outcomes.SelectMany(outcome => outcome.Stated.Where(entry => entry.What == what).Select(entry => (entry.Stated, outcome.Clients)))
            .Where(static entry => entry.Stated.Estimate.Value is not null).ToList();
        var widths = all.Where(static entry => entry.Clients >= ClientsForWidth).Select(static entry => entry.Stated.Width).Order().ToList();
        return new Calibration(
            all.Count, all.Count(static entry => entry.Stated.IsUnderHigh) / (double)all.Count, all.Count(static entry => entry.Stated.IsInside) / (double)all.Count,
            widths.Count == 0 ? double.NaN : widths[widths.Count / 2]);
    }
}

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
            in their midst. The packets go through the detector into its standing samples, every other run sampled 1 in 8; the plan is made from these. What its filters
            really do is counted packet by packet over another run with another seed, by code of its own: a packet of a connection that a filter broke is lost too, and
            every client counts that loses anything. The parts of the mix differ from run
            to run; in most mixes some of the host's own traffic has the attack's protocol and port. Beside ours stand what operators set by hand, "protocol + source
            port" (the port with most of the attack, where one has a tenth of it), and a blackhole of the host.

            - *Covered* and *dropped*: shares of the attack's and of the legitimate packets that the filter really meets, the mean of all runs, and the worst of them.
            - *Under your limit*: runs with a filter whose price is at most 1 % for certain. Where there is none the answer is "no filter under your limit", and the
              figures are those of the best filter over it.


            """.ReplaceLineEndings("\n"));
        Group(page, "Attacks that can be told from the host's own traffic", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.Separable));
        Group(page, "Attacks that look like it: no filter is the right answer", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.Refused));
        Group(page, "Attacks on hosts of the same protocol", outcomes.Where(static outcome => outcome.Family.Demand == PriceDemand.TruePrice));
        Prices(page, outcomes);
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
        page.Append("## Prices against the truth\n\n");
        page.Append("Every price stated, of our filters and of the ones set by hand (priced from the same samples). Two controls state what costs nothing to state.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"| Stated | Prices | Real drop under the upper bound | inside the interval | Median width at {Calibration.ClientsForWidth:N0} clients and more |\n|---|---:|---:|---:|---:|\n");
        foreach (var what in new[] { "packets", "bytes", "clients" })
            Row($"share of {what}", Calibration.Of(outcomes, what));
        Row("**all**", Calibration.Of(outcomes));
        Row("control: always 0", Calibration.Of(outcomes, AlwaysZero));
        Row("control: always 1 %", Calibration.Of(outcomes, AlwaysOne));

        void Row(string name, Calibration calibration) => page.Append(calibration.Prices == 0 ? $"| {name} | 0: unknown in every run | – | – | – |\n" : string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {calibration.Prices:N0} | {Share(calibration.UnderHigh)} | {Share(calibration.Inside)} | {calibration.MedianWidth * 100:0.00} points |\n"));
    }

    public static Stated AlwaysZero(Stated stated) => stated with { Estimate = new(0, 0, 0, stated.Estimate.Samples) };

    public static Stated AlwaysOne(Stated stated) => stated with { Estimate = new(0.01, 0.01, 0.01, stated.Estimate.Samples) };

    private static string Share(double value) => value.ToString("0.0# %", CultureInfo.InvariantCulture);
}
