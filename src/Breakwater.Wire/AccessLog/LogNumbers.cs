namespace Breakwater.Wire.AccessLog;

/// <summary>Decimal numbers as text, read from bytes.</summary>
internal static class LogNumbers
{
    private const int MostDigits = 18;

    /// <summary>Reads 1 to 18 digits and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.Length is < 1 or > MostDigits)
            return false;
        foreach (var octet in text)
        {
            var digit = (uint)(octet - '0');
            if (digit > 9)
                return false;
            value = (value * 10) + digit;
        }

        return true;
    }

    /// <summary>Reads a decimal number with or without fraction and exponent, and gives it in units of 1/<paramref name="scale"/>; what is finer is cut.</summary>
    /// <param name="text">Such as <c>0.137</c> or <c>2.7e-06</c>.</param>
    /// <param name="scale">A power of ten from 1 to 10⁹.</param>
    /// <param name="value">The number times the scale.</param>
    public static bool TryParseScaled(ReadOnlySpan<byte> text, long scale, out long value)
    {
        value = 0;
        var exponent = 0;
        if (text.IndexOfAny((byte)'e', (byte)'E') is var letter and > 0)
        {
            var digits = text[(letter + 1)..];
            var isNegative = digits is [(byte)'-', ..];
            if (!TryParse(digits is [(byte)'-' or (byte)'+', ..] ? digits[1..] : digits, out var power) || power > MostDigits)
                return false;
            exponent = isNegative ? -(int)power : (int)power;
            text = text[..letter];
        }

        var dot = text.IndexOf((byte)'.');
        var whole = dot < 0 ? text : text[..dot];
        var fraction = dot < 0 ? default : text[(dot + 1)..];
        if (whole.IsEmpty || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        Int128 sum = 0;
        for (; scale > 1; scale /= 10)
            exponent++;
        if (!TryParse(whole, out var number))
            return false;
        sum = number;
        var used = 0;
        while (exponent > 0 && used < fraction.Length)
        {
            sum = (sum * 10) + (fraction[used++] - '0');
            exponent--;
        }

        for (; exponent > 0 && sum <= long.MaxValue; exponent--)
            sum *= 10;
        for (; exponent < 0; exponent++)
            sum /= 10;
        if (sum > long.MaxValue)
            return false;
        value = (long)sum;
        return true;
    }
}
