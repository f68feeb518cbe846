namespace Breakwater.Detection.Statistics;

/// <summary>The standard normal distribution's upper tail.</summary>
internal static class Normal
{
    /// <summary>Two-sided 95 %.</summary>
    public const double Quantile975 = 1.9599639845400543;

    private const double HalfLogTwoPi = 0.91893853320467274;

    /// <summary>Probability of a value above <paramref name="z"/>, relative error below 1e-12 (series below 3, continued fraction above).</summary>
    public static double UpperTail(double z)
    {
        if (z < 0)
            return 1 - UpperTail(-z);
        var density = Math.Exp((-z * z / 2) - HalfLogTwoPi);
        if (z < 3)
        {
            double term = z, sum = z;
            for (var odd = 3; term > 1e-17 * sum; odd += 2)
            {
                term *= z * z / odd;
                sum += term;
            }
            return 0.5 - (density * sum);
        }
        double fraction = 0;
        for (var level = 80; level > 0; level--)
            fraction = level / (z + fraction);
        return density / (z + fraction);
    }

    /// <summary>The value exceeded with <paramref name="probability"/> (above 0, at most a half): Newton's steps on the logarithm.</summary>
    public static double UpperQuantile(double probability)
    {
        if (probability >= 0.5)
            return 0;
        var z = Math.Sqrt(-2 * Math.Log(probability));
        for (var step = 0; step < 40; step++)
        {
            var tail = UpperTail(z);
            var change = Math.Log(tail / probability) * tail / Math.Exp((-z * z / 2) - HalfLogTwoPi);
            z += change;
            if (Math.Abs(change) < 1e-13 * (1 + z))
                break;
        }
        return z;
    }
}
