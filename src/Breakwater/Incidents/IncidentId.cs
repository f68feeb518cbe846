using System.Buffers;

namespace Breakwater.Incidents;

/// <summary><c>inc-</c> and eight characters of Crockford's base 32 (no i, l, o, u): sorted as text, ids stand in the order of opening.</summary>
internal static class IncidentId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string Prefix = "inc-";
    private const int Digits = 8;
    private const int BitsPerDigit = 5;

    private static readonly SearchValues<char> _digits = SearchValues.Create(Alphabet);

    /// <param name="sequence">Of the incident's first entry; below 2⁴⁰.</param>
    public static string Of(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sequence, 1L << (Digits * BitsPerDigit));
        return string.Create(Prefix.Length + Digits, sequence, static (text, value) =>
        {
            Prefix.CopyTo(text);
            for (var index = text.Length - 1; index >= Prefix.Length; index--, value >>= BitsPerDigit)
                text[index] = Alphabet[(int)(value & ((1 << BitsPerDigit) - 1))];
        });
    }

    /// <summary>True for what <see cref="Of"/> can give.</summary>
    public static bool IsId(string text) => text.Length == Prefix.Length + Digits && text.StartsWith(Prefix, StringComparison.Ordinal)
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(_digits);
}
