using System.Globalization;
using System.Text;
using Breakwater.Telemetry.Json;

namespace Breakwater.Reports;

/// <summary>Times and spans in reports.</summary>
internal static class ReportTime
{
    /// <summary>RFC 3339 UTC with as many decimals as needed; null stays null.</summary>
    public static string? Format(long? nanoseconds)
    {
        if (nanoseconds is not { } time)
            return null;
        Span<byte> text = stackalloc byte[Timestamps.MaximumLength];
        return Encoding.UTF8.GetString(text[..Timestamps.FormatNanoseconds(text, time)]);
    }

    /// <summary>For people: to the second, or finer when the span around it is short.</summary>
    public static string Short(long nanoseconds, bool finely) => DateTime.UnixEpoch.AddTicks(nanoseconds / 100)
        .ToString(finely ? "yyyy-MM-dd HH:mm:ss.fff 'UTC'" : "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>23 ms, 4.1 s, 3 min 20 s, 5 h 10 min, 12 days.</summary>
    public static string Span(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 3600):0} h {seconds % 3600 / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:N0} days"),
    };
}
