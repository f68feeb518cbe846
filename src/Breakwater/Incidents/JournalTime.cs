using System.Globalization;

namespace Breakwater.Incidents;

/// <summary>Times of the journal: RFC 3339 UTC to the millisecond in JSON, nanoseconds since 1970 in the database.</summary>
internal static class JournalTime
{
    private const int NanosecondsPerTick = 100;

    public static string Format(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static long ToNanoseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * NanosecondsPerTick;

    public static DateTimeOffset FromNanoseconds(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);
}
