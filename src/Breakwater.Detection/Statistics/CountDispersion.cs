namespace Breakwater.Detection.Statistics;

/// <summary>
/// How much sampled counts vary, as a part of what they would if each packet were drawn by itself. A sampler that takes every Nth packet of a link
/// takes a fixed number of them; of traffic that is the part p of the link the count then varies by 1 − p. No record tells how packets were
/// drawn, but the counts do: their differences from one short window to the next (von Neumann 1941), which a rate that rises or falls slowly
/// hardly touches.
/// </summary>
internal static class CountDispersion
{
    /// <summary>Samples of a window on the average: fewer hide the regularity, more leave fewer windows.</summary>
    private const double PerWindow = 2;

    /// <summary>Fewest windows that tell anything.</summary>
    private const int FewestWindows = 8;

    /// <summary>No less is believed: traffic has never all of a link for long.</summary>
    private const double Least = 0.05;

    /// <summary>
    /// The part, at most 1, larger by what its own uncertainty adds to an interval (Student 1908). Traffic in bursts varies more than chance does: 1.
    /// </summary>
    /// <param name="counts">Samples of equal steps of time, from the first to the last traffic.</param>
    /// <param name="rate">Sampling rate N, above 1.</param>
    public static double Of(ReadOnlySpan<double> counts, double rate)
    {
        double all = 0;
        foreach (var count in counts)
            all += count;
        if (all <= 0)
            return 1;
        var length = (int)Math.Max(1, Math.Ceiling(PerWindow * counts.Length / all));
        var windows = counts.Length / length;
        if (windows < FewestWindows)
            return 1;
        double squares = 0, sums = 0, before = 0;
        for (var window = 0; window < windows; window++)
        {
            double now = 0;
            foreach (var count in counts.Slice(window * length, length))
                now += count;
            if (window > 0)
                (squares, sums) = (squares + ((now - before) * (now - before)), sums + now + before);
            before = now;
        }
        if (sums <= 0)
            return 1;
        // Counts of evenly paced traffic vary by 1 − 1/N, however they are drawn.
        var part = squares / sums / (1 - (1 / rate));
        // Differences of neighbours share windows: they tell two thirds of what as many independent counts would, of so few samples a little less.
        var student = Student(0.6 * (windows - 1)) / Normal.Quantile975;
        return Math.Clamp(part * student * student, Least, 1);
    }

    /// <summary>Of weights (bytes): packets that differ in size vary by that too, which no sampler evens out.</summary>
    /// <param name="ofPackets">The part for packets.</param>
    /// <param name="evenness">Mean size squared ÷ mean square of the sizes, at most 1.</param>
    public static double OfWeights(double ofPackets, double evenness) => 1 - ((1 - ofPackets) * Math.Clamp(evenness, 0, 1));

    /// <summary>97.5 % quantile of Student's distribution (Cornish and Fisher 1938), within 1 % from 3 degrees of freedom on.</summary>
    private static double Student(double freedom)
    {
        const double z = Normal.Quantile975, z3 = z * z * z, z5 = z3 * z * z;
        return z + ((z3 + z) / (4 * freedom)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * freedom * freedom));
    }
}
