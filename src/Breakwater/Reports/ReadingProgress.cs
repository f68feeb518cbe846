using System.Globalization;
using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Reports;

/// <summary>One line on a terminal while long work goes on: <c>reading yours.pcap: 43 %, 12.3 M records</c>; erased at the end.</summary>
internal sealed class ReadingProgress(TextWriter terminal, TimeProvider clock)
{
    /// <summary>Work shorter than this says nothing.</summary>
    public const double SilentSeconds = 2;

    private const double BetweenSeconds = 0.25;
    private const int NameCharacters = 40;
    private readonly long _started = clock.GetTimestamp();
    private double _next = SilentSeconds;
    private bool _isShown;

    /// <summary>Says how far the reading is, when it is time to.</summary>
    public void Look(DecodeSummary summary)
    {
        var seconds = clock.GetElapsedTime(_started).TotalSeconds;
        if (seconds < _next || summary.Inputs is not [.., var input])
            return;
        _next = seconds + BetweenSeconds;
        _isShown = true;
        terminal.Write($"\r{Line(input, summary.RecordsRead)}\x1b[K");
        terminal.Flush();
    }

    /// <summary>Leaves the terminal as it was.</summary>
    public void Erase()
    {
        if (!_isShown)
            return;
        terminal.Write("\r\x1b[K");
        terminal.Flush();
        _isShown = false;
    }

    private static string Line(InputSummary input, long records)
    {
        var share = input.Reading is { LengthBytes: > 0 and var length } file
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Min(100, Math.Floor(100.0 * file.BytesRead / length)):0} %, ") : "";
        return string.Create(CultureInfo.InvariantCulture, $"reading {Name(input.Path)}: {share}{Figures.Short(records)} records");
    }

    /// <summary>The end of a long path, and nothing that a terminal would obey.</summary>
    private static string Name(string path)
    {
        var name = path == "-" ? "standard input" : Path.GetFileName(path);
        name = name.Length > NameCharacters ? "…" + name[^NameCharacters..] : name;
        return string.Concat(name.Select(static letter => char.IsControl(letter) ? '\uFFFD' : letter));
    }
}

/// <summary>Hands flows on, and looks after the progress now and then.</summary>
internal struct ProgressFeed<TFeed>(TFeed feed, ReadingProgress? progress, DecodeSummary summary) : IFlowReader
    where TFeed : struct, IFlowReader
{
    private const uint FlowsBetweenLooks = 1 << 14;
    private TFeed _feed = feed;
    private uint _flows;

    /// <summary>The feed behind, with what it has counted.</summary>
    public readonly TFeed Feed => _feed;

    public readonly bool IsFull => _feed.IsFull;

    public void OnFlow(in FlowRecord flow)
    {
        _feed.OnFlow(in flow);
        if (++_flows % FlowsBetweenLooks == 0)
            progress?.Look(summary);
    }
}
