using System.Buffers.Binary;
using System.Buffers.Text;

namespace Breakwater.Telemetry.Json;

/// <summary>RFC 3339 UTC text of the time stamps that telemetry carries.</summary>
internal static class Timestamps
{
    /// <summary>Room for the longest text, <c>9999-12-31T23:59:59.999999999Z</c>.</summary>
    public const int MaximumLength = 30;

    private const long LastSecond = 253_402_300_799; // 9999-12-31T23:59:59Z
    private const long NtpToUnixSeconds = 2_208_988_800; // RFC 5905 Figure 4: 1 Jan 1970 in era 0
    private const long NtpEraSeconds = 1L << 32;

    /// <summary>Writes seconds since 1970 and a fraction with <paramref name="decimals"/> digits (0-9); 0 bytes when out of RFC 3339's range.</summary>
    public static int Format(Span<byte> utf8, long unixSeconds, int nanoseconds, int decimals)
    {
        if (unixSeconds is < -62_135_596_800 or > LastSecond)
            return 0;
        var time = DateTime.UnixEpoch.AddTicks(unixSeconds * TimeSpan.TicksPerSecond);
        if (!Utf8Formatter.TryFormat(time, utf8, out _, new System.Buffers.StandardFormat('O')))
            return 0;
        var length = 19;
        if (decimals > 0)
        {
            utf8[length++] = (byte)'.';
            for (var divisor = 100_000_000; decimals > 0; decimals--, divisor /= 10)
                utf8[length++] = (byte)('0' + (nanoseconds / divisor % 10));
        }

        utf8[length++] = (byte)'Z';
        return length;
    }

    /// <summary>Writes nanoseconds since 1970 with as many decimals as are needed (0, 3, 6 or 9).</summary>
    public static int FormatNanoseconds(Span<byte> utf8, long unixNanoseconds)
    {
        var seconds = Math.DivRem(unixNanoseconds, 1_000_000_000, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + 1_000_000_000);
        var decimals = rest == 0 ? 0 : rest % 1_000_000 == 0 ? 3 : rest % 1_000 == 0 ? 6 : 9;
        return Format(utf8, seconds, (int)rest, decimals);
    }

    /// <summary>
    /// Writes a dateTimeMicroseconds or dateTimeNanoseconds (RFC 7011 §6.1.9-6.1.10: NTP format, the lowest 11 bits of the
    /// fraction ignored for microseconds); 0 bytes for the value 0, which RFC 5905 §6 defines as unknown.
    /// </summary>
    public static int FormatNtp(Span<byte> utf8, ReadOnlySpan<byte> eightOctets, int decimals)
    {
        long seconds = BinaryPrimitives.ReadUInt32BigEndian(eightOctets);
        ulong fraction = BinaryPrimitives.ReadUInt32BigEndian(eightOctets[4..]);
        if (seconds == 0 && fraction == 0)
            return 0;
        if (decimals == 6)
            fraction &= ~0x7FFUL;
        seconds += seconds >= NtpToUnixSeconds ? -NtpToUnixSeconds : NtpEraSeconds - NtpToUnixSeconds;
        var unit = decimals == 6 ? 1_000_000UL : 1_000_000_000UL;
        var units = ((fraction * unit) + (1UL << 31)) >> 32; // nearest: the encoder's own rounding is undone
        if (units == unit)
            (seconds, units) = (seconds + 1, 0);
        return Format(utf8, seconds, (int)(units * (1_000_000_000UL / unit)), decimals);
    }
}
