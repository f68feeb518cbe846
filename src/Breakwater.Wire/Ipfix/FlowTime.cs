using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>The time types of RFC 7011 §6.1 as nanoseconds since 1970-01-01 UTC. What does not fit (year 2262) is 0: unknown.</summary>
public static class FlowTime
{
    // Seconds from the NTP epoch (1900) to the Unix epoch (RFC 5905 §6).
    private const ulong NtpToUnixSeconds = 2_208_988_800;
    private const ulong MaxSeconds = long.MaxValue / 1_000_000_000;
    private const ulong MaxMilliseconds = long.MaxValue / 1_000_000;

    /// <summary>dateTimeSeconds, §6.1.7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromSeconds(ulong seconds) => seconds > MaxSeconds ? 0 : (long)seconds * 1_000_000_000;

    /// <summary>dateTimeMilliseconds, §6.1.8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromMilliseconds(ulong milliseconds) => milliseconds > MaxMilliseconds ? 0 : (long)milliseconds * 1_000_000;

    /// <summary>
    /// dateTimeMicroseconds and dateTimeNanoseconds, §6.1.9 and §6.1.10: 32 bits of seconds since 1900 and 32 bits of fraction, in
    /// units of 2⁻³² s. Seconds with a clear top bit belong to the NTP era that begins in 2036 (RFC 4330 §3). 0 is unknown.
    /// </summary>
    public static long FromNtp(ulong timestamp)
    {
        if (timestamp == 0)
            return 0;
        var seconds = timestamp >> 32;
        if ((seconds & 0x8000_0000) == 0)
            seconds += 1UL << 32;
        var nanoseconds = ((timestamp & 0xFFFF_FFFF) * 1_000_000_000) >> 32;
        return ((long)(seconds - NtpToUnixSeconds) * 1_000_000_000) + (long)nanoseconds;
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
