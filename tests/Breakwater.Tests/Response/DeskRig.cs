using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Configuration;
using Breakwater.Tests.Live;

namespace Breakwater.Tests.Response;

/// <summary>The desk's rules without threads and files: a ledger in memory, a plane that remembers, searches that a test answers, a clock that it moves.</summary>
internal sealed class DeskRig
{
    public const string Target = "203.0.113.7";
    public const string Discard = "destination 203.0.113.7/32 protocol 17 source-port 123 then discard";
    public const string Limit = "destination 203.0.113.7/32 protocol 17 source-port 123 then rate-limit 1000000";
    public const string Blackhole = "destination 203.0.113.7/32 then blackhole";
    private const string Base = """
        version: 1
        services:
          - {name: web, addresses: [203.0.113.0/24]}
        allow: [203.0.113.250]
        response:
          asNumber: 65001
          routerId: 10.0.0.1
          peers: [{name: r, address: 192.0.2.1, peerAs: 65002}]

        """;

    private readonly MemoryLedgerStore _store = new();

    public MemoryLedgerStore Store => _store;

    /// <param name="response">Further lines under <c>response</c>.</param>
    public DeskRig(string response = "  mode: automatic\n")
    {
        Config = Configurations.Good(Base + response);
        Guard = new FilterGuard(() => Config);
        Start();
    }

    /// <summary>The process begins again, with the rows that it left.</summary>
    [MemberNotNull(nameof(Ledger), nameof(Responses), nameof(Approval))]
    public void Start()
    {
        Ledger = new MitigationLedger(_store, new Planes([Plane], Guard.Fault), Time);
        var parts = new DeskParts
        {
            Config = () => Config,
            Peers = Config.Response.Peers,
            Ledger = Ledger,
            Guard = Guard,
            Search = _ => Answer,
            TakenBack = _store.TakenBack,
            Health = () => Health,
            Unfit = (_, _) => Unfit,
            Note = Notes.Add,
            Time = Time,
        };
        Responses = new Responses(parts, search =>
        {
            if (!HasPlace)
                return false;
            Searches.Add(search);
            return true;
        });
        Approval = new DeskApproval(parts);
    }

    public ManualTime Time { get; } = new(20_000L * 86_400 * 1_000_000_000);

    public BreakwaterConfig Config { get; set; }

    public FilterGuard Guard { get; }

    public MitigationLedger Ledger { get; private set; }

    public Responses Responses { get; private set; }

    public DeskApproval Approval { get; private set; }

    public RecordingPlane Plane { get; } = new();

    public List<FilterSearch> Searches { get; } = [];

    public List<NoteWork> Notes { get; } = [];

    public HealthSnapshot Health { get; set; } = HealthSnapshot.Empty;

    public string? Unfit { get; set; }

    /// <summary>False: no search is begun.</summary>
    public bool HasPlace { get; set; } = true;

    public FilterAnswer Answer { get; set; } = Good();

    public Dictionary<string, KeptIncident> Incidents { get; } = new(StringComparer.Ordinal);

    /// <summary>A discard within the limit, a rate limit and a blackhole.</summary>
    public static FilterAnswer Good(double worst = 0.005, double covered = 0.95) => new(
        [
            new PricedFilter("discard", [Rule(Discard)], Price(covered, worst), worst <= 0.01, false, "drops it"),
            new PricedFilter("rate-limit", [Rule(Limit)], Price(covered - 0.05, worst / 2), worst <= 0.02, false, "lets a part through"),
            new PricedFilter("blackhole", [Rule(Blackhole)], new MitigationPrice(new Estimate(1, 1, 1, 0), new Estimate(1, 1, 1, 0), new Estimate(1, 1, 1, 0), new Estimate(1, 1, 1, 0)), false, false, "gives it up"),
        ],
        worst <= 0.02 ? null : "no filter under your limit; next best: the upstream");

    public static MitigationPrice Price(double covered, double worst)
    {
        var dropped = new Estimate(worst / 2, 0, worst, 1_000);
        return new MitigationPrice(new Estimate(covered, covered - 0.02, Math.Min(1, covered + 0.02), 1_000), dropped, dropped, dropped);
    }

    public static FilterRule Rule(string text) => RuleText.Read(text, out var rule) is null ? rule : throw new FormatException(text);

    /// <summary>An incident takes a state; the desk sees it.</summary>
    public void See(KeptState state, string verdict = "attack", string confidence = "high", string id = "inc-1", string target = Target, string? takenOverBy = null, params string[] vectors)
    {
        Put(state, verdict, confidence, id, target, takenOverBy, vectors);
        Responses.See(Incidents[id]);
    }

    public void Put(KeptState state, string verdict = "attack", string confidence = "high", string id = "inc-1", string target = Target, string? takenOverBy = null, params string[] vectors)
    {
        var document = new JsonObject
        {
            ["target"] = new JsonObject { ["kind"] = "host", ["value"] = target, ["direction"] = "inbound" },
            ["confidence"] = confidence,
            ["takenOverBy"] = takenOverBy,
            ["vectors"] = new JsonArray([.. (vectors.Length == 0 ? ["ntp-amplification"] : vectors).Select(static name => new JsonObject { ["name"] = name })]),
            ["startedAt"] = JournalTime.Format(Time.GetUtcNow()),
        };
        Incidents[id] = new KeptIncident(id, target, "web", state, verdict, "s", Time.GetUtcNow(), Time.GetUtcNow(), 1, document.ToJsonString());
    }

    /// <summary>The answers of all searches that wait.</summary>
    public void Find()
    {
        foreach (var search in Searches.ToList())
            Responses.Found(search.Incident.Id, Answer);
        Searches.Clear();
    }

    /// <summary>Seconds go by, with all that is done each second.</summary>
    public void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Move(TimeSpan.FromSeconds(1));
            Ledger.Tick();
            Responses.Tick(Incidents);
        }
    }

    public IEnumerable<string> Set => Plane.Rules.Order(StringComparer.Ordinal);

    public ImmutableArray<string> WhyNot => Responses.Find("inc-1")!.WhyNot;
}

/// <summary>Rows in memory, all or none.</summary>
internal sealed class MemoryLedgerStore : ILedgerStore
{
    private readonly Dictionary<string, Mitigation> _rows = new(StringComparer.Ordinal);

    public (IReadOnlyList<Mitigation> Open, long LastNumber) Load() =>
        ([.. _rows.Values.Where(static row => !row.IsDone)], _rows.Count);

    public Dictionary<string, string> Heirs { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes of heirs, and questions about what was taken back.</summary>
    public (int Heirs, int Questions) Calls { get; private set; }

    public IReadOnlyList<TakenRule> TakenBack(IReadOnlyCollection<string> incidents)
    {
        Calls = (Calls.Heirs, Calls.Questions + 1);
        return [.. incidents.SelectMany(TakenBack)];
    }

    private IEnumerable<TakenRule> TakenBack(string incident) =>
    [
        .. _rows.Values.Where(row => row.IncidentId == incident && row.IsTakenBack).Select(static row => new TakenRule(row.Rule, row.IsHarm)),
        .. Heirs.Where(known => known.Value == incident).SelectMany(known => TakenBack(known.Key)),
    ];

    public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs)
    {
        Calls = (Calls.Heirs + 1, Calls.Questions);
        foreach (var (incident, heir) in heirs)
            Heirs[incident] = heir;
        return null;
    }

    public string? Write(IReadOnlyList<Mitigation> mitigations)
    {
        foreach (var row in mitigations)
            _rows[row.Id] = row;
        return null;
    }
}

/// <summary>Remembers what it was told, and every rule that it ever saw.</summary>
internal sealed class RecordingPlane : IFilterPlane
{
    public HashSet<string> Rules { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Ever { get; } = new(StringComparer.Ordinal);

    public string? Set(FilterRule rule, TimeSpan lease)
    {
        Rules.Add(rule.ToString());
        Ever.Add(rule.ToString());
        return null;
    }

    /// <summary>How often it was asked who has a filter.</summary>
    public int Asked { get; private set; }

    public int AnnouncedTo(FilterRule rule)
    {
        Asked++;
        return Rules.Contains(rule.ToString()) ? 1 : 0;
    }

    public void Clear(FilterRule rule) => Rules.Remove(rule.ToString());
}
