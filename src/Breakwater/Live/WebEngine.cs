using System.Collections.Immutable;
using System.Net;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>
/// Web logs in a running engine: one thread reads what is configured, counts it, and moves the clock on. What changes is taken by the engine's tick,
/// which waits for none of it.
/// </summary>
internal sealed class WebEngine : IDisposable
{
    private const long Second = 1_000_000_000;

    /// <summary>After so long without any line the clock stands: a log that says nothing may be one that cannot be written.</summary>
    private const long SilentNanoseconds = 10 * Second;

    private readonly WebLines _lines;
    private readonly LogIntake _intake;
    private readonly LineRecorder? _recorder;
    private readonly TimeProvider _time;
    private readonly WebShedder _shedder = new();
    private readonly Lock _lock = new();
    private readonly List<IncidentChange> _waiting = [];
    private readonly Thread _thread;
    private volatile bool _isStopped;
    private long _lastLine, _passed, _unreadBefore, _linesBefore;
    private bool _isHeld;
    private int _judgedSecond;
    private Tuple<DetectorOptions, GeoLookup?>? _next;
    private volatile WebState _state = WebState.Empty;

    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public WebEngine(LiveSettings settings, TimeProvider time, LineRecorder? recorder = null)
    {
        (_time, _recorder) = (time, recorder);
        var services = settings.Detection.Services.Select(static service => service.Name).ToImmutableArray();
        var options = settings.Detection with { Shards = 1 };
        _lines = new WebLines(options, services);
        Take(settings.Geo);
        recorder?.Write(LineRecordKind.Start, octets: RecordedWeb.Write(options, settings.Geo));
        _intake = new LogIntake(settings.Logs, settings.LogPositions is { } path ? new LogPositions(path) : null, Take, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "logs" };
    }

    /// <summary>Where syslog is taken.</summary>
    public IEnumerable<EndPoint> Addresses => _intake.Addresses;

    /// <summary>Pieces that the recording does not hold, because the disk was too slow, or gone.</summary>
    public long NotRecorded => _recorder?.Dropped ?? 0;

    /// <summary>As of the last round. Any thread.</summary>
    public WebState State => _state;

    public void Start() => _thread.Start();

    /// <summary>Other settings from the next round on.</summary>
    public void Reload(DetectorOptions options, GeoLookup? geo = null) => Volatile.Write(ref _next, Tuple.Create(options with { Shards = 1 }, geo));

    /// <summary>What happened since the last call. Any thread.</summary>
    public void TakeChanges(List<IncidentChange> changes)
    {
        lock (_lock)
        {
            changes.AddRange(_waiting);
            _waiting.Clear();
        }
    }

    /// <summary>Ends the logs; after <see cref="Dispose"/>.</summary>
    public WebResult Finish() => _lines.Detector.Finish();

    /// <summary>Stops reading.</summary>
    public void Dispose()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        if (_thread.IsAlive)
            _thread.Join();
        _intake.Dispose();
        _recorder?.Write(LineRecordKind.End);
        _recorder?.Dispose();
    }

    /// <summary>One round; tests call it themselves.</summary>
    internal void Round()
    {
        if (Interlocked.Exchange(ref _next, null) is var (options, geo))
        {
            _lines.Detector.Take(options);
            Take(geo);
            _recorder?.Write(LineRecordKind.Settings, octets: RecordedWeb.Write(options, geo));
        }

        _intake.Round();
        var now = Now;
        var isCaughtUp = _intake.CaughtUpNanoseconds > now - Second;
        SetClocks(now, isCaughtUp);
        Hold(!_intake.SeesAll);
        if (isCaughtUp && now - _lastLine < SilentNanoseconds && now / Second > _passed)
        {
            _passed = now / Second;
            _lines.Detector.Pass(_passed);
            _recorder?.Write(LineRecordKind.Pass, value: _passed);
        }

        Tell(now);
    }

    private void Take(GeoLookup? geo) => _lines.Detector.Take(WebOrigins.Of(geo));

    private long Now => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void Run()
    {
        while (!_isStopped)
            Round();
    }

    private void Take(LogStream stream, ReadOnlySpan<byte> lines)
    {
        if (stream.Reader is not WebLog log)
        {
            stream.Reader = log = _lines.Open(stream.Number, stream.Source);
            _recorder?.Write(LineRecordKind.Open, stream.Number, octets: RecordedWeb.Write(stream.Source));
        }

        _recorder?.Write(LineRecordKind.Lines, stream.Number, octets: lines);
        var before = _lines.Lines;
        _lines.Take(log, lines);
        stream.NewestNanoseconds = log.CountedNanoseconds;
        _lastLine = Now;
        if (log.NewestNanoseconds != long.MinValue)
            log.Clock.Note(_lastLine, log.NewestNanoseconds, _lines.Lines - before);
    }

    /// <summary>A log that is read to its end and yet has the times of another zone is corrected by the difference.</summary>
    private void SetClocks(long now, bool isCaughtUp)
    {
        foreach (var (number, log) in _lines.Logs)
        {
            if (!isCaughtUp)
                log.Clock.Forget();
            else if (log.Clock.Judge(now, log.SkewSeconds) is var skew && skew != log.SkewSeconds)
                _recorder?.Write(LineRecordKind.Skew, number, log.SkewSeconds = skew);
        }
    }

    private void Hold(bool isHeld)
    {
        if (isHeld == _isHeld)
            return;
        (_isHeld, _lines.Detector.HoldsIncidents) = (isHeld, isHeld);
        _recorder?.Write(LineRecordKind.Hold, value: isHeld ? 1 : 0);
    }

    private void Tell(long now)
    {
        var lag = Lag(now);
        if (_judgedSecond != (int)(now / Second))
        {
            _judgedSecond = (int)(now / Second);
            var unread = _intake.States.Sum(static state => state.UnreadBytes);
            if (_shedder.Note(lag, _lines.Lines - _linesBefore, unread < _unreadBefore))
            {
                _lines.Detector.Shed(_shedder.Level);
                _recorder?.Write(LineRecordKind.Shed, value: _shedder.Level);
            }

            (_unreadBefore, _linesBefore) = (unread, _lines.Lines);
        }

        lock (_lock)
            _lines.Detector.TakeChanges(_waiting);
        _state = new WebState
        {
            Inputs = _intake.States,
            CaughtUpNanoseconds = _intake.CaughtUpNanoseconds,
            Lines = _lines.Lines,
            Requests = _lines.Requests,
            Unreadable = _lines.Unreadable,
            LeftOut = _lines.Detector.LeftOut,
            ShedLevel = _shedder.Level,
            LastLineNanoseconds = _lastLine,
            Skews = [.. _lines.Logs.Values.Where(static log => log.SkewSeconds != 0).Select(static log => (log.Source.Name, log.SkewSeconds))],
            Unrecognized = [.. _lines.Logs.Values.Where(static log => log.FormatName is null).Select(static log => log.Source.Name).Distinct(StringComparer.Ordinal)],
            PositionFault = _intake.PositionFault,
        };
    }

    /// <summary>The longest time that a line which is not counted yet can have waited; of a backlog, as its own times tell.</summary>
    private double Lag(long now)
    {
        var waited = now - _intake.CaughtUpNanoseconds;
        return Math.Max(0, waited) / (double)Second;
    }
}
