using System.Globalization;

namespace Breakwater.Top;

/// <summary>Figures as the view shows them: short, and of one width.</summary>
internal static class TopFormat
{
    /// <summary>A count: whole below a million, then with a letter.</summary>
    public static string Count(double value) => value < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{value:N0}") : Short(value, 1000, "", "k", "M", "G", "T", "P");

    /// <summary>Bytes in binary units.</summary>
    public static string Bytes(double value) => Short(value, 1024, "B", "KiB", "MiB", "GiB", "TiB", "PiB");

    /// <summary>A rate; below ten with a decimal.</summary>
    public static string Rate(double value) => value is > 0 and < 10 ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0}") : Count(Math.Round(value));

    /// <summary>A part of a whole, in percent.</summary>
    public static string Share(double part, double whole) => whole <= 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:0.0}%");

    /// <summary>A duration; null: not logged.</summary>
    public static string Duration(double? milliseconds) => milliseconds switch
    {
        null => "-",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
    };

    /// <summary>A second of the log's clock, UTC.</summary>
    public static string Time(long second) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(second, 0, 253_402_300_799)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Short(double value, double step, params ReadOnlySpan<string> units)
    {
        var unit = 0;
        for (; value >= step && unit < units.Length - 1; unit++)
            value /= step;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? $"{value:0}" : value < 10 ? $"{value:0.00}" : value < 100 ? $"{value:0.0}" : $"{value:0}")} {units[unit]}").TrimEnd();
    }
}
