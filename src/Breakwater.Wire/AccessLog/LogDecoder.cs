namespace Breakwater.Wire.AccessLog;

/// <summary>Decodes the lines of one access log. Holds nothing but its formats, the last second's time and a W3C log's fields.</summary>
/// <param name="formats">The formats that lines may have, the usual one first (<see cref="LogRecognition"/>).</param>
/// <param name="proxies">Whose word on forwarded addresses is taken.</param>
public sealed class LogDecoder(IReadOnlyList<LogFormat> formats, TrustedProxies proxies)
{
    private readonly LogFormat[] _formats = [.. formats];

    // Of lines that begin as most do.
    private readonly LogPlan? _common = formats[0].Plan is { Common: not null } plan ? plan : null;
    private LogTime _time;
    private LogPlan? _fields;

    /// <summary>The format of the last request.</summary>
    public LogFormat Format { get; private set; } = formats[0];

    /// <summary>Decodes one line; a request is whole only where the result is <see cref="LogError.None"/>.</summary>
    /// <param name="line">The line without its line feed. Whatever bytes it holds, it is one line.</param>
    /// <param name="request">Gets the request; its texts are parts of the line.</param>
    /// <returns>Why it is none: with several formats, what the first of them says.</returns>
    public LogError Decode(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        request = default;
        if (line.Length > LogLimits.LineBytes)
            return LogError.TooLong;
        // Such a line has nothing before its address: no frame of syslog, no comment.
        if (_common is not null && PlanReader.TryReadCommon(_common, line, ref _time, ref request))
        {
            // Of the same object the garbage collector need not hear again.
            if (!ReferenceEquals(Format, _formats[0]))
                Format = _formats[0];
            FindClient(line, ref request);
            return LogError.None;
        }

        return DecodeStepByStep(line, ref request);
    }

    /// <summary>Decodes a line as if nothing were known of how most lines begin: the same result, slower.</summary>
    internal LogError DecodeStepByStep(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        request = default;
        if (line.IsEmpty || line[0] <= ' ' || line[0] == '#')
        {
            if (line.StartsWith("#Fields:"u8))
                _fields = LogPlans.OfFieldsLine(line);
            if (line is [(byte)'#', ..] || line.Trim(" \t\r"u8).IsEmpty)
                return LogError.NoRequest;
        }

        var start = SyslogFrame.Skip(line);
        var first = LogError.None;
        foreach (var format in _formats)
        {
            var error = Decode(format, line, start, ref request);
            if (error == LogError.None)
            {
                Format = format;
                FindClient(line, ref request);
                return LogError.None;
            }

            request = default;
            if (first == LogError.None)
                first = error;
        }

        return first;
    }

    private LogError Decode(LogFormat format, ReadOnlySpan<byte> line, int start, ref LogRequest request)
    {
        if (format.Keys is { } keys)
        {
            var error = JsonLine.Read(keys, line, start, ref _time, ref request);
            if (error != LogError.None)
                return error;
            // Servers write their messages into the same file, as JSON too.
            return (request.Known & (LogFields.Method | LogFields.Request)) == 0 || !request.Knows(LogFields.Time) ? LogError.NoRequest : LogError.None;
        }

        var plan = format.IsW3c ? _fields : format.Plan;
        return plan is null ? LogError.OtherFormat : PlanReader.Read(plan, line, start, ref _time, ref request);
    }

    private void FindClient(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        const LogFields Ends = LogFields.Client | LogFields.Peer | LogFields.ForwardedFor;
        if ((request.Known & Ends) == LogFields.Client)
            (request.Peer, request.Known) = (request.Client, request.Known | LogFields.Peer);
        else
            FindClientByPeer(line, ref request);
    }

    private void FindClientByPeer(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        if (!request.Knows(LogFields.Peer) && request.Knows(LogFields.Client))
            (request.Peer, request.Known) = (request.Client, request.Known | LogFields.Peer);
        else if (!request.Knows(LogFields.Client) && request.Knows(LogFields.Peer))
            (request.Client, request.Known) = (request.Peer, request.Known | LogFields.Client);
        if (request.Knows(LogFields.ForwardedFor | LogFields.Peer) && proxies.Contains(request.Peer))
            request.Client = proxies.ClientOf(request.Peer, request.ForwardedFor.In(line));
    }
}
