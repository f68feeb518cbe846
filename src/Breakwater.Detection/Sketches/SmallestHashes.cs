using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Breakwater.Detection.Sketches;

/// <summary>Where the smallest of many hashes end.</summary>
internal static class SmallestHashes
{
    /// <summary>
    /// A limit that so many hashes are not above, found bit by bit from the highest that any has: of hashes, which are evenly spread, a few passes tell it, and no sorting is needed.
    /// </summary>
    /// <param name="hashes">All different.</param>
    /// <param name="count">How many; at least 1, at most all.</param>
    /// <returns>The largest of those hashes.</returns>
    public static ulong Limit(ReadOnlySpan<ulong> hashes, int count)
    {
        var highest = 0UL;
        foreach (var hash in hashes)
            highest |= hash;
        var first = 1UL << BitOperations.Log2(highest);
        var limit = first | (first - 1);
        for (var bit = first; bit > 0; bit >>= 1)
        {
            // The lower half of what the limit may be.
            var (found, largest) = UpTo(hashes, limit - bit);
            if (found == count)
                return largest;
            if (found > count)
                limit -= bit;
        }

        return limit;
    }

    /// <summary>How many hashes are not above a limit, and the largest of them.</summary>
    private static (int Count, ulong Largest) UpTo(ReadOnlySpan<ulong> hashes, ulong limit)
    {
        var blocks = MemoryMarshal.Cast<ulong, Vector256<ulong>>(hashes);
        var (above, count, largest) = (Vector256.Create(limit), Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        foreach (var block in blocks)
        {
            var isWithin = Vector256.LessThanOrEqual(block, above);
            count -= isWithin;
            largest = Vector256.Max(largest, block & isWithin);
        }

        var (found, most) = ((int)Vector256.Sum(count), 0UL);
        for (var lane = 0; lane < Vector256<ulong>.Count; lane++)
            most = Math.Max(most, largest[lane]);
        foreach (var hash in hashes[(blocks.Length * Vector256<ulong>.Count)..])
        {
            if (hash <= limit)
                (found, most) = (found + 1, Math.Max(most, hash));
        }

        return (found, most);
    }
}
