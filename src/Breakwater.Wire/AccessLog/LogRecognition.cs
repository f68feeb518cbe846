namespace Breakwater.Wire.AccessLog;

/// <summary>Finds the format of an access log from its first lines.</summary>
public static class LogRecognition
{
    /// <summary>Bytes of a file that are looked at.</summary>
    public const int HeadBytes = LogLimits.HeadBytes;

    /// <summary>
    /// The formats of a file: of those that read least of other formats' lines the one that reads most of its first lines, then the next for the
    /// other lines, and so on. None when no line is a request.
    /// </summary>
    /// <param name="head">The first bytes of the file; a last line without line feed counts.</param>
    public static IReadOnlyList<LogFormat> Find(ReadOnlySpan<byte> head)
    {
        Span<bool> isRead = stackalloc bool[LogLimits.HeadLines];
        Span<bool> isReadByOne = stackalloc bool[LogLimits.HeadLines];
        Span<bool> best = stackalloc bool[LogLimits.HeadLines];
        var found = new List<LogFormat>();
        while (found.Count < LogLimits.FormatsOfAFile)
        {
            LogFormat? most = null;
            var mostLines = 0;
            foreach (var format in LogFormat.Known)
            {
                var lines = Count(format, head, isRead, isReadByOne);
                if (lines == 0 || (most is not null && (format.Rank > most.Rank || (format.Rank == most.Rank && lines <= mostLines))))
                    continue;
                (most, mostLines) = (format, lines);
                isReadByOne.CopyTo(best);
            }

            if (most is null)
                break;
            found.Add(most);
            for (var index = 0; index < isRead.Length; index++)
                isRead[index] |= best[index];
        }

        return found;
    }

    // The lines that this format reads and no one before it.
    private static int Count(LogFormat format, ReadOnlySpan<byte> head, ReadOnlySpan<bool> isRead, Span<bool> isReadByOne)
    {
        var decoder = new LogDecoder([format], TrustedProxies.None);
        var request = default(LogRequest);
        var count = 0;
        isReadByOne.Clear();
        for (var index = 0; index < LogLimits.HeadLines && !head.IsEmpty; index++)
        {
            var end = head.IndexOf((byte)'\n');
            var line = end < 0 ? head : head[..end];
            head = end < 0 ? default : head[(end + 1)..];
            isReadByOne[index] = decoder.Decode(line, ref request) == LogError.None && IsPlausible(line, request);
            if (isReadByOne[index] && !isRead[index])
                count++;
        }

        return count;
    }

    // A further text in quotes is a chain of addresses only when it begins with one.
    private static bool IsPlausible(ReadOnlySpan<byte> line, in LogRequest request)
    {
        if (!request.Knows(LogFields.Time) || (request.Known & (LogFields.Method | LogFields.Request)) == 0)
            return false;
        if (!request.Knows(LogFields.ForwardedFor))
            return true;
        var chain = request.ForwardedFor.In(line);
        var comma = chain.IndexOf((byte)',');
        return LogAddress.TryParseEndpoint((comma < 0 ? chain : chain[..comma]).Trim((byte)' '), out _);
    }
}
