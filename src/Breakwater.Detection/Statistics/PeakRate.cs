namespace Breakwater.Detection.Statistics;

/// <summary>
/// The highest rate over a window of one second that sampled traffic reached. The largest sampled count is too high: the more windows, the
/// more chance. The windows are therefore cut into segments of constant or evenly changing rate (<see cref="RateSegments"/>), and the
/// peak is the highest rate that the segments need, with the bounds that a likelihood ratio test leaves. Flat traffic is so averaged over its
/// whole length, a pulse over the pulse.
/// </summary>
internal static class PeakRate
{
    /// <summary>Half the 95 % quantile of χ² with one degree of freedom.</summary>
    private const double Cut = 1.920729410347062;

    /// <summary>Above, 4 % of the chance: the low end, which does not reckon with the chance of the true rate itself, needs less.</summary>
    private const double HighCut = 1.53;

    /// <summary>Of fewer windows a slope is hardly seen, and a level taken for it is too low.</summary>
    private const int FewWindows = 8;

    /// <summary>The peak, in the unit of the sums.</summary>
    /// <param name="windows">Sums Σb of windows of one second that do not overlap, one of them the largest seen; at most <see cref="RateSegments.MostWindows"/>.</param>
    /// <param name="weight">Σb² (1 − 1/rate) ÷ Σb over the same traffic (for every-Nth sampling, less the part of the link): what one sample weighs. 0 when all was seen.</param>
    /// <param name="packetWeight">Σ size² ÷ Σ size, unscaled: what one packet weighs. The true rate itself varies by chance, and its peak lies above its mean.</param>
    public static Interval Of(ReadOnlySpan<double> windows, double weight, double packetWeight)
    {
        var largest = 0.0;
        foreach (var window in windows)
            largest = Math.Max(largest, window);
        if (weight <= 0 || largest <= 0)
            return new(largest, largest, largest);
        Span<double> counts = stackalloc double[windows.Length];
        for (var index = 0; index < counts.Length; index++)
            counts[index] = windows[index] / weight;
        using var segments = new RateSegments(counts);
        var (rate, error) = segments.Highest;
        // Of several segments that may be the highest the luckiest is seen, and of a short one its luckiest second.
        var rivals = segments.Comparable * (segments.HighestWindows <= 2 ? 2.5 : 1);
        var low = Below(segments, rate, (rivals > 1 ? EffectiveLooks.SharedBound(rivals) : 2 * Cut) / 2);
        var high = Above(segments, rate, error, windows.Length < FewWindows ? Cut : HighCut);
        var value = Math.Max(low, rate - (error * EffectiveLooks.ExpectedMaximum(rivals)));
        Scattered(segments, counts, ref value, ref high);
        var chance = EffectiveLooks.ExpectedMaximum(EffectiveLooks.OfOverlapping(windows.Length)) * Math.Sqrt(value * weight * packetWeight);
        return new((value * weight) + (chance / 2), low * weight, (high * weight) + chance);
    }

    /// <summary>
    /// Where windows differ by more than chance and segments do not explain it, each window has its own rate: its count, drawn towards the
    /// common mean as far as chance explains the differences (empirical Bayes; Robbins 1956).
    /// </summary>
    private static void Scattered(RateSegments segments, ReadOnlySpan<double> counts, ref double value, ref double high)
    {
        if (segments.Dispersion < 1 + (1.645 * Math.Sqrt(2 / segments.Freedom)))
            return;
        double largest = 0, mean = 0;
        foreach (var count in counts)
            (largest, mean) = (Math.Max(largest, count), mean + (count / counts.Length));
        var trust = 1 - (1 / segments.Dispersion);
        var rate = mean + ((largest - mean) * trust);
        value = Math.Max(value, rate);
        high = Math.Max(high, rate + (Normal.Quantile975 * Math.Sqrt(rate * trust)));
    }

    private static double Below(RateSegments segments, double rate, double cut)
    {
        double low = 0, high = rate;
        for (var step = 0; step < 14; step++)
        {
            var middle = (low + high) / 2;
            if (segments.CostBelow(middle) > cut)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }

    private static double Above(RateSegments segments, double rate, double error, double cut)
    {
        double low = rate, high = rate + (4 * error) + 4;
        for (var step = 0; step < 14; step++)
        {
            var middle = (low + high) / 2;
            if (segments.CostAt(middle) > cut)
                high = middle;
            else
                low = middle;
        }
        return (low + high) / 2;
    }
}
