using System.Buffers.Binary;
using System.Buffers.Text;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>RFC 3339 UTC text of the time stamps that telemetry carries.</summary>
internal static class Timestamps
{
    /// <summary>Room for the longest text, <c>9999-12-31T23:59:59.999999999Z</c>.</summary>
    public const int MaximumLength = 30;

    private const long LastSecond = 253_402_300_799; // 9999-12-31T23:59:59Z

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
    /// Writes a dateTimeMicroseconds or dateTimeNanoseconds (NTP format, see
    /// <see cref="FlowTime.TryReadNtp"/>); 0 bytes for the value 0, which RFC 5905 §6 defines as unknown.
    /// </summary>
    public static int FormatNtp(Span<byte> utf8, ReadOnlySpan<byte> eightOctets, int decimals)
    {
        return FlowTime.TryReadNtp(BinaryPrimitives.ReadUInt64BigEndian(eightOctets), decimals == 6, out var seconds, out var nanoseconds)
            ? Format(utf8, seconds, nanoseconds, decimals)
            : 0;
    }
}
