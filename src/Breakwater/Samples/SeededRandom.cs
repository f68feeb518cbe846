using System.Numerics;

namespace Breakwater.Samples;

/// <summary>
/// xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Integers only, so that one seed gives the same sample on every
/// machine: the runtime's Random may change between versions, and logarithms differ in the last bit between C libraries.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts the stream that belongs to <paramref name="seed"/>; every seed is valid, 0 too.</summary>
    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>A generator in a given state, to compare with the published one.</summary>
    internal SeededRandom(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>An independent stream for one part of a sample, so that a change in one part leaves the others as they were.</summary>
    public SeededRandom Fork() => new(NextUInt64());

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    public uint NextUInt32() => (uint)(NextUInt64() >> 32);

    public ushort NextUInt16() => (ushort)(NextUInt64() >> 48);

    /// <summary>Uniform in [0, <paramref name="bound"/>), without bias (Lemire 2019).</summary>
    public uint Below(uint bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        var product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            var threshold = (0u - bound) % bound;
            while ((uint)product < threshold)
                product = (ulong)NextUInt32() * bound;
        }

        return (uint)(product >> 32);
    }

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public int Between(int low, int high) => low + (int)Below((uint)(high - low) + 1);

    /// <summary>True in one of <paramref name="n"/> calls on average.</summary>
    public bool OneIn(uint n) => Below(n) == 0;

    /// <summary>A local port of the ephemeral range (RFC 6335 §6).</summary>
    public ushort EphemeralPort() => (ushort)Between(49152, 65535);

    /// <summary>
    /// Exponentially distributed with the given mean (von Neumann 1951: comparisons of uniform numbers only, no logarithm).
    /// </summary>
    public long Exponential(long mean)
    {
        for (ulong whole = 0; ; whole++)
        {
            var first = NextUInt32();
            var last = first;
            var runLength = 1;
            for (var next = NextUInt32(); next < last; next = NextUInt32(), runLength++)
                last = next;
            if (runLength % 2 == 1)
                return (long)((((UInt128)whole << 32) | first) * (ulong)mean >> 32);
        }
    }

    /// <summary>
    /// A heavy-tailed length: <paramref name="low"/> doubled as often as a fair coin falls heads, up to <paramref name="doublings"/>
    /// times, then spread evenly inside its octave (Pareto-like with index 1).
    /// </summary>
    public int HeavyTail(int low, int doublings)
    {
        var heads = Math.Min(BitOperations.TrailingZeroCount(NextUInt64()), doublings);
        var octave = low << heads;
        return octave + (int)Below((uint)octave);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
