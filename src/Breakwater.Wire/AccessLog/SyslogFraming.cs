namespace Breakwater.Wire.AccessLog;

/// <summary>
/// Cuts a syslog stream into messages (RFC 6587 §3.4): octet counting, where a number and a space stand before each, or a line feed behind it. Senders
/// do not mix them, but each message says by its first octets which it is: no line of a log begins with a number and a space.
/// </summary>
public static class SyslogFraming
{
    /// <summary>Digits of the longest length that is believed.</summary>
    private const int LengthDigits = 6;

    /// <summary>Takes the next message.</summary>
    /// <param name="stream">What was received and not taken yet.</param>
    /// <param name="longest">Longest message that is taken, in bytes.</param>
    /// <param name="message">Gets the message, without its frame.</param>
    /// <param name="taken">Gets how many bytes it took; with <see cref="SyslogCut.TooLong"/> the bytes to be passed over so far.</param>
    public static SyslogCut Take(ReadOnlySpan<byte> stream, int longest, out ReadOnlySpan<byte> message, out int taken)
    {
        message = default;
        taken = 0;
        if (stream.IsEmpty)
            return SyslogCut.Incomplete;
        var length = 0;
        for (var digits = 0; digits < stream.Length && digits <= LengthDigits; digits++)
        {
            var digit = stream[digits] - '0';
            if (digits > 0 && stream[digits] == ' ')
                return TakeCounted(stream[(digits + 1)..], digits + 1, length, longest, ref message, ref taken);
            if (digit is < 0 or > 9 || (digits == 0 && digit == 0))
                return TakeLine(stream, longest, ref message, ref taken);
            length = (length * 10) + digit;
        }

        return stream.Length <= LengthDigits ? SyslogCut.Incomplete : SyslogCut.NoSyslog;
    }

    private static SyslogCut TakeLine(ReadOnlySpan<byte> stream, int longest, ref ReadOnlySpan<byte> message, ref int taken)
    {
        var end = stream.IndexOf((byte)'\n');
        if (end < 0 && stream.Length <= longest)
            return SyslogCut.Incomplete;
        message = end < 0 ? default : stream[..end];
        taken = end < 0 ? stream.Length : end + 1;
        return end < 0 || end > longest ? SyslogCut.TooLong : SyslogCut.Message;
    }

    private static SyslogCut TakeCounted(ReadOnlySpan<byte> rest, int frame, int length, int longest, ref ReadOnlySpan<byte> message, ref int taken)
    {
        if (length > longest)
            return SyslogCut.NoSyslog;
        if (rest.Length < length)
            return SyslogCut.Incomplete;
        message = rest[..length];
        taken = frame + length;
        return SyslogCut.Message;
    }
}

/// <summary>What <see cref="SyslogFraming"/> found.</summary>
public enum SyslogCut : byte
{
    /// <summary>A message.</summary>
    Message = 0,

    /// <summary>The message goes on in bytes that have not come yet.</summary>
    Incomplete,

    /// <summary>A message without a length that is longer than the limit; what stands before its line feed is passed over.</summary>
    TooLong,

    /// <summary>A length that is none, or above the limit: where the next message begins is not known.</summary>
    NoSyslog,
}
