using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Reports;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    private static readonly string[] _prefixes = [" ", " k", " M", " G", " T"];

    /// <summary>A quantity with its interval where there is one: <c>about 1.2 Mbit/s (1.1 M to 1.3 M)</c>, <c>at least 300 senders</c>.</summary>
    /// <param name="scale">0: all digits; 1000: with the prefixes of SI.</param>
    public static string Quantity(Estimate estimate, int scale, string unit)
    {
        if (estimate.Value is not { } value)
            return estimate.Low is { } low ? $"at least {Scaled(low, scale)}{unit}" : $"an unknown number of {unit}";
        var text = Scaled(value, scale);
        var (least, most) = (Scaled(estimate.Low ?? value, scale), Scaled(estimate.High ?? value, scale));
        return least == text && most == text
            ? text + unit
            : $"about {text}{unit} ({least.TrimEnd()} to {most.TrimEnd()})";
    }

    /// <summary>12.3 M.</summary>
    public static string Short(double value) => Scaled(value, 1000).TrimEnd();

    /// <summary>A share in whole per cent, or with two digits when it is below one.</summary>
    public static string Percent(double share) => share is > 0 and < 0.01
        ? Text($"{share * 100:0.##} %") : Text($"{share * 100:0} %");

    /// <summary><c>1 record</c>, <c>2,000 records</c>.</summary>
    public static string Plural(long count, string noun) => Text($"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>At most six significant digits: 1,521, 0.02, 3.2.</summary>
    public static string Plain(double value) => Math.Abs(value) >= 1000
        ? Text($"{value:N0}") : value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary><c>a</c>, <c>a and b</c>, <c>a, b and c</c>, <c>a, b, c and 4 more</c>.</summary>
    public static string Listed(IReadOnlyList<string> names, int most = 3)
    {
        if (names.Count <= 1)
            return string.Concat(names);
        return names.Count <= most
            ? $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}"
            : Text($"{string.Join(", ", names.Take(most))} and {names.Count - most} more");
    }

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Scaled(double value, int scale)
    {
        if (scale == 0)
            return Text($"{value:N0} ");
        var step = 0;
        while (value >= 1000 && step < _prefixes.Length - 1)
            (value, step) = (value / scale, step + 1);
        return Text($"{value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture)}{_prefixes[step]}");
    }
}
