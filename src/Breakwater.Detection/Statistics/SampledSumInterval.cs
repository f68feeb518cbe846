namespace Breakwater.Detection.Statistics;

/// <summary>A value with its two-sided 95 % interval.</summary>
internal readonly record struct Interval(double Value, double Low, double High);

/// <summary>
/// Intervals for totals of which only sampled parts were seen: packets, bytes. The mid-P form of the gamma interval for weighted sums of
/// Poisson counts (Fay and Feuer 1997; Fay and Kim 2017); for equal weights it is the mid-P Poisson interval (Cohen and Yang 1994), which
/// lies inside Garwood's (1936), and for many samples it becomes ±1.96·√Σb². Where every Nth packet of a link is taken, the part of the
/// link that is in question varies less than a Poisson count; the interval narrows as the mid-P binomial one does.
/// </summary>
internal static class SampledSumInterval
{
    private const double Tail = 0.025;

    /// <summary>Interval of the mean behind a count of independent events, which need not be whole.</summary>
    public static (double Low, double High) OfCount(double count) => OfSum(count, count, 1);

    /// <summary>
    /// Interval of the total behind a sampled sum. Terms are b = size × rate.
    /// </summary>
    /// <param name="sum">Σ b.</param>
    /// <param name="squares">Σ b² (1 − 1/rate): the sum's variance. 0 when all was seen, and the sum is then exact.</param>
    /// <param name="largest">Largest b.</param>
    /// <param name="drawn">
    /// When every Nth packet is taken: all packets drawn on the same links in the same time, whatever they belonged to. Infinite when packets
    /// are drawn independently of each other, or when it is not known how.
    /// </param>
    public static Interval OfTotal(double sum, double squares, double largest, double drawn = double.PositiveInfinity)
    {
        if (squares <= 0)
            return new(sum, sum, sum);
        var (low, high) = OfSum(sum, squares, Math.Max(largest, squares / sum));
        if (double.IsFinite(drawn))
        {
            var count = Math.Min(sum * sum / squares, drawn);
            var (poissonLow, poissonHigh) = OfCount(count);
            var (partLow, partHigh) = OfPart(count, drawn);
            // Where in its stride of N the traffic begins and ends is unknown: triangular, 97.5 % below 0.78 strides.
            var stride = 0.78 * squares / sum * count / drawn;
            low = Math.Max(0, sum - Length((sum - low) * (count - partLow) / (count - poissonLow), stride));
            high = sum + Length((high - sum) * (partHigh - count) / (poissonHigh - count), stride);
        }
        return new(sum, low, high);
    }

    /// <summary>
    /// The largest term to reckon with in bytes: that seen, and below four samples the largest possible (a full frame × rate), because
    /// with half of the packets large every eighth group of three shows none.
    /// </summary>
    public static double LargestTerm(double seen, long samples, double possible) => samples < 4 ? Math.Max(seen, possible) : seen;

    /// <summary>Mid-P binomial interval of drawn × probability, when <paramref name="count"/> of <paramref name="drawn"/> belong (Lancaster 1961).</summary>
    public static (double Low, double High) OfPart(double count, double drawn)
    {
        var low = Solve(p => Middle(Gamma.BetaLowerTail(count, drawn - count + 1, p), Gamma.BetaLowerTail(count + 1, drawn - count, p)), 0, 1, Tail);
        var high = Solve(p => Middle(Gamma.BetaLowerTail(count, drawn - count + 1, p), Gamma.BetaLowerTail(count + 1, drawn - count, p)), 0, 1, 1 - Tail);
        return (low * drawn, high * drawn);
    }

    private static (double Low, double High) OfSum(double sum, double squares, double weight)
    {
        var below = (Shape: sum > 0 ? sum * sum / squares : 0, Scale: sum > 0 ? squares / sum : 1);
        var above = (Shape: (sum + weight) * (sum + weight) / (squares + (weight * weight)), Scale: (squares + (weight * weight)) / (sum + weight));
        var most = (sum + weight + (10 * Math.Sqrt(squares + (weight * weight)))) * 1.5;
        var low = Solve(x => Middle(Gamma.LowerTail(below.Shape, x / below.Scale), Gamma.LowerTail(above.Shape, x / above.Scale)), 0, sum, Tail);
        var high = Solve(x => -Middle(Gamma.UpperTail(below.Shape, x / below.Scale), Gamma.UpperTail(above.Shape, x / above.Scale)), sum, most, -Tail);
        return (low, high);
    }

    private static double Length(double across, double along) => Math.Sqrt((across * across) + (along * along));

    private static double Middle(double left, double right) => (left + right) / 2;

    /// <summary>Where a rising function reaches a level, between two bounds.</summary>
    private static double Solve(Func<double, double> rising, double low, double high, double level)
    {
        for (var step = 0; step < 48; step++)
        {
            var middle = (low + high) / 2;
            if (rising(middle) < level)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }
}
