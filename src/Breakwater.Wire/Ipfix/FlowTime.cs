using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>The time types of RFC 7011 §6.1 as nanoseconds since 1970-01-01 UTC. What does not fit (year 2262) is 0: unknown.</summary>
public static class FlowTime
{
    // Seconds from the NTP epoch (1900) to the Unix epoch (RFC 5905 §6).
    private const ulong NtpToUnixSeconds = 2_208_988_800;
    private const ulong NtpEraSeconds = 1UL << 32;
    private const ulong MaxSeconds = long.MaxValue / 1_000_000_000;
    private const ulong MaxMilliseconds = long.MaxValue / 1_000_000;

    /// <summary>dateTimeSeconds, §6.1.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromSeconds(ulong seconds) => seconds > MaxSeconds ? 0 : (long)seconds * 1_000_000_000;

    /// <summary>dateTimeMilliseconds, §6.1.8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromMilliseconds(ulong milliseconds) => milliseconds > MaxMilliseconds ? 0 : (long)milliseconds * 1_000_000;

    /// <summary>dateTimeMicroseconds, §6.1.9, rounded to microseconds; see <see cref="TryReadNtp"/>.</summary>
    public static long FromNtpMicroseconds(ulong timestamp) =>
        TryReadNtp(timestamp, isMicroseconds: true, out var seconds, out var nanoseconds) ? (seconds * 1_000_000_000) + nanoseconds : 0;

    /// <summary>dateTimeNanoseconds, §6.1.10; see <see cref="TryReadNtp"/>.</summary>
    public static long FromNtpNanoseconds(ulong timestamp) =>
        TryReadNtp(timestamp, isMicroseconds: false, out var seconds, out var nanoseconds) ? (seconds * 1_000_000_000) + nanoseconds : 0;

    /// <summary>
    /// dateTimeMicroseconds and dateTimeNanoseconds, §6.1.9 and §6.1.10: 32 bits of seconds since 1900 and 32 bits of fraction, in
    /// units of 2⁻³² s, rounded to the nearest unit so that the encoder's own rounding is undone. Seconds that would lie before 1970
    /// belong to the NTP era that begins in 2036: 1970 to 2106 can be told.
    /// </summary>
    /// <param name="timestamp">The 64 bits of the value.</param>
    /// <param name="isMicroseconds">True for dateTimeMicroseconds, whose lowest 11 bits mean nothing.</param>
    /// <param name="unixSeconds">Seconds since 1970-01-01 UTC.</param>
    /// <param name="nanoseconds">Nanoseconds of that second.</param>
    /// <returns>False for 0, which is unknown (RFC 5905 §6).</returns>
    public static bool TryReadNtp(ulong timestamp, bool isMicroseconds, out long unixSeconds, out int nanoseconds)
    {
        unixSeconds = 0;
        nanoseconds = 0;
        if (timestamp == 0)
            return false;
        var seconds = timestamp >> 32;
        unixSeconds = (long)(seconds >= NtpToUnixSeconds ? seconds - NtpToUnixSeconds : seconds + NtpEraSeconds - NtpToUnixSeconds);
        var fraction = timestamp & (isMicroseconds ? 0xFFFF_F800UL : 0xFFFF_FFFFUL);
        var unitsPerSecond = isMicroseconds ? 1_000_000UL : 1_000_000_000UL;
        var units = ((fraction * unitsPerSecond) + (1UL << 31)) >> 32;
        if (units == unitsPerSecond)
            (unixSeconds, units) = (unixSeconds + 1, 0);
        nanoseconds = (int)(units * (1_000_000_000UL / unitsPerSecond));
        return true;
    }

    /// <summary>
    /// An uptime as a time: the header's uptime belongs to its export time, and their signed 32-bit difference survives the wrap
    /// after 49.7 days and a flow that ends "after" its export.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromUptime(uint uptimeMilliseconds, uint sysUptimeMilliseconds, long exportNanoseconds) =>
        exportNanoseconds + ((int)(uptimeMilliseconds - sysUptimeMilliseconds) * 1_000_000L);

    /// <summary>flowStartDeltaMicroseconds and flowEndDeltaMicroseconds (IE 158, 159): before the export time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromDeltaMicroseconds(uint deltaMicroseconds, long exportNanoseconds) =>
        exportNanoseconds - (deltaMicroseconds * 1_000L);
}
