using System.Globalization;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Live;

/// <summary>
/// One run of <c>serve --record</c> again: its datagrams through the same exporters and detector, its control events where they stood between
/// them. The verdicts are those of the run.
/// </summary>
internal sealed class Replay
{
    private const string ControlPrefix = "control-", ControlSuffix = ".jsonl", TelemetryPrefix = "telemetry-";

    /// <summary>A recording with more control events is none of ours.</summary>
    public const int MaximumEvents = 10_000_000;

    /// <summary>And none with a longer file of them.</summary>
    public const long MaximumControlBytes = 2L << 30;

    // A day in which nothing came at all.
    private const long LongestPauseTicks = 864_000;

    private readonly int _shards;
    private readonly Queue<RecordedEvent> _events;
    private readonly ExporterRegistry _exporters;
    private Detector _detector;
    private RecordedSettings _settings;
    private readonly List<IncidentChange> _changes = [];
    private readonly List<string> _lacks = [];
    private long _tick, _datagrams;
    private bool _hasEnd;

    private Replay(Queue<RecordedEvent> events, int shards)
    {
        (_events, _shards) = (events, shards);
        if (!events.TryDequeue(out var start) || start.Kind != RecordedEvent.Start)
            throw new InvalidDataException("the recording does not begin with its start");
        _settings = RecordedSettings.Read(start.Data);
        _exporters = new ExporterRegistry(_settings.Exporters);
        _detector = NewDetector(start.AtNanoseconds);
    }

    /// <summary>The settings in force at the end.</summary>
    public DetectorOptions Options => _settings.Detection;

    /// <summary>Datagrams and messages read.</summary>
    public long Datagrams => _datagrams;

    /// <summary>Requests of web logs read.</summary>
    public long Requests { get; private set; }

    /// <summary>Why the verdicts may not be those of the run, each in a sentence; empty: they are.</summary>
    public IReadOnlyList<string> Lacks => _lacks;

    /// <summary>What the run found.</summary>
    public DetectionResult Result { get; private set; } = null!;

    /// <summary>True for a file of control events, by its name.</summary>
    public static bool IsControlFile(string path) =>
        Path.GetFileName(path).StartsWith(ControlPrefix, StringComparison.Ordinal) && path.EndsWith(ControlSuffix, StringComparison.Ordinal);

    /// <summary>The captures of the same run, in their order.</summary>
    public static List<string> Captures(string controlPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(controlPath))!;
        var name = Path.GetFileName(controlPath)[ControlPrefix.Length..^ControlSuffix.Length];
        var captures = new List<string>();
        for (var path = Path.Combine(folder, $"{TelemetryPrefix}{name}.pcap"); File.Exists(path);)
        {
            captures.Add(path);
            path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{TelemetryPrefix}{name}-{captures.Count}.pcap"));
        }

        return captures;
    }

    /// <summary>Runs a recording, counted into so many shards: the verdicts are the same for any number.</summary>
    /// <exception cref="InvalidDataException">The files are no recording.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They must not be read.</exception>
    public static Replay Run(string controlPath, int shards, GeoLookup? geo = null)
    {
        var replay = new Replay(ReadEvents(controlPath), shards);
        foreach (var path in Captures(controlPath))
        {
            using var file = File.OpenRead(path);
            using var reader = new PcapReader(file);
            while (reader.TryRead(out var packet))
                replay.Take(in packet);
            if (reader.Damage.Count > 0 || reader.Error != DecodeError.None)
                replay._lacks.Add($"{path} is damaged");
        }

        if (replay._events.Any(left => left.Datagrams > replay._datagrams))
            replay._lacks.Add("captures are missing, or were cut off: fewer datagrams are there than the control events count");
        replay.Apply(long.MaxValue);
        if (!replay._hasEnd)
            replay._lacks.Add("the run did not end by itself: what came last may be missing");
        replay.Result = replay._detector.Finish();
        if (WebReplay.PathOf(controlPath) is var requests && File.Exists(requests))
        {
            var web = WebReplay.Run(requests, replay._lacks, geo);
            replay.Requests = web.Requests;
            replay.Result = WebReport.Join(replay.Result, web, replay.Options.QuietSeconds);
        }

        return replay;
    }

    private static Queue<RecordedEvent> ReadEvents(string path)
    {
        var events = new Queue<RecordedEvent>();
        if (new FileInfo(path).Length > MaximumControlBytes)
            throw new InvalidDataException("the recording has more control events than any run");
        using var lines = File.ReadLines(path).GetEnumerator();
        for (var isLeft = lines.MoveNext(); isLeft;)
        {
            var line = lines.Current;
            if (line.Length > RecordedEvent.MaximumLineBytes || events.Count == MaximumEvents)
                throw new InvalidDataException("the recording has more control events than any run");
            isLeft = lines.MoveNext();
            // A run that was killed may have left half of its last line: no end, which is told.
            if (isLeft || events.Count == 0 || line.EndsWith('}'))
                events.Enqueue(RecordedEvent.Parse(line));
        }

        return events;
    }

    private void Take(in PcapPacket packet)
    {
        Apply(_datagrams);
        var frame = default(InnermostLayer);
        PacketDissector.Dissect(packet.Data, packet.Link, ref frame);
        _datagrams++;
        TickTo(packet.TimestampNanoseconds);
        if (!frame.Found || !frame.Layer.Knows(IpFields.Payload) || _exporters.Find(frame.Layer.Source) is not { } exporter)
            return;
        var sink = new ReplaySink(_detector.Shards[(int)(_datagrams % _shards)]);
        lock (exporter.Gate)
            exporter.Decode(packet.Data.Slice(frame.Layer.PayloadOffset, frame.Layer.PayloadLength), packet.TimestampNanoseconds, sink);
    }

    /// <summary>Applies what took effect before the next datagram.</summary>
    private void Apply(long datagrams)
    {
        while (_events.TryPeek(out var next) && next.Datagrams <= datagrams)
        {
            _events.Dequeue();
            TickTo(next.AtNanoseconds);
            Apply(next);
        }
    }

    private void Apply(RecordedEvent next)
    {
        switch (next.Kind)
        {
            case RecordedEvent.Settings:
                Change(RecordedSettings.Read(next.Data), next.AtNanoseconds);
                break;
            case RecordedEvent.Templates:
                var kept = RecordedSettings.ReadTemplates(next.Data);
                _exporters.Find(kept.Exporter)?.Restore(kept.Kind, kept.Templates);
                break;
            case RecordedEvent.Names:
                var names = RecordedSettings.ReadNames(next.Data);
                _exporters.Find(names.Exporter)?.RestoreNames(names.Names);
                break;
            case RecordedEvent.Baselines:
                _detector.ImportBaselines(RecordedSettings.Read<byte[]>(next.Data));
                break;
            case RecordedEvent.Hold:
                _detector.HoldIncidents(RecordedSettings.ReadTicks(next.Data));
                break;
            case RecordedEvent.Shed:
                _exporters.ShedLevel = RecordedSettings.ReadShedLevel(next.Data);
                break;
            case StreamRecorder.StreamsKind:
                _lacks.Add("some of it came over TCP, whose sessions the recording does not tell apart");
                break;
            case RecordedEvent.End:
                _hasEnd = true;
                break;
            default:
                throw new InvalidDataException($"the recording has a control event of a later version: '{next.Kind}'");
        }
    }

    private void Change(RecordedSettings settings, long nanoseconds)
    {
        var earlier = (_settings, _detector);
        _settings = settings;
        _exporters.Reload(settings.Exporters);
        if (settings.Detection.Canonical() == earlier._settings.Detection.Canonical())
            return;
        _detector = NewDetector(nanoseconds);
        _detector.ImportBaselines(earlier._detector.ExportBaselines());
    }

    private Detector NewDetector(long nanoseconds)
    {
        var detector = new Detector(_settings.Detection with { Shards = _shards }) { TellsChanges = true };
        detector.Tick(nanoseconds);
        _tick = nanoseconds / Detector.TickNanoseconds;
        return detector;
    }

    /// <summary>Tick by tick, as the clock did; what is longer than a pause is a leap of the clock.</summary>
    private void TickTo(long nanoseconds)
    {
        var last = nanoseconds / Detector.TickNanoseconds;
        if (last - _tick > LongestPauseTicks)
            _tick = last - 1;
        while (_tick < last)
        {
            _detector.Tick(++_tick * Detector.TickNanoseconds);
            _changes.Clear();
            _detector.TakeChanges(_changes);
        }
    }

    private readonly struct ReplaySink(Shard shard) : IFlowSink
    {
        public void OnFlow(in FlowRecord flow) => shard.Count(in flow);
    }
}
