using System.Net;
using System.Runtime;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Geo;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Notify;
using Breakwater.Reports;
using Breakwater.Response;
using Breakwater.Response.Effect;

namespace Breakwater.Commands;

/// <summary>
/// All that runs behind a live engine, joined in the order of the data: the engine's events go to the journal and the traffic series, and the
/// console shows what these keep.
/// </summary>
internal sealed class Running : IAsyncDisposable
{
    private const string SocketName = "api.sock";

    private readonly LiveEngine _engine;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TrafficStore _traffic;
    private readonly MemoryKeeper _memory;
    private readonly ScriptNotifier _scripts;
    private readonly Notifier _notifier;
    private readonly ResponseStage _response;
    private readonly GcPauses _pauses = new();
    private readonly HeapCare _heap = new(TimeProvider.System);
    private Task _reading = Task.CompletedTask;
    private ConsoleHost? _console;

    private Running(LiveEngine engine, BreakwaterConfig config, Func<BreakwaterConfig> current)
    {
        _engine = engine;
        var folder = config.Storage.FullPath;
        Journal = new Journal(new JournalOptions(folder, config.Detection.Quiet, JournalOptions.DefaultReopen, config.Retention.Incidents)
        {
            ClientAddresses = config.Retention.ClientAddresses,
        }, TimeProvider.System);
        _traffic = new TrafficStore(folder, config.Retention.Seconds, config.Retention.Minutes);
        _memory = new MemoryKeeper(engine, folder, (fault, stands) => Journal.Beside.Set(SideFaults.Memory, fault, stands));
        _scripts = new ScriptNotifier(Journal, () => current().Notify, TimeProvider.System);
        _notifier = new Notifier(Journal, () => current().Notify, TimeProvider.System);
        _response = new ResponseStage(current, Journal, engine.Samples, () => engine.Health, TimeProvider.System, cohorts: new CohortSource(engine.Samples, engine.Answers, () => engine.Now));
    }

    public Journal Journal { get; }

    public Sessions Sessions { get; } = new(TimeProvider.System);

    /// <summary>Asked at the end, true for an upgrade: what routers with graceful restart have stays until the next start.</summary>
    public Func<bool> IsUpgrade
    {
        set => _response.IsUpgrade = value;
    }

    /// <summary>Where the pages are.</summary>
    public Uri Address => _console!.Address;

    /// <summary>The local socket of a storage folder.</summary>
    public static string SocketPath(BreakwaterConfig config) => Path.Combine(config.Storage.FullPath, SocketName);

    /// <summary>Starts everything, the engine last: nothing that it tells finds nobody.</summary>
    /// <param name="engine">Not started yet.</param>
    /// <param name="config">The configuration in force.</param>
    /// <param name="geo">The address databases in force.</param>
    /// <param name="told">Told of each event, for a terminal.</param>
    /// <exception cref="IOException">The console's address cannot be listened on.</exception>
    /// <param name="reload">Reads the configuration again for the API; null: there is no file.</param>
    public static async Task<Running> Start(LiveEngine engine, Func<BreakwaterConfig> config, Func<GeoLookup?> geo, Action<LiveEvent> told, Func<string, Func<string, bool>, Journal, ReloadOutcome>? reload = null)
    {
        // The whole heap is collected beside the receivers: stopped meanwhile, they would wait a tenth of a second and more.
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        var atStart = config();
        var running = new Running(engine, atStart, config);
        try
        {
            var history = new TrafficHistory();
            var reader = new LiveReader(engine.Output, running.Journal, history, running._traffic, incident => LiveDocument.Of(incident, geo())) { Told = told };
            var api = new ApiContext
            {
                Journal = running.Journal,
                Reader = new JournalReader(atStart.Storage.FullPath),
                History = history,
                Traffic = running._traffic,
                Config = config,
                Health = () => engine.Health,
                WebLogs = () => engine.WebLogs,
                Scripts = () => [.. running._scripts.Health, .. running._notifier.Health],
                EventsDropped = () => engine.Output.Dropped,
                Samples = engine.Samples,
                Response = running._response,
                Pauses = running._pauses,
                Sessions = running.Sessions,
                Time = TimeProvider.System,
                Stopping = running._stopping.Token,
            };
            if (reload is not null)
                api = api with { Reload = (by, holds) => Task.Run(() => reload(by, holds, running.Journal)) };
            running.Journal.Start();
            running._scripts.Start();
            running._notifier.Start();
            running._response.Start();
            running._traffic.Start();
            running._console = await ConsoleHost.Start(running.Listening(atStart), api);
            if (running._console.SocketFault is { } fault)
                running.Journal.Beside.Set(SideFaults.Socket, fault);
            running._reading = reader.Run(CancellationToken.None);
            running._memory.Start();
            engine.Start();
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops in the order of the data: what the engine told last is still kept.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _engine.Dispose();
            _memory.Dispose();
            await _reading;
            await _stopping.CancelAsync();
            if (_console is not null)
                await _console.DisposeAsync();
        }
        finally
        {
            // Whatever failed before: what waits is written. Routers forget the filters at once, but for an upgrade; a start within their lease brings them back.
            try
            {
                await _response.DisposeAsync();
                Journal.Dispose();
            }
            finally
            {
                await Task.WhenAll(_scripts.DisposeAsync().AsTask(), _notifier.DisposeAsync().AsTask());
                _traffic.Dispose();
                _pauses.Dispose();
                _heap.Dispose();
                _stopping.Dispose();
            }
        }
    }

    private ConsoleOptions Listening(BreakwaterConfig config)
    {
        var api = config.Listen.Api;
        var socket = SocketPath(config);
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > ConsoleHost.MaximumSocketPath)
            throw new IOException($"{socket} is too long for a socket (at most {ConsoleHost.MaximumSocketPath} bytes): choose another 'storage.folder'");
        // A socket that answers is another Breakwater's: it keeps it.
        var isTaken = LocalClient.IsRunning(config);
        if (isTaken)
            Journal.Beside.Set(SideFaults.Socket, $"another Breakwater answers on {socket}: only one may use the folder");
        return new ConsoleOptions(new IPEndPoint(IPAddress.Parse(api.Address.ToString()), api.Port), isTaken ? null : socket, config.Listen.Names.ToHashSet(StringComparer.Ordinal));
    }
}
