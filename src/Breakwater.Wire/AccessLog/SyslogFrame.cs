namespace Breakwater.Wire.AccessLog;

/// <summary>What stands before a log line that came by syslog (RFC 3164, RFC 5424, rsyslog's files) or through a container runtime (CRI).</summary>
internal static class SyslogFrame
{
    private const int StampLength = 15; // "Oct 11 22:14:15"

    /// <summary>Where the message begins; 0 without a frame.</summary>
    public static int Skip(ReadOnlySpan<byte> line)
    {
        if (line.Length < 20)
            return 0;
        var at = 0;
        if (line[0] == '<')
        {
            var close = line[..6].IndexOf((byte)'>');
            if (close < 2 || line[1..close].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                return 0;
            at = close + 1;
            if (line[at..] is [>= (byte)'1' and <= (byte)'9', (byte)' ', ..])
                return SkipStructured(line, at + 2);
        }

        if (IsStamp(line[at..]))
            return SkipTag(line, at + StampLength + 1, at);
        if (line.Length - at < 20 || line[at + 4] != '-' || line[at + 10] != 'T')
            return at;
        var space = line[at..].IndexOf((byte)' ');
        if (space < 0 || !LogTime.TryParseIso(line.Slice(at, space), out _))
            return at;
        var rest = line[(at + space + 1)..];
        if (rest.StartsWith("stdout F "u8) || rest.StartsWith("stderr F "u8))
            return at + space + 1 + 9;
        return SkipTag(line, at + space + 1, at);
    }

    // RFC 5424 §6: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG], each one word; structured data in brackets.
    private static int SkipStructured(ReadOnlySpan<byte> line, int at)
    {
        for (var word = 0; word < 5; word++)
        {
            var space = line[at..].IndexOf((byte)' ');
            if (space < 0)
                return 0;
            at += space + 1;
        }

        if (line[at..] is [(byte)'-', ..])
            at++;
        else if (!TrySkipElements(line, ref at))
            return 0;
        if (line[at..] is [(byte)' ', ..])
            at++;
        return line[at..] is [0xEF, 0xBB, 0xBF, ..] ? at + 3 : at;
    }

    private static bool TrySkipElements(ReadOnlySpan<byte> line, ref int at)
    {
        while (at < line.Length && line[at] == '[')
        {
            var isQuoted = false;
            for (at++; at < line.Length && (isQuoted || line[at] != ']'); at++)
            {
                if (line[at] == '\\' && isQuoted)
                    at++;
                else if (line[at] == '"')
                    isQuoted = !isQuoted;
            }

            if (at >= line.Length)
                return false;
            at++;
        }

        return true;
    }

    private static bool IsStamp(ReadOnlySpan<byte> text) =>
        text is [>= (byte)'A' and <= (byte)'S', _, _, (byte)' ', _, _, (byte)' ', _, _, (byte)':', _, _, (byte)':', _, _, (byte)' ', ..];

    // HOSTNAME TAG: MSG, where the tag may have a process id in brackets. Without a tag there is no frame.
    private static int SkipTag(ReadOnlySpan<byte> line, int at, int none)
    {
        for (var word = 0; word < 2; word++)
        {
            var space = line[at..].IndexOf((byte)' ');
            if (space <= 0)
                return none;
            at += space + 1;
            if (line[at - 2] == ':')
                return at;
        }

        return none;
    }
}
