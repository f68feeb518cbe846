using System.Runtime.CompilerServices;

namespace Breakwater.Detection.Statistics;

/// <summary>
/// A sum of 128 bits in two words. <see cref="UInt128"/> computes the same, but no method that touches one is compiled ahead of time: how such a type lies in memory,
/// the runtime alone knows. What needs one here stands apart, for sums that one word does not hold.
/// </summary>
internal struct WideSum
{
    private ulong _high;
    private ulong _low;

    /// <summary>Its words.</summary>
    public readonly (ulong High, ulong Low) Words => (_high, _low);

    /// <summary>The product of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideSum Product(ulong left, ulong right)
    {
        var product = default(WideSum);
        product._high = Math.BigMul(left, right, out product._low);
        return product;
    }

    /// <summary>A value of at least 0, its fraction cut off.</summary>
    public static WideSum Of(double value) => value < ulong.MaxValue ? new WideSum { _low = (ulong)value } : OfWide(value);

    /// <summary>Adds another one, modulo 2^128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in WideSum other)
    {
        _low += other._low;
        _high += other._high + (_low < other._low ? 1UL : 0UL);
    }

    /// <summary>The sum by <paramref name="divisor"/>, rounded down.</summary>
    public readonly WideSum By(uint divisor) => _high == 0 ? new WideSum { _low = _low / divisor } : DividedBy(divisor);

    /// <summary>The sum times 2^<paramref name="level"/>, modulo 2^128; a level of at most 63.</summary>
    public readonly WideSum Times2To(int level) => level == 0 ? this : new WideSum { _high = (_high << level) | (_low >> (64 - level)), _low = _low << level };

    /// <summary>As a floating-point number, rounded as <see cref="UInt128"/> is.</summary>
    public readonly double ToDouble() => _high == 0 ? _low : WideToDouble();

    private static WideSum OfWide(double value)
    {
        var wide = (UInt128)value;
        return new WideSum { _high = (ulong)(wide >> 64), _low = (ulong)wide };
    }

    private readonly WideSum DividedBy(uint divisor)
    {
        // Long division by words: the remainder of the upper one is less than the divisor.
        var (high, rest) = Math.DivRem(_high, divisor);
        var wide = new UInt128(rest, _low) / divisor;
        return new WideSum { _high = high, _low = (ulong)wide };
    }

    private readonly double WideToDouble() => (double)new UInt128(_high, _low);
}
