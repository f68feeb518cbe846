namespace Breakwater.Detection.Statistics;

/// <summary>
/// How many distinct sources a stream has of which only one packet in N was seen. A source with one packet is seen with probability 1/N, a
/// busy one surely; how many packets sources send shows in how often those seen were seen again.
/// <para>
/// High end and value: sampled packets of a source are Poisson, their means over the sources gamma-distributed, so those of seen sources
/// follow a zero-truncated negative binomial (Fisher, Corbet, Williams 1943), extended to shapes between −1 and 0 (Engen 1974) where it
/// has the tail of a power law. Its ends are sources of equal rates (shape → ∞) and a new source for every packet (shape → −1). The interval
/// is what a likelihood ratio test of 5 % leaves over both parameters (profile likelihood). More than ten packets are just "many": how busy
/// the busy ones are says nothing of the unseen (Chao and Lee 1992 cut there too).
/// </para>
/// <para>
/// Low end: the smaller of the model's and Chao's bound (1987), which holds whatever the sources send, in its form for a known sampling
/// rate. Where hardly any source was seen twice, everything from many packets of few sources to one packet each is possible: the interval
/// reaches up to the number of packets, and without any repetition there is no value.
/// </para>
/// </summary>
internal static class DistinctSources
{
    /// <summary>95 % quantile of χ² with one degree of freedom.</summary>
    private const double Cut = 3.841458820694124;

    /// <summary>
    /// The low end is the smaller of two bounds, each of which leaves 4 % to chance: together less than 2.5 %. Normal quantile, as a part of the two-sided one.
    /// </summary>
    private const double LowReach = 1.7507 / Normal.Quantile975;

    private const double LowCut = Cut * LowReach * LowReach;

    /// <summary>
    /// Where the high end is the bound of the packets the low one is far away, and only the high one can miss: it leaves 5 % to chance, whereas the
    /// bound of the packets leaves 2.5 %.
    /// </summary>
    private const double MostReach = 1.6449 / Normal.Quantile975;

    private const int Points = 16;

    /// <summary>The distinct sources of the whole stream.</summary>
    /// <param name="seen">Distinct sources among the sampled packets.</param>
    /// <param name="seenError">Standard error of that count, 0 when exact.</param>
    /// <param name="packets">Sampled packets of each of a random choice of the sources seen (<see cref="Sketches.SourceSample"/>).</param>
    /// <param name="rate">Mean sampling rate N, at least 1.</param>
    /// <param name="mostPackets">Upper bound of the packets of the whole stream: no more sources than that.</param>
    /// <param name="samples">All sampled packets, for the report.</param>
    public static Estimate Of(double seen, double seenError, ReadOnlySpan<uint> packets, double rate, double mostPackets, long samples)
    {
        if (rate <= 1 || packets.IsEmpty)
            return Unsampled(seen, seenError, samples);
        var likelihood = new RepeatLikelihood(packets);
        Span<RepeatLikelihood.Peak> peaks = stackalloc RepeatLikelihood.Peak[RepeatLikelihood.Shapes];
        var best = 0;
        for (var shape = 0; shape < peaks.Length; shape++)
        {
            peaks[shape] = likelihood.PeakOf(shape);
            best = peaks[shape].Height > peaks[best].Height ? shape : best;
        }
        var value = seen * RepeatLikelihood.Ratio(best, peaks[best].LogScale, rate);
        double low = value, high = value;
        for (var shape = 0; shape < peaks.Length; shape++)
        {
            if (2 * (peaks[best].Height - peaks[shape].Height) < Cut)
                Widen(in likelihood, shape, peaks[shape], peaks[best].Height, (seen, seenError, rate), ref low, ref high);
        }
        var sure = Math.Max(Math.Min(seen, 1), seen - (Normal.Quantile975 * seenError));
        low = Math.Max(sure, Math.Min(low, sure * LeastRatio(packets, rate)));
        var all = samples * rate;
        high = Math.Max(low, Math.Min(high, all + ((mostPackets - all) * MostReach)));
        // Whole numbers inside the interval: rounded outwards it would hold more than it says.
        low = Math.Ceiling(low);
        high = Math.Max(low, Math.Floor(high));
        return new Estimate(likelihood.HasRepeats ? Math.Clamp(value, low, high) : null, low, high, samples);
    }

    private static Estimate Unsampled(double seen, double seenError, long samples)
    {
        var error = Normal.Quantile975 * seenError;
        return new Estimate(Math.Round(seen), Math.Floor(Math.Max(Math.Min(1, seen), seen - error)), Math.Ceiling(seen + error), samples);
    }

    /// <summary>Widens the interval by what one shape leaves possible.</summary>
    private static void Widen(
        in RepeatLikelihood likelihood, int shape, RepeatLikelihood.Peak peak, double best, (double Seen, double Error, double Rate) input,
        ref double low, ref double high)
    {
        var from = likelihood.Edge(shape, peak, best - (Cut / 2), -1);
        var to = likelihood.Edge(shape, peak, best - (Cut / 2), 1);
        for (var point = 0; point <= Points; point++)
        {
            var logScale = from + ((to - from) * point / Points);
            var left = Cut - (2 * (best - likelihood.At(shape, logScale)));
            var ratio = RepeatLikelihood.Ratio(shape, logScale, input.Rate);
            // The chance by which just so many were seen: the likelihood of a Poisson mean is nearly quadratic in its cube root (Anscombe 1964).
            var variance = ((1 - (1 / ratio)) / input.Seen) + (input.Error * input.Error / (input.Seen * input.Seen));
            var reach = Math.Sqrt(Math.Max(0, left) * variance) / 3;
            high = Math.Max(high, input.Seen * ratio * Math.Pow(1 + reach, 3));
            if (left < Cut - LowCut)
                continue;
            reach = Math.Sqrt((left - Cut + LowCut) * variance) / 3;
            low = Math.Min(low, input.Seen * ratio * Math.Pow(Math.Max(0, 1 - reach), 3));
        }
    }

    /// <summary>
    /// Lower bound of all sources ÷ seen sources: unseen ≥ f₁² ÷ (2·f₂ + f₁ ÷ (N − 1)) by the Cauchy-Schwarz inequality, f₁ and f₂ the sources
    /// seen once and twice; its 2.5 % bound from theirs (Zou and Donner 2008).
    /// </summary>
    private static double LeastRatio(ReadOnlySpan<uint> packets, double rate)
    {
        double once = packets.Count(1u), twice = packets.Count(2u);
        if (once == 0)
            return 1;
        var floor = once / (rate - 1);
        var middle = (2 * (twice + 0.5)) + floor;
        var fewer = 2 * Math.Log(once / Math.Max(1e-9, SampledSumInterval.OfCount(once).Low));
        var more = Math.Log(((2 * SampledSumInterval.OfCount(twice).High) + floor) / middle);
        var unseen = once * once / middle * Math.Exp(-LowReach * Math.Sqrt((fewer * fewer) + (more * more)));
        return 1 + (unseen / packets.Length);
    }
}
