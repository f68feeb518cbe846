namespace Breakwater.Detection;

/// <summary>
/// The test behind every alarm: could a rate no higher than the floor have given this count? One-sided, for a Poisson count, by the
/// signed root of the deviance with half a count taken off for continuity.
/// </summary>
internal readonly struct RateAlarm(double probability)
{
    private readonly double _deviance = Deviance(probability);

    /// <summary>True when <paramref name="count"/> events are too many for a mean of <paramref name="mean"/>.</summary>
    public bool Exceeds(double count, double mean)
    {
        var k = count - 0.5;
        return k > mean && (k * Math.Log(k / mean)) - (k - mean) > _deviance;
    }

    /// <summary>The largest mean that <paramref name="count"/> events exceed.</summary>
    public double LowerBound(double count)
    {
        if (count <= 0.5)
            return 0;
        double low = 0, high = count - 0.5;
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (middle > 0 && !Exceeds(count, middle))
                high = middle;
            else
                low = middle;
        }
        return low;
    }

    /// <summary>Half the square of the normal quantile of a tail probability: by the tail's asymptotic series and three steps of Newton.</summary>
    private static double Deviance(double probability)
    {
        var z = Math.Sqrt(-2 * Math.Log(probability));
        for (var step = 0; step < 20; step++)
        {
            // Mills' ratio as a continued fraction: the tail is density × ratio.
            double fraction = z;
            for (var term = 60; term >= 1; term--)
                fraction = z + (term / fraction);
            var logTail = (-z * z / 2) - (0.5 * Math.Log(2 * Math.PI)) - Math.Log(fraction);
            z += (logTail - Math.Log(probability)) / fraction;
        }
        return z * z / 2;
    }
}
