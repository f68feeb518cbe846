using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Telemetry.Live;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Live;

/// <summary>Takes a request that was read; its texts lie in the line, which is valid until the method returns.</summary>
internal delegate void RequestTaker(ReadOnlySpan<byte> line, in LogRequest request);

/// <summary>
/// Lines to incidents, in the order in which they come. No clock and no I/O: a recording calls the same in the same order, and comes to the same
/// verdicts.
/// </summary>
internal sealed class WebLines
{
    private readonly Dictionary<int, WebLog> _logs = [];
    private readonly long[] _linesWithout = new long[Enum.GetValues<LogError>().Length];

    public WebLines(DetectorOptions options, ImmutableArray<string> services) => Detector = new WebDetector(options, services) { IsLive = true };

    public WebDetector Detector { get; }

    /// <summary>Logs that lines came of, by number.</summary>
    public IReadOnlyDictionary<int, WebLog> Logs => _logs;

    /// <summary>Takes each request besides; null: nobody does.</summary>
    public RequestTaker? Taken { get; set; }

    public long Lines { get; private set; }

    public long Requests { get; private set; }

    /// <summary>Lines that were no requests, by reason; <see cref="LogError.NoRequest"/> are no loss.</summary>
    public IReadOnlyList<long> LinesWithout => _linesWithout;

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable => Lines - Requests - _linesWithout[(int)LogError.NoRequest];

    /// <summary>A log whose lines will come under this number.</summary>
    public WebLog Open(int number, LogSource source)
    {
        var log = new WebLog(source);
        _logs[number] = log;
        return log;
    }

    /// <summary>No more comes under this number.</summary>
    public void Close(int number) => _logs.Remove(number);

    /// <summary>Counts whole lines, each with its line feed.</summary>
    public void Take(WebLog log, ReadOnlySpan<byte> lines)
    {
        log.Forget();
        var isKnown = log.Recognize(lines);
        var request = default(LogRequest);
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            Lines++;
            var error = isKnown ? log.Decode(line, ref request) : line is [] or [(byte)'#', ..] ? LogError.NoRequest : LogError.OtherFormat;
            if (error != LogError.None)
            {
                _linesWithout[(int)error]++;
                continue;
            }

            Requests++;
            Detector.Count(line, in request, log.Source.Service);
            Taken?.Invoke(line, in request);
        }
    }
}
