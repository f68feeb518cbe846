namespace Breakwater.Response.Price;

/// <summary>Intervals of 95 % for shares.</summary>
internal static class Interval
{
    private const double Z = 1.96;

    /// <summary>So many times its odds a part of the traffic may have at another hour, or as many times less: half as much again against the rest.</summary>
    private const double DriftOdds = 1.5;

    /// <summary>Wilson's interval for a share of so many equal ones (1927); everything when there are none.</summary>
    public static (double Low, double High) Wilson(double share, double count) => Of(share, count, 1);

    /// <summary>Where the share of as many others will be: these vary by chance as the ones counted do, so that the variance is twice as large.</summary>
    public static (double Low, double High) OfNext(double share, double count) => Of(share, count, 2);

    /// <summary>
    /// An interval with what drift adds: between the time before and the attack the traffic itself changes, which no number of samples tells. Chance and drift add up as
    /// errors do. What meets nothing has nothing that could grow.
    /// </summary>
    public static (double Low, double High) Drifted(double low, double share, double high)
    {
        var (more, less) = (share * DriftOdds / (1 + (share * (DriftOdds - 1))), share / (share + ((1 - share) * DriftOdds)));
        return (Math.Max(0, share - double.Hypot(share - low, share - less)), Math.Min(1, share + double.Hypot(high - share, more - share)));
    }

    private static (double Low, double High) Of(double share, double count, double samples)
    {
        if (count <= 0)
            return (0, 1);
        share = Math.Clamp(share, 0, 1);
        var middle = (share + (Z * Z / (2 * count))) / (1 + (Z * Z / count));
        var half = Z * Math.Sqrt((samples * share * (1 - share) / count) + (Z * Z / (4 * count * count))) / (1 + (Z * Z / count));
        // None and all are no matter of rounding.
        return (share <= 0 ? 0 : Math.Max(0, middle - half), share >= 1 ? 1 : Math.Min(1, middle + half));
    }
}

/// <summary>A fixed sequence of numbers (Steele, Lea and Flood 2014): the same seed gives the same intervals.</summary>
internal static class SplitMix
{
    public static ulong Next(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15UL;
        var mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return mixed ^ (mixed >> 31);
    }
}
