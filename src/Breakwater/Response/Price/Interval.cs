namespace Breakwater.Response.Price;

/// <summary>Intervals of 95 % for shares.</summary>
internal static class Interval
{
    private const double Z = 1.96;

    /// <summary>Wilson's interval for a share of so many equal ones (1927); everything when there are none.</summary>
    public static (double Low, double High) Wilson(double share, double count)
    {
        if (count <= 0)
            return (0, 1);
        share = Math.Clamp(share, 0, 1);
        var middle = (share + (Z * Z / (2 * count))) / (1 + (Z * Z / count));
        var half = Z * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4 * count * count))) / (1 + (Z * Z / count));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
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
