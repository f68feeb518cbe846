using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Response;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Configuration;
using Breakwater.Tests.Incidents;
using Breakwater.Tests.Response;

namespace Breakwater.Tests.Console;

/// <summary>A console over a journal of its own, on a free port of loopback: services a and b, an incident of each, and one of neither.</summary>
internal sealed class ConsoleRig : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private ConsoleHost? _host;

    private ConsoleRig(Action<CrashPoint>? reached)
    {
        Journal = new Journal(JournalTests.Options(_folder) with { Reached = reached }, TimeProvider.System);
        Journal.Start();
        Traffic = new TrafficStore(_folder.Path, TimeSpan.FromHours(6), TimeSpan.FromDays(28));
    }

    public Journal Journal { get; }

    public TrafficStore Traffic { get; }

    public TrafficHistory History { get; } = new();

    public Sessions Sessions { get; } = new(TimeProvider.System);

    /// <summary>What the engine would have kept.</summary>
    public List<(string? Service, StandingRecord Record)> Samples { get; } = [];

    public ApiContext Api { get; private set; } = null!;

    /// <summary>What enforces the filters of this rig.</summary>
    public RecordingPlane Plane { get; } = new();

    public ResponseStage Response { get; private set; } = null!;

    public Uri Address => _host!.Address;

    public string Folder => _folder.Path;

    public string Socket => _folder.File("api.sock");

    /// <param name="eventSendTime">See <see cref="ApiContext.EventSendTime"/>.</param>
    /// <param name="reached">See <see cref="JournalOptions.Reached"/>.</param>
    /// <param name="hasDesk">With a response desk, which writes the journal too.</param>
    public static async Task<ConsoleRig> Start(TimeSpan? eventSendTime = null, Action<CrashPoint>? reached = null, bool hasDesk = false)
    {
        var rig = new ConsoleRig(reached);
        rig.Traffic.Start();
        var config = Configurations.Good("""
            version: 1
            services:
              - {name: a, addresses: [192.0.2.1]}
              - {name: b, addresses: [192.0.2.2]}
            allow: [192.0.2.250]
            response: {mode: off, prefixes: [192.0.2.0/24]}
            storage: {folder: FOLDER}
            """.Replace("FOLDER", rig._folder.Path, StringComparison.Ordinal));
        rig.Response = new ResponseStage(() => config, rig.Journal, static (_, _, _, _) => [], static () => HealthSnapshot.Empty, TimeProvider.System, [rig.Plane]);
        rig.Api = new ApiContext
        {
            Response = rig.Response,
            Journal = rig.Journal,
            Reader = new JournalReader(rig._folder.Path),
            History = rig.History,
            Traffic = rig.Traffic,
            Config = () => config,
            Health = static () => HealthSnapshot.Empty,
            EventsDropped = static () => 0,
            Sessions = rig.Sessions,
            Time = TimeProvider.System,
            Samples = (service, _, _, most) => [.. rig.Samples.Where(sample => sample.Service == service).Select(static sample => sample.Record).Take(most)],
            Stopping = rig._stopping.Token,
            EventSendTime = eventSendTime ?? TimeSpan.FromSeconds(10),
            EventIdleTime = TimeSpan.FromMilliseconds(200),
        };
        rig._host = await ConsoleHost.Start(new ConsoleOptions(new IPEndPoint(IPAddress.Loopback, 0), rig.Socket, new HashSet<string>(["breakwater.example.net"], StringComparer.Ordinal)), rig.Api);
        rig.Journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "192.0.2.1", 0, "a"));
        rig.Journal.TryAdd(Documents.Work(2, IncidentChangeKind.Opened, "192.0.2.2", 1, "b"));
        rig.Journal.TryAdd(Documents.Work(3, IncidentChangeKind.Opened, "192.0.2.0/24", 2));
        await JournalTests.Until(() => rig.Journal.Events.Published == 3);
        if (hasDesk)
            rig.Response.Start();
        rig.AddSecond();
        return rig;
    }

    public void AddSecond()
    {
        var second = new TrafficSecond(TimeProvider.System.GetUtcNow(), [new ServiceTraffic("a", 10, 80_000, 5, 20), new ServiceTraffic("b", 30, 240_000, null, null)]);
        History.Add(second);
        Traffic.Add(second);
    }

    /// <summary>A token that is kept, as the command makes it.</summary>
    public async Task<string> Token(Role role, params string[] services)
    {
        var wish = new JsonObject { ["name"] = "test", ["role"] = RoleNames.Of(role), ["services"] = services.Length > 0 ? new JsonArray([.. services.Select(service => (JsonNode)service)]) : null };
        var (secret, _, problem) = await TokenApi.Make(Journal, Api.Config(), wish, "test", TimeProvider.System);
        Assert.Null(problem);
        return secret!;
    }

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public static async Task<JsonObject> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        await Response.DisposeAsync();
        Journal.Dispose();
        Traffic.Dispose();
        _stopping.Dispose();
        _folder.Dispose();
    }
}
