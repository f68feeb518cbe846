using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry;

/// <summary>One access log: its format, given or found from its first lines, and its requests.</summary>
internal sealed class LogInput
{
    private readonly IReadOnlyList<LogFormat> _formats;
    private readonly TrustedProxies _proxies;
    private readonly PeekStream _content;

    public LogInput(InputOptions options, PeekStream content)
    {
        _formats = options.LogFormat is { } given ? [given] : LogRecognition.Find(content.Peek());
        _proxies = options.TrustedProxies;
        _content = content;
    }

    /// <summary>True when the format is known.</summary>
    public bool IsRecognized => _formats.Count > 0;

    /// <summary>Why it is not, as a sentence without its full stop.</summary>
    public string Fault => "none of its first lines is a request in a format that is known by content; give its format with --log-format";

    /// <summary>Hands the requests on. A line that is none is counted by its reason, and the next one is read.</summary>
    public void Read<TConsumer>(InputSummary input, DecodeSummary summary, TConsumer consumer)
        where TConsumer : IInputConsumer
    {
        input.LogFormats = string.Join(", ", _formats.Select(static format => format.Name));
        var reader = new LogLineReader(_content);
        var decoder = new LogDecoder(_formats, _proxies);
        var request = default(LogRequest);
        while (!consumer.IsDone && reader.TryRead(out var line))
        {
            input.Lines++;
            var error = reader.IsCut ? LogError.TooLong : decoder.Decode(line, ref request);
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
            consumer.OnRequest(input, decoder.Format, line, request);
        }
    }
}
