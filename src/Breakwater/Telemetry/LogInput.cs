using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry;

/// <summary>One access log: its format, given or found from its first lines, and its requests.</summary>
internal sealed class LogInput
{
    private readonly IReadOnlyList<LogFormat> _formats;
    private readonly LogDecoder? _decoder;
    private readonly LogLineReader _reader;

    public LogInput(InputOptions options, PeekStream content)
    {
        _formats = options.LogFormat is { } given ? [given] : LogRecognition.Find(content.Peek());
        _decoder = _formats.Count == 0 ? null : new LogDecoder(_formats, options.TrustedProxies);
        _reader = new LogLineReader(content);
    }

    /// <summary>True when the format is known.</summary>
    public bool IsRecognized => _formats.Count > 0;

    /// <summary>Why it is not, as a sentence without its full stop.</summary>
    public string Fault => "none of its first lines is a request in a format that is known by content; give its format with --log-format";

    /// <summary>The format of the request that was read last.</summary>
    public LogFormat Format => _decoder!.Format;

    /// <summary>The formats of its lines, the usual one first.</summary>
    public string FormatNames => string.Join(", ", _formats.Select(static format => format.Name));

    /// <summary>Hands the requests on. A line that is none is counted by its reason, and the next one is read.</summary>
    public void Read<TConsumer>(InputSummary input, DecodeSummary summary, TConsumer consumer)
        where TConsumer : IInputConsumer
    {
        var request = default(LogRequest);
        while (!consumer.IsDone && TryRead(input, summary, out var line, ref request))
            consumer.OnRequest(input, Format, line, request);
    }

    /// <summary>Reads up to the next request; false at the end.</summary>
    /// <param name="input">Counts what is read, and the lines that are no requests.</param>
    /// <param name="summary">Counts the requests.</param>
    /// <param name="line">Gets the line; it is valid until the next call.</param>
    /// <param name="request">Gets the request.</param>
    public bool TryRead(InputSummary input, DecodeSummary summary, out ReadOnlySpan<byte> line, ref LogRequest request)
    {
        while (_reader.TryRead(out line))
        {
            input.Lines++;
            var error = _reader.IsCut ? LogError.TooLong : _decoder!.Decode(line, ref request);
            if (error != LogError.None)
            {
                input.LinesWithout[(int)error]++;
                if (error != LogError.NoRequest)
                    input.DecodeErrors++;
                continue;
            }

            input.Records++;
            summary.Requests++;
            if (request.Knows(LogFields.Time))
                input.Saw(request.TimeNanoseconds);
            return true;
        }

        return false;
    }
}
