using System.Globalization;

namespace Breakwater.Samples;

/// <summary>Strict readers for quantities on the command line: a number always has its unit, because a bare number is a guess.</summary>
internal static class Quantity
{
    /// <summary>A duration such as <c>10s</c>, <c>1.5m</c>, <c>250ms</c>, <c>1h</c>, in nanoseconds; positive.</summary>
    public static bool TryDuration(string text, out long nanoseconds) =>
        TryScaled(text, [("ms", 1_000_000L), ("s", 1_000_000_000L), ("m", 60_000_000_000L), ("h", 3_600_000_000_000L)], out nanoseconds);

    /// <summary>A packet rate such as <c>500pps</c>, <c>5kpps</c>, <c>1.2Mpps</c>, in packets per second; positive.</summary>
    public static bool TryPacketRate(string text, out long packetsPerSecond) =>
        TryScaled(text, [("kpps", 1_000L), ("Mpps", 1_000_000L), ("pps", 1L)], out packetsPerSecond);

    /// <summary>A share such as <c>10%</c> or <c>0%</c>, from 0 to 1000 percent.</summary>
    public static bool TryPercent(string text, out int percent)
    {
        percent = 0;
        return text.EndsWith('%')
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out percent)
            && percent <= 1000;
    }

    private static bool TryScaled(string text, ReadOnlySpan<(string Suffix, long Factor)> units, out long value)
    {
        value = 0;
        foreach (var (suffix, factor) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            var digits = text.AsSpan(0, text.Length - suffix.Length);
            if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]) || !char.IsAsciiDigit(digits[^1])
                || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > long.MaxValue / factor)
                continue;
            var scaled = number * factor;
            value = (long)scaled;
            return value > 0 && value == scaled;
        }

        return false;
    }
}
