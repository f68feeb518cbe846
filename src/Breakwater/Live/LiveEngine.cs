using System.Collections.Immutable;
using System.Net;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Reports;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>
/// The running engine: receiving threads count into the detector's shards; at the end of each tick of arrival it judges, and tells what
/// happened through <see cref="Output"/>. Its verdicts are those that <c>analyze</c> gives for the same datagrams.
/// </summary>
internal sealed partial class LiveEngine : IDisposable
{
    private const long SecondNanoseconds = 1_000_000_000;

    private readonly TickClock _clock;
    private readonly ExporterRegistry _exporters;
    private readonly Intake<ShardSink> _intake;
    private readonly ImmutableArray<ShardSlot> _slots;
    private readonly HealthMonitor _monitor;
    private readonly Lock _ticking = new();
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private readonly List<IncidentChange> _changes = [];
    private readonly IncidentKeys _keys = new();
    private readonly List<ExporterHealth> _healthChanges = [];
    private readonly Dictionary<Address, (long Datagrams, long LastReceived)> _unknown = [];
    private readonly StreamRecorder? _recorder;
    private readonly TimeProvider _time;
    private readonly LoadShedder _shedder = new();
    private readonly FullLinks _fullLinks = new();

    /// <summary>Room for an answer while it is put together: grown once, to the most that anybody asks for.</summary>
    private readonly List<StandingRecord> _samples = [];
    private Detector _detector;
    private ServiceLookup _services;
    private ImmutableArray<UsualTraffic> _usual;
    private Thread? _ticker;
    private long _second, _latest, _judged;
    private volatile byte[] _baselines = [];
    private volatile HealthSnapshot _health = HealthSnapshot.Empty;

    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public LiveEngine(LiveSettings settings, TimeProvider time, StreamRecorder? recorder = null)
    {
        (Settings, _recorder, _time) = (settings, recorder, time);
        _clock = new TickClock(time);
        _second = _clock.TickEnd / SecondNanoseconds;
        _monitor = new HealthMonitor(_clock.Now());
        _exporters = new ExporterRegistry(settings.Exporters);
        (_detector, _services) = (NewDetector(settings), new ServiceLookup(settings.Detection.Services));
        _usual = NewUsual(_services);
        _slots = [.. _detector.Shards.Select(shard => new ShardSlot(shard, new ShardTraffic(_services), Answers))];
        _intake = new Intake<ShardSink>(settings.Listen, _exporters, _clock, [.. _slots.Select(static slot => new ShardSink(slot))], time, recorder);
        _detector.Tick(_clock.NextTick());
        recorder?.Note(TickStart, RecordedEvent.Start, RecordedSettings.Write(settings));
        if (settings.Logs.IsEmpty)
            return;
        try
        {
            _web = new WebEngine(settings, time, recorder is null ? null : new LineRecorder(WebReplay.PathOf(recorder.ControlPath)));
        }
        catch
        {
            _intake.Dispose();
            throw;
        }
    }

    /// <summary>What happens, for the next stage.</summary>
    public LiveOutput Output { get; } = new();

    /// <summary>Answers to clients that somebody watches.</summary>
    public AnswerTap Answers { get; } = new();

    /// <summary>The time of arrival of what comes now, nanoseconds since 1970-01-01 UTC.</summary>
    public long Now => _clock.Now();

    /// <summary>As told at the start or at the last reload.</summary>
    public LiveSettings Settings { get; private set; }

    /// <summary>The telemetry's health as of the last whole second. Any thread may read it.</summary>
    public HealthSnapshot Health => _health;

    /// <summary>Where datagrams are taken, with the ports that the kernel chose.</summary>
    public IEnumerable<IPEndPoint> DatagramAddresses => _intake.DatagramAddresses;

    /// <summary>Where IPFIX connections are taken.</summary>
    public IEnumerable<IPEndPoint> StreamAddresses => _intake.StreamAddresses;

    /// <summary>The smallest buffer that the kernel granted to a socket, bytes.</summary>
    public int SmallestBufferBytes => _intake.SmallestBufferBytes;

    /// <summary>What a restart should not lose, as of the last second (templates) or minute (baselines). Any thread.</summary>
    public EngineMemory Memory => new(
        [.. _exporters.All.SelectMany(static exporter => exporter.Remembered().Select(kept => new TemplateMemory(exporter.Entry.Address, kept.Kind, kept.Templates)))],
        _baselines)
    {
        Names = [.. _exporters.All.Select(static exporter => new NameMemory(exporter.Entry.Address, exporter.RememberedNames())).Where(static kept => kept.Names.Length > 0)],
    };

    /// <summary>Goes on with what an earlier run knew. Before <see cref="Start"/>; exporters that are not configured any more are left out.</summary>
    public void Restore(EngineMemory memory)
    {
        foreach (var kept in memory.Templates)
        {
            _exporters.Find(kept.Exporter)?.Restore(kept.Kind, kept.Templates);
            _recorder?.Note(TickStart, RecordedEvent.Templates, RecordedSettings.Write(kept));
        }

        foreach (var kept in memory.Names)
        {
            _exporters.Find(kept.Exporter)?.RestoreNames(kept.Names);
            _recorder?.Note(TickStart, RecordedEvent.Names, RecordedSettings.Write(kept));
        }

        if (memory.Baselines.Length == 0)
            return;
        _detector.ImportBaselines(memory.Baselines);
        _baselines = memory.Baselines;
        _recorder?.Note(TickStart, RecordedEvent.Baselines, Convert.ToBase64String(memory.Baselines));
    }

    /// <summary>Starts the receiving threads and the tick.</summary>
    public void Start()
    {
        StartReceiving();
        _web?.Start();
        _ticker = new Thread(RunTicks) { IsBackground = true, Name = "tick" };
        _ticker.Start();
    }

    /// <summary>Starts the receiving threads alone: tests call <see cref="Tick"/> themselves.</summary>
    internal void StartReceiving() => _intake.Start();

    /// <summary>Ends the present tick, when its time is over: judges it, and tells what happened.</summary>
    public void Tick()
    {
        lock (_ticking)
        {
            // A tick is judged once: what came in the rest of it would find it closed.
            var ended = _clock.TickEnd;
            if (_clock.Now() < ended)
                return;
            _latest = Math.Max(_latest, _clock.Now() - ended);
            _intake.CloseGates();
            TrafficSecond? traffic = null;
            (ReceiveAccount Account, ShedSigns Shed)? account = null;
            try
            {
                var next = _clock.NextTick();
                if (_monitor.HoldsIncidents)
                    Hold(ended, ((next - ended) / TickClock.TickNanoseconds) + 1);
                var (began, worked) = (_time.GetTimestamp(), ProcessorTime);
                _detector.Tick(next);
                if (_shedder.Judged(Judged(began, worked), _clock.Now(), _intake.KernelDrops))
                    Shed(_shedder.Level);
                if (next / SecondNanoseconds > _second)
                {
                    traffic = TakeTraffic(ended, next / SecondNanoseconds - _second);
                    // What a minute taught is known once the next has begun.
                    if (_second / 60 != (next / SecondNanoseconds) / 60 || _baselines.Length == 0)
                        _baselines = _detector.ExportBaselines();
                    _second = next / SecondNanoseconds;
                    account = (_intake.Account(), _exporters.Shed);
                    _unknown.Clear();
                    _intake.AddUnknownTo(_unknown);
                }
            }
            finally
            {
                _intake.OpenGates();
            }

            Tell(HealthMonitor.Time(ended), traffic, account);
        }
    }

    /// <summary>
    /// Takes other settings while running: no datagram is lost. Exporters keep their templates and counts. When detection is different, it begins
    /// anew with what comes from now on; open incidents keep their keys (<see cref="IncidentKeys"/>).
    /// </summary>
    /// <returns>What takes effect at the next start only; each in a sentence.</returns>
    public ImmutableArray<string> Reload(LiveSettings settings)
    {
        var late = ImmutableArray.CreateBuilder<string>();
        if (!settings.Logs.SequenceEqual(Settings.Logs, LogSource.Comparer))
            late.Add("'web.inputs' are different: they take effect at the next start");
        if (!settings.Listen.Equals(Settings.Listen))
            late.Add("'listen' is different: it takes effect at the next start");
        var (now, then) = (Settings.Detection, settings.Detection);
        if ((now.MaxHosts, now.MaxDossiers, now.MaxTickRecords) != (then.MaxHosts, then.MaxDossiers, then.MaxTickRecords))
            late.Add("'limits' are different: they take effect at the next start");
        then = then with { MaxHosts = now.MaxHosts, MaxDossiers = now.MaxDossiers, MaxTickRecords = now.MaxTickRecords };
        settings = settings with { Listen = Settings.Listen, Logs = Settings.Logs, LogPositions = Settings.LogPositions, Threads = Settings.Threads, Detection = then };
        lock (_ticking)
        {
            _intake.CloseGates();
            try
            {
                _exporters.Reload(settings.Exporters);
                var isOther = then.Canonical() != now.Canonical();
                if (isOther)
                    ReplaceDetector(settings);
                if (isOther || !(settings.Geo?.Hashes ?? []).SequenceEqual(Settings.Geo?.Hashes ?? [], StringComparer.Ordinal))
                    _web?.Reload(then, settings.Geo);

                _recorder?.Note(TickStart, RecordedEvent.Settings, RecordedSettings.Write(settings));
                Settings = settings;
            }
            finally
            {
                _intake.OpenGates();
            }
        }

        return late.ToImmutable();
    }

    /// <summary>Only while the gates are closed.</summary>
    private void ReplaceDetector(LiveSettings settings)
    {
        var (detector, services) = (NewDetector(settings), new ServiceLookup(settings.Detection.Services));
        detector.ImportBaselines(_detector.ExportBaselines());
        _keys.Replace((_clock.TickEnd / TickClock.TickNanoseconds) + (settings.Detection.QuietSeconds * 10L));
        detector.Tick(TickStart);
        for (var shard = 0; shard < _slots.Length; shard++)
            _slots[shard].Set(detector.Shards[shard], new ShardTraffic(services));
        (_detector, _services, _usual) = (detector, services, NewUsual(services));
    }

    /// <summary>Where the datagrams went so far.</summary>
    public ReceiveAccount Account()
    {
        lock (_ticking)
        {
            _intake.CloseGates();
            try
            {
                return _intake.Account();
            }
            finally
            {
                _intake.OpenGates();
            }
        }
    }

    /// <summary>The newest records of a service's standing samples (null: of own hosts without a service), at most so many. Waits for the tick.</summary>
    public List<StandingRecord> Samples(string? service, DateTimeOffset from, DateTimeOffset until, int most)
    {
        lock (_ticking)
        {
            _samples.Clear();
            var services = Settings.Detection.Services;
            var number = Enumerable.Range(0, services.Length).FirstOrDefault(number => services[number].Name == service, -1);
            if (service is null || number >= 0)
                _detector.CopySamples(number, Nanoseconds(from), Nanoseconds(until), most, _samples);
            return [.. _samples];
        }

        static long Nanoseconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;
    }

    /// <summary>The incidents so far, closed ones included, as a replay of the recording reports them; ends the present tick, and the recording.</summary>
    internal DetectionResult Finish()
    {
        lock (_ticking)
        {
            _intake.CloseGates();
            try
            {
                _recorder?.Note(TickStart, RecordedEvent.End);
                var result = _detector.Finish();
                return _web is null ? result : WebReport.Join(result, _web.Finish(), Settings.Detection.QuietSeconds);
            }
            finally
            {
                _intake.OpenGates();
            }
        }
    }

    /// <summary>Stops all threads and closes the sockets; the output is complete.</summary>
    public void Dispose()
    {
        _stop.Set();
        _ticker?.Join();
        _intake.Dispose();
        _web?.Dispose();
        Output.Complete();
        _stop.Dispose();
    }

    private long TickStart => _clock.TickEnd - TickClock.TickNanoseconds;

    private void Hold(long ended, long ticks)
    {
        _detector.HoldIncidents(ticks);
        _recorder?.Note(ended - TickClock.TickNanoseconds, RecordedEvent.Hold, ticks);
        _keys.Hold(ticks);
    }

    /// <summary>Leaves out all but 1 in 2^level records from now on; <see cref="LoadShedder"/> decides it, and tests do.</summary>
    internal void ShedTo(int level)
    {
        lock (_ticking)
        {
            _intake.CloseGates();
            Shed(level);
            _intake.OpenGates();
        }
    }

    /// <summary>
    /// How long judging worked, nanoseconds: on a machine that others keep busy it lasts longer than that, which leaving out records does not cure.
    /// </summary>
    private long Judged(long began, TimeSpan worked) =>
        (long)Math.Min(_time.GetElapsedTime(began).TotalNanoseconds, (ProcessorTime - worked).TotalNanoseconds);

    /// <summary>Of all threads of this process; receivers wait while a tick is judged.</summary>
    private static TimeSpan ProcessorTime => OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime : TimeSpan.Zero;

    private void Shed(int level)
    {
        _exporters.ShedLevel = level;
        _recorder?.Note(TickStart, RecordedEvent.Shed, level);
    }

    private static Detector NewDetector(LiveSettings settings) => new(
        settings.Detection with { Shards = Intake<ShardSink>.ShardsFor(settings.Listen, settings.Threads) })
    {
        TellsChanges = true,
    };

    private static ImmutableArray<UsualTraffic> NewUsual(ServiceLookup services) =>
        [.. Enumerable.Range(0, Math.Max(1, services.Services.Length)).Select(static _ => new UsualTraffic())];

    private void RunTicks()
    {
        while (true)
        {
            // After a long judging the receivers get as long to catch up, up to a tick: intervals widen under overload.
            var left = Math.Max(_clock.TickEnd - _clock.Now(), Math.Min(_judged, TickClock.TickNanoseconds));
            // Whole milliseconds, rounded up: a wait is cut to them, and would end before the tick does.
            if (left > 0 && _stop.Wait((int)((left + 999_999) / 1_000_000)))
                return;
            if (_stop.IsSet)
                return;
            var before = _clock.Now();
            Tick();
            _judged = _clock.Now() - before;
        }
    }

    private TrafficSecond TakeTraffic(long ended, long seconds)
    {
        Span<ulong> packets = new ulong[Math.Max(1, _services.Services.Length)], bytes = new ulong[packets.Length];
        foreach (var slot in _slots)
            slot.Traffic.TakeInto(packets, bytes);
        var services = ImmutableArray.CreateBuilder<ServiceTraffic>(packets.Length);
        for (var number = 0; number < packets.Length; number++)
        {
            var name = _services.Services.IsEmpty ? "all" : _services.Services[number].Name;
            var rate = packets[number] / (double)seconds;
            var usual = _usual[number].Band;
            services.Add(new ServiceTraffic(name, rate, bytes[number] * 8.0 / seconds, usual?.Low, usual?.High));
            _usual[number].Add(rate, _keys.IsInIncident(_services.Services.IsEmpty ? null : name));
        }

        return new TrafficSecond(HealthMonitor.Time(ended), services.MoveToImmutable()) { LengthSeconds = seconds };
    }

    private void Tell(DateTimeOffset at, TrafficSecond? traffic, (ReceiveAccount Account, ShedSigns Shed)? account)
    {
        TellIncidents(at);
        if (traffic is not null)
            Output.Write(traffic);
        if (account is not { } counts)
            return;
        _healthChanges.Clear();
        var signs = new CollectorSigns(counts.Account, _latest, _clock.AheadNanoseconds, counts.Shed);
        _latest = 0;
        _health = _monitor.Evaluate(_clock.TickEnd - TickClock.TickNanoseconds, _exporters.All, signs, _unknown, _healthChanges) with { ThinnedTicks = _detector.ThinnedTicks };
        TellWeb(at);
        foreach (var change in _fullLinks.See(_health, _exporters.All.Any(static exporter => exporter.Interfaces.HasBoundary)))
            Output.Write(new IncidentEvent(at, change));
        foreach (var health in _healthChanges)
            Output.Write(new HealthEvent(at, health));
    }
}
