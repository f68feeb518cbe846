using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Response.Bgp;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Telemetry.Health;

namespace Breakwater.Response;

/// <summary>
/// Ledger, guard, announcer and desk as one stage behind the journal. Where the ledger cannot be opened there is no desk: nothing is filtered, health
/// says why, and all else goes on.
/// </summary>
internal sealed class ResponseStage : IAsyncDisposable
{
    private readonly Func<BreakwaterConfig> _config;
    private readonly Journal _journal;
    private readonly TimeProvider _time;
    private readonly Func<HealthSnapshot> _health;
    private readonly FilterSearching _searching;
    private readonly ResponseConfig _atStart;
    private readonly ImmutableArray<IFilterPlane> _hosts;
    private LedgerStore? _store;
    private MitigationLedger? _ledger;
    private readonly CohortSource? _cohortSource;
    private HostEffects? _effects;

    /// <param name="config">The configuration in force; routers and the ledger's folder are those of now.</param>
    /// <param name="journal">Gives events, and keeps what becomes of filters.</param>
    /// <param name="samples">Records of a service's standing samples.</param>
    /// <param name="health">The telemetry's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hosts">What enforces filters beside the routers and the agents of the configuration.</param>
    /// <param name="cohorts">Known-good clients; null: nobody can tell whom a filter hurts.</param>
    public ResponseStage(
        Func<BreakwaterConfig> config, Journal journal, Func<string?, DateTimeOffset, DateTimeOffset, int, IReadOnlyList<StandingRecord>> samples,
        Func<HealthSnapshot> health, TimeProvider time, ImmutableArray<IFilterPlane> hosts = default, CohortSource? cohorts = null)
    {
        (_hosts, _cohortSource) = (hosts.IsDefault ? [] : hosts, cohorts);
        (_config, _journal, _health, _time) = (config, journal, health, time);
        _atStart = config().Response;
        Folder = config().Storage.FullPath;
        Guard = new FilterGuard(config);
        Reader = new LedgerReader(Folder);
        _searching = new FilterSearching(config, samples);
    }

    /// <summary>Where the ledger is.</summary>
    public string Folder { get; }

    public FilterGuard Guard { get; }

    /// <summary>Mitigations of before, too.</summary>
    public LedgerReader Reader { get; }

    /// <summary>Null: there is none, and <see cref="Fault"/> says why.</summary>
    public Desk? Desk { get; private set; }

    /// <summary>Null: no router is configured, or there is no desk.</summary>
    public BgpSpeaker? Speaker { get; private set; }

    /// <summary>Routers as they were configured at the start.</summary>
    public ImmutableArray<PeerConfig> Peers => _atStart.Peers;

    /// <summary>Agents of this machine as they were configured at the start.</summary>
    public ImmutableArray<HostConfig> Hosts => _atStart.Hosts;

    /// <summary>In the order of <see cref="Hosts"/>; empty when there is no desk.</summary>
    public ImmutableArray<NftablesPlane> Agents { get; private set; } = [];

    /// <summary>Known-good clients by service; null: nobody counts them.</summary>
    public Cohorts? Cohorts { get; private set; }

    /// <summary>What filters do to known-good clients; null: nobody sees it.</summary>
    public HarmWatch? Harms { get; private set; }

    /// <summary>Why there is no desk; null: there is one, or it has not begun.</summary>
    public string? Fault { get; private set; }

    /// <summary>Writes of the ledger that the storage refused.</summary>
    public long Unwritten => _ledger?.Unwritten ?? 0;

    /// <summary>After the journal's start. A fault is told, never thrown.</summary>
    public void Start()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            _store = LedgerStore.Open(Folder);
            if (!_atStart.Peers.IsEmpty)
                Speaker = new BgpSpeaker(_atStart.Peers.Select(SettingsOf), Guard.Routes, _time);
            Agents = [.. _atStart.Hosts.Select(host => new NftablesPlane(host.Socket, _time))];
            _effects = new HostEffects(Agents, _time);
            _ledger = new MitigationLedger(_store, new Planes(PlanesOf(Speaker), Guard.Fault), _time);
            if (_cohortSource is not null)
            {
                Cohorts = new Cohorts(_config, _cohortSource, _time);
                Harms = new HarmWatch(_config, Cohorts, _health);
                Harms.Begin(_ledger.Rows);
                Cohorts.Start();
            }

            Speaker?.Start();
            if (_store.Skipped > 0)
                _journal.Beside.Set(SideFaults.Response, $"{_store.Skipped} rows of {LedgerStore.FileName} cannot be read: they are left as they are, and their filters lapse");
            Desk = new Desk(
                new DeskParts
                {
                    Config = _config,
                    Peers = _atStart.Peers,
                    Ledger = _ledger,
                    Guard = Guard,
                    Search = _searching.Search,
                    Warm = FilterSearching.Warm,
                    TakenBack = Reader.TakenBack,
                    Health = _health,
                    Unfit = Unfit,
                    HasHosts = !_hosts.IsEmpty || !Agents.IsEmpty,
                    Measure = Measure,
                    Note = note => _journal.TryAdd(note),
                    Time = _time,
                },
                _journal);
            Desk.Start();
        }
        catch (Exception error)
        {
            // Whatever it is: without filters Breakwater still detects, and a start that ends would only come again.
            (var desk, Desk) = (Desk, null);
            desk?.Dispose();
            Fault = $"there is no response desk, and no filter is set: {error.Message}";
            _journal.Beside.Set(SideFaults.Response, Fault);
        }
    }

    /// <summary>A mitigation as the API has it: with what it met on hosts.</summary>
    public JsonObject Write(Mitigation row)
    {
        var document = MitigationJson.Write(row);
        document["onHosts"] = _effects?.Write(row, _config());
        document["cohort"] = Harms?.Find(row.Id)?.Write();
        return document;
    }

    /// <summary>Asked at the end, as late as can be: true for an upgrade. Routers with graceful restart keep the filters until the next start, and over their restart time at most.</summary>
    public Func<bool> IsUpgrade { get; set; } = static () => false;

    /// <summary>
    /// Ends the desk, then the sessions with the routers, which forget all filters at once but for an upgrade; on hosts they lapse within their lease. The rows stay: a start
    /// within their lease brings them back.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            Desk?.Dispose();
        }
        finally
        {
            try
            {
                if (Speaker is not null)
                    await Speaker.End(IsUpgrade());
                foreach (var agent in Agents)
                    await agent.DisposeAsync();
                if (Cohorts is not null)
                    await Cohorts.DisposeAsync();
            }
            finally
            {
                _store?.Dispose();
            }
        }
    }

    /// <summary>What is different in another configuration and counts at the next start only; null: nothing.</summary>
    public static string? Later(ResponseConfig now, ResponseConfig then)
    {
        var different = new List<string>();
        if (now.AsNumber != then.AsNumber || now.RouterId != then.RouterId || !now.Peers.SequenceEqual(then.Peers))
            different.Add("'response.peers', 'asNumber' or 'routerId'");
        if (!now.Hosts.SequenceEqual(then.Hosts))
            different.Add("'response.hosts'");
        return different.Count == 0 ? null : $"{string.Join(" and ", different)} are different: they take effect at the next start";
    }

    private ImmutableArray<Harm> Measure(IReadOnlyCollection<Mitigation> rows, IEnumerable<string?> attacked)
    {
        _effects?.Read(rows);
        return Harms?.See(rows, attacked) ?? [];
    }

    /// <summary>Where there are routers, all of them have to be fit; else one agent that would drop it is enough.</summary>
    private string? Unfit(FilterRule rule, TimeSpan lease)
    {
        if (Speaker is { } speaker && RuleRoutes.Of(rule, _atStart.AsNumber ?? 0) is { } route)
            return speaker.UnfitForAutomatic(route.Family, lease);
        if (!_hosts.IsEmpty)
            return null;
        if (Agents.IsEmpty)
            return Speaker is null ? "there is no router and no host that would enforce it" : "the rule is too long for FlowSpec";
        var faults = Agents.Select(agent => agent.Unfit(rule, lease)).ToList();
        return faults.Contains(null) ? null : string.Join("; ", faults.Distinct(StringComparer.Ordinal));
    }

    private ImmutableArray<IFilterPlane> PlanesOf(BgpSpeaker? speaker)
    {
        IEnumerable<IFilterPlane> hosts = [.. Agents, .. _hosts];
        return speaker is null ? [.. hosts] : [new BgpPlane(speaker, _atStart.AsNumber ?? 0), .. hosts];
    }

    private BgpPeerSettings SettingsOf(PeerConfig peer) => new()
    {
        Name = peer.Name,
        Address = peer.Address,
        Port = peer.Port,
        LocalAs = _atStart.AsNumber ?? 0,
        PeerAs = peer.PeerAs,
        RouterId = _atStart.RouterId?.IPv4 ?? 0,
        LocalAddress = peer.LocalAddress,
        HoldSeconds = (int)peer.HoldTime.TotalSeconds,
        RestartSeconds = (int?)peer.GracefulRestart?.TotalSeconds,
        Password = peer.Password,
        Hops = peer.Hops,
        Families = peer.Families,
    };
}
