using System.Globalization;

namespace Breakwater.Console;

/// <summary>Numbers and times as pages show them.</summary>
internal static class Quantity
{
    private static readonly string[] _prefixes = ["", "k", "M", "G", "T"];

    /// <summary>12.3 k; the prefix and a unit follow a narrow space.</summary>
    public static string Scaled(double value, string unit)
    {
        var step = 0;
        while (Math.Abs(value) >= 1000 && step < _prefixes.Length - 1)
            (value, step) = (value / 1000, step + 1);
        var digits = Math.Abs(value) switch { < 10 => "0.##", < 100 => "0.#", _ => "0" };
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(digits, CultureInfo.InvariantCulture)} {_prefixes[step]}{unit}");
    }

    public static string Packets(double perSecond) => Scaled(perSecond, "pkt/s");

    public static string Bits(double perSecond) => Scaled(perSecond, "bit/s");

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100)} %");

    /// <summary>14:03:07, with the day when it is another one.</summary>
    public static string Clock(DateTimeOffset at, DateTimeOffset now) => at.UtcDateTime.Date == now.UtcDateTime.Date
        ? at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
        : at.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture);

    /// <summary>7 s, 12 min, 3 h 10 min, 4 days.</summary>
    public static string Span(TimeSpan span) => Math.Max(0, span.TotalSeconds) switch
    {
        < 120 and var seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7_200 and var seconds => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min"),
        < 172_800 and var seconds => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):0} min"),
        var seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0} days"),
    };
}
