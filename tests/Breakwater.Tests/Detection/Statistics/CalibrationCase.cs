using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>One kind of traffic, sampled again and again: how often does the interval hold the truth?</summary>
/// <param name="Quantity">packets, bytes, peak or sources.</param>
/// <param name="Traffic">What is sampled.</param>
/// <param name="Share">Part of the link's packets that are in question, when every Nth is taken; 0 when each is taken with probability 1/N.</param>
/// <param name="Samples">Sampled packets to expect (of a peak: within the busiest second).</param>
/// <param name="Least">Lowest share of runs whose interval must hold the truth, percent.</param>
/// <param name="Most">Highest.</param>
public sealed record CalibrationCase(string Quantity, string Traffic, double Share, int Samples, double Least = 93, double Most = 97)
{
    private const int Runs = 2000;
    private const double Rate = 100;

    /// <summary>Runs every case; the same seed gives the same figures.</summary>
    public CalibrationResult Measure()
    {
        var chance = new SamplingSimulator((ulong)(Samples * 1000) + (ulong)(Share * 100) + (ulong)Traffic.Length);
        int covered = 0, narrow = 0, seen = 0;
        var widths = new List<double>(Runs);
        for (var run = 0; run < Runs; run++)
        {
            if (Draw(chance) is not var (truth, interval))
                continue;
            seen++;
            covered += Holds(interval, truth) ? 1 : 0;
            narrow += Holds(Narrowed(interval), truth) ? 1 : 0;
            widths.Add((interval.High - interval.Low) / truth);
        }
        widths.Sort();
        return new(this, 100.0 * covered / seen, 100.0 * narrow / seen, widths[widths.Count / 2], widths[widths.Count / 2] / Exact());
    }

    public override string ToString() => $"{Quantity}, {Traffic}, {Sampling}, n = {Samples}";

    /// <summary>How packets are taken.</summary>
    public string Sampling => Share == 0 ? "random" : $"every Nth, {Share:P0} of the link";

    private static bool Holds(Interval interval, double truth) => truth >= interval.Low && truth <= interval.High;

    private static Interval Narrowed(Interval interval) => new(
        interval.Value, interval.Value - (0.7 * (interval.Value - interval.Low)), interval.Value + (0.7 * (interval.High - interval.Value)));

    /// <summary>One run; null when nothing was sampled, and nothing could be said.</summary>
    private (double Truth, Interval Interval)? Draw(SamplingSimulator chance)
    {
        // The true size lies anywhere around its mark, so that no lucky whole number decides.
        var size = Samples * Math.Exp((chance.Uniform() - 0.5) * 0.4);
        return Quantity switch
        {
            "peak" => PeakTraffic.Draw(chance, Traffic, size, Share, Rate),
            "sources" => SourceTraffic.Draw(chance, Traffic, size, Share, Rate),
            _ => Sum(chance, size),
        };
    }

    private (double Truth, Interval Interval)? Sum(SamplingSimulator chance, double size)
    {
        // Sizes: all 1 when packets are counted; bytes of 60 and 1400.
        var large = Traffic switch { "half large" => 0.5, "three quarters large" => 0.75, _ => 1 };
        var (small, big) = Quantity == "packets" ? (1.0, 1.0) : (60.0, 1400.0);
        int taken, drawn = 0;
        double left;
        if (Share == 0)
        {
            var all = Math.Round(size * Rate);
            taken = chance.Sampled(all, Rate);
            left = all - taken;
        }
        else
        {
            var link = Math.Floor(size / Share * Rate);
            drawn = (int)Math.Floor((link + (chance.Uniform() * Rate)) / Rate);
            taken = chance.Binomial(drawn, Share);
            left = chance.Binomial((int)link - drawn, Share);
        }
        if (taken == 0)
            return null;
        var bigTaken = chance.Binomial(taken, large);
        var bigLeft = chance.Binomial((int)left, large);
        var sum = ((bigTaken * big) + ((taken - bigTaken) * small)) * Rate;
        var squares = ((bigTaken * big * big) + ((taken - bigTaken) * small * small)) * Rate * (Rate - 1);
        var seen = (bigTaken > 0 ? big : small) * Rate;
        var largest = Quantity == "packets" ? seen : SampledSumInterval.LargestTerm(seen, taken, 1500 * Rate);
        var truth = ((bigTaken + bigLeft) * big) + ((taken - bigTaken + left - bigLeft) * small);
        return (truth, SampledSumInterval.OfTotal(sum, squares, largest, Share == 0 ? double.PositiveInfinity : drawn));
    }

    /// <summary>Relative width of Garwood's interval for as many samples; for bytes times the root mean square size ÷ the mean size.</summary>
    private double Exact()
    {
        double low = 0, high = Samples;
        for (var step = 0; step < 60; step++)
            (low, high) = Gamma.LowerTail(Samples, (low + high) / 2) < 0.025 ? ((low + high) / 2, high) : (low, (low + high) / 2);
        double above = Samples, most = (3 * Samples) + 20;
        for (var step = 0; step < 60; step++)
            (above, most) = Gamma.UpperTail(Samples + 1, (above + most) / 2) > 0.025 ? ((above + most) / 2, most) : (above, (above + most) / 2);
        var large = Traffic switch { "half large" => 0.5, "three quarters large" => 0.75, _ => 1 };
        var mean = (large * 1400) + ((1 - large) * 60);
        return (above - low) / Samples * Math.Sqrt((large * 1400 * 1400) + ((1 - large) * 60 * 60)) / mean;
    }
}

/// <summary>What came out, in percent of the runs; widths are medians.</summary>
/// <param name="Narrowed">The same when the intervals are made 0.7 times as long.</param>
/// <param name="Width">Width ÷ truth.</param>
/// <param name="OfExact">Width ÷ that of the exact Poisson interval for as many samples.</param>
public sealed record CalibrationResult(CalibrationCase Case, double Covered, double Narrowed, double Width, double OfExact)
{
    public override string ToString() =>
        FormattableString.Invariant($"| {Case.Quantity} | {Case.Traffic} | {Case.Sampling} | {Case.Samples} | {Covered:F1} | {Narrowed:F1} | {Width:F2} | {(Case.Quantity == "sources" ? "" : $"{OfExact:F2}")} |");
}
