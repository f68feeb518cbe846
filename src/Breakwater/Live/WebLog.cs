using Breakwater.Telemetry.Live;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Live;

/// <summary>
/// One log as it is read live: its decoder, whose format is found from its first lines unless it is configured, and what its clock is off by.
/// </summary>
internal sealed class WebLog(LogSource source)
{
    /// <summary>Lines in a row that are no requests, after which the format is looked for anew.</summary>
    private const int LostLines = 256;

    private const int MostDirectiveBytes = 8_192;

    private readonly TrustedProxies _proxies = TrustedProxies.TryParse(source.TrustedProxies, out var proxies) ? proxies : TrustedProxies.None;
    private byte[] _directives = [];
    private LogDecoder? _decoder;
    private int _unread;

    public LogSource Source => source;

    /// <summary>Is added to the times of its lines: its server's clock or zone is another.</summary>
    public int SkewSeconds { get; set; }

    /// <summary>What tells that its server's zone is another.</summary>
    public LogClock Clock { get; } = new();

    /// <summary>Latest time of the lines of the piece read last, as written; <see cref="long.MinValue"/>: none had one.</summary>
    public long NewestNanoseconds { get; private set; } = long.MinValue;

    /// <summary>Time of the line read last, as written.</summary>
    public long WrittenNanoseconds { get; private set; } = long.MinValue;

    /// <summary>The same as it is counted.</summary>
    public long CountedNanoseconds => WrittenNanoseconds == long.MinValue ? long.MinValue : WrittenNanoseconds + (SkewSeconds * 1_000_000_000L);

    /// <summary>The format of its lines; null: not found yet.</summary>
    public string? FormatName => _decoder?.Format.Name;

    /// <summary>Looks at lines for the format, when it is not known.</summary>
    public bool Recognize(ReadOnlySpan<byte> lines)
    {
        if (_decoder is not null)
            return true;
        // A W3C log says its fields once, at its begin.
        byte[] head = [.. _directives, .. lines[..Math.Min(lines.Length, LogRecognition.HeadBytes)]];
        IReadOnlyList<LogFormat> formats = source.Format is { } given ? [given] : LogRecognition.Find(head);
        if (formats.Count == 0)
        {
            if (_directives.Length == 0 && lines is [(byte)'#', ..])
                _directives = lines[..(lines[..Math.Min(lines.Length, MostDirectiveBytes)].LastIndexOf((byte)'\n') + 1)].ToArray();
            return false;
        }

        _decoder = new LogDecoder(formats, _proxies);
        var request = default(LogRequest);
        for (var rest = _directives.AsSpan(); !rest.IsEmpty; rest = rest[(rest.IndexOf((byte)'\n') + 1)..])
            _decoder.Decode(rest[..rest.IndexOf((byte)'\n')], ref request);
        return true;
    }

    /// <summary>Decodes a line; its time is as its server's clock should have said. Only after <see cref="Recognize"/> was true.</summary>
    public LogError Decode(ReadOnlySpan<byte> line, ref LogRequest request)
    {
        var error = _decoder!.Decode(line, ref request);
        if (error == LogError.None)
        {
            _unread = 0;
            if (!request.Knows(LogFields.Time))
                return error;
            WrittenNanoseconds = request.TimeNanoseconds;
            NewestNanoseconds = Math.Max(NewestNanoseconds, request.TimeNanoseconds);
            request.TimeNanoseconds += SkewSeconds * 1_000_000_000L;
        }
        else if (error != LogError.NoRequest)
        {
            _unread++;
        }

        return error;
    }

    /// <summary>Between pieces: a log that nothing can be read of any more has perhaps another format now.</summary>
    public void Forget()
    {
        NewestNanoseconds = long.MinValue;
        if (source.FormatText is null && _unread >= LostLines)
            (_decoder, _unread) = (null, 0);
    }
}
