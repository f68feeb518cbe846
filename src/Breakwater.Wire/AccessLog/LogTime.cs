using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Breakwater.Wire.AccessLog;

/// <summary>Times as text. The last one is remembered: neighbouring lines mostly have the same second.</summary>
internal struct LogTime
{
    /// <summary>Length of <c>10/Oct/2000:13:55:36 -0700</c>.</summary>
    public const int CommonLength = 26;

    private const int LocalLength = 20;
    private const long Billion = 1_000_000_000;

    private CommonText _lastText;
    private long _lastNanoseconds;

    /// <summary>Reads <c>10/Oct/2000:13:55:36 -0700</c> at the start of a text.</summary>
    public bool TryParseCommon(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = _lastNanoseconds;
        if (text.Length < CommonLength)
            return false;
        text = text[..CommonLength];
        if (IsLast(text))
            return true;
        if (!TryParseLocalSecond(text, out var seconds) || text[LocalLength] != ' ' || !TryParseOffset(text[(LocalLength + 1)..], out var offset))
            return false;
        nanoseconds = (seconds - offset) * Billion;
        text.CopyTo(_lastText);
        _lastNanoseconds = nanoseconds;
        return true;
    }

    // Two vectors that overlap; of a text that has the length.
    private readonly bool IsLast(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> last = _lastText;
        return ((Vector128.Create(text) ^ Vector128.Create(last)) | (Vector128.Create(text[(CommonLength - 16)..]) ^ Vector128.Create(last[(CommonLength - 16)..]))) == Vector128<byte>.Zero;
    }

    /// <summary>Reads <c>10/Oct/2000:13:55:36.123</c>; the zone is not in the text and taken for UTC.</summary>
    public static bool TryParseLocal(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < LocalLength || !TryParseLocalSecond(text, out var seconds) || !TryParseFraction(text[LocalLength..], out var fraction, out var length)
            || length != text.Length - LocalLength)
            return false;
        nanoseconds = (seconds * Billion) + fraction;
        return true;
    }

    /// <summary>Reads RFC 3339, with T or a space between date and time.</summary>
    public static bool TryParseIso(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < 20 || !TryParseDate(text[..10], out var seconds) || text[10] is not ((byte)'T' or (byte)' ' or (byte)'t')
            || !TryParseClock(text[11..19], out var clock) || !TryParseFraction(text[19..], out var fraction, out var length))
            return false;
        var zone = text[(19 + length)..];
        long offset = 0;
        if (zone is not [(byte)'Z' or (byte)'z'] && (zone is not ([_, _, _, (byte)':', _, _] or [_, _, _, _, _]) || !TryParseOffset(zone, out offset)))
            return false;
        nanoseconds = ((seconds + clock - offset) * Billion) + fraction;
        return true;
    }

    /// <summary>Reads <c>2000-10-10</c> as seconds since 1970.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        return text is [_, _, _, _, (byte)'-', _, _, (byte)'-', _, _] && TryParseDigits(text[..4], out var year) && TryParseDigits(text[5..7], out var month)
            && TryParseDigits(text[8..], out var day) && TryGetSeconds(year, month, day, out seconds);
    }

    /// <summary>Reads <c>13:55:36</c> as seconds of a day.</summary>
    public static bool TryParseClock(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text is not [_, _, (byte)':', _, _, (byte)':', _, _] || !TryParseDigits(text[..2], out var hour) || !TryParseDigits(text[3..5], out var minute)
            || !TryParseDigits(text[6..], out var second) || hour > 23 || minute > 59 || second > 60)
            return false;
        seconds = (hour * 3600) + (minute * 60) + second;
        return true;
    }

    private static bool TryParseLocalSecond(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text[2] != '/' || text[6] != '/' || text[11] != ':' || !TryParseDigits(text[..2], out var day) || !TryParseDigits(text[7..11], out var year)
            || !TryGetSeconds(year, Month(text[3..6]), day, out var date) || !TryParseClock(text[12..20], out var clock))
            return false;
        seconds = date + clock;
        return true;
    }

    // +0200 or +02:00, in seconds.
    private static bool TryParseOffset(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text is not [(byte)'+' or (byte)'-', ..] || !TryParseDigits(text[1..3], out var hours) || !TryParseDigits(text[^2..], out var minutes) || hours > 18 || minutes > 59)
            return false;
        seconds = (hours * 3600) + (minutes * 60);
        if (text[0] == '-')
            seconds = -seconds;
        return true;
    }

    // .123 and what follows: the fraction in nanoseconds, and its length with the dot; nothing is no fraction.
    private static bool TryParseFraction(ReadOnlySpan<byte> text, out long nanoseconds, out int length)
    {
        (nanoseconds, length) = (0, 0);
        if (text is not [(byte)'.' or (byte)',', ..])
            return true;
        var end = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = end < 0 ? text.Length : end + 1;
        for (var place = 1; place <= 9; place++)
            nanoseconds = (nanoseconds * 10) + (place < length ? text[place] - '0' : 0);
        return length > 1;
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var octet in text)
        {
            var digit = octet - '0';
            if ((uint)digit > 9)
                return false;
            value = (value * 10) + digit;
        }

        return true;
    }

    private static bool TryGetSeconds(int year, int month, int day, out long seconds)
    {
        seconds = 0;
        // Nanoseconds of later years do not fit into 64 bits.
        if (year is < 1970 or > 2261 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        seconds = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerSecond - 62_135_596_800;
        return true;
    }

    private static int Month(ReadOnlySpan<byte> text) => (BinaryPrimitives.ReadUInt16BigEndian(text), text[2]) switch
    {
        ('J' << 8 | 'a', (byte)'n') => 1,
        ('F' << 8 | 'e', (byte)'b') => 2,
        ('M' << 8 | 'a', (byte)'r') => 3,
        ('A' << 8 | 'p', (byte)'r') => 4,
        ('M' << 8 | 'a', (byte)'y') => 5,
        ('J' << 8 | 'u', (byte)'n') => 6,
        ('J' << 8 | 'u', (byte)'l') => 7,
        ('A' << 8 | 'u', (byte)'g') => 8,
        ('S' << 8 | 'e', (byte)'p') => 9,
        ('O' << 8 | 'c', (byte)'t') => 10,
        ('N' << 8 | 'o', (byte)'v') => 11,
        ('D' << 8 | 'e', (byte)'c') => 12,
        _ => 0,
    };

    [System.Runtime.CompilerServices.InlineArray(CommonLength)]
    private struct CommonText
    {
        private byte _first;
    }
}
