namespace Breakwater.Wire.Mmdb;

/// <summary>
/// A country as its two letters (ISO 3166-1 alpha-2, and what databases use beside it, such as EU and XK), packed; the default value is
/// "unknown". Lower case becomes upper case.
/// </summary>
public readonly record struct CountryCode : IComparable<CountryCode>
{
    private readonly ushort _letters;

    private CountryCode(int first, int second) => _letters = (ushort)((first << 8) | second);

    /// <summary>False for the default value.</summary>
    public bool IsKnown => _letters != 0;

    /// <summary>Both letters in ASCII, the first in the upper octet; 0 for unknown.</summary>
    public ushort Packed => _letters;

    /// <summary>The code of two letters as <see cref="Packed"/> has them; unknown for anything else.</summary>
    public static CountryCode OfPacked(ushort packed) =>
        TryRead([(byte)(packed >> 8), (byte)packed], out var code) && code.Packed == packed ? code : default;

    /// <summary>Reads two letters; false for anything else, and for ZZ, which means an unknown country.</summary>
    public static bool TryRead(ReadOnlySpan<byte> ascii, out CountryCode code)
    {
        code = default;
        if (ascii.Length != 2)
            return false;
        int first = ascii[0] & 0xDF, second = ascii[1] & 0xDF;
        if (first is < 'A' or > 'Z' || second is < 'A' or > 'Z' || (first == 'Z' && second == 'Z'))
            return false;
        code = new CountryCode(first, second);
        return true;
    }

    /// <summary>Alphabetical; unknown comes first.</summary>
    public int CompareTo(CountryCode other) => _letters.CompareTo(other._letters);

    /// <summary>The two letters; empty for unknown.</summary>
    public override string ToString() => IsKnown ? new string([(char)(_letters >> 8), (char)(_letters & 0xFF)]) : "";

    public static bool operator <(CountryCode left, CountryCode right) => left.CompareTo(right) < 0;

    public static bool operator >(CountryCode left, CountryCode right) => left.CompareTo(right) > 0;

    public static bool operator <=(CountryCode left, CountryCode right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CountryCode left, CountryCode right) => left.CompareTo(right) >= 0;
}
