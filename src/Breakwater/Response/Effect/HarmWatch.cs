using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Telemetry.Health;

namespace Breakwater.Response.Effect;

/// <summary>What is known of a mitigation's cohort.</summary>
/// <param name="Clients">Known-good clients of its destination, from before it.</param>
/// <param name="Look">The last comparison; null: none yet, or none is possible.</param>
/// <param name="Why">What there is to say where there is none.</param>
internal sealed record CohortState(int Clients, CohortLook? Look, string Why)
{
    /// <summary>As the API has it.</summary>
    public string Verdict => Look?.Verdict switch
    {
        CohortVerdict.Hurt => "hurt",
        CohortVerdict.NoHarmSeen => "no-harm-seen",
        CohortVerdict.FellBefore => "fell-before",
        _ => "not-known",
    };

    /// <summary>For people, without its full stop.</summary>
    public string Told() => $"{Verdict.Replace('-', ' ')} ({Look?.Why ?? Why})";

    public JsonObject Write() => new()
    {
        ["size"] = Clients,
        ["verdict"] = Verdict,
        ["seconds"] = Look?.Seconds,
        ["before"] = Look?.Before,
        ["now"] = Look?.Since,
        ["fell"] = Look?.Fell,
        ["rose"] = Look?.Rose,
        ["why"] = Look?.Why ?? Why,
    };
}

/// <summary>A mitigation that hurts known-good clients.</summary>
internal readonly record struct Harm(Mitigation Row, CohortLook Look);

/// <summary>Watches the cohorts of all filters that become active. One caller at a time; anyone may read.</summary>
internal sealed class HarmWatch(Func<BreakwaterConfig> config, Cohorts cohorts, Func<HealthSnapshot> health)
{
    /// <summary>Most mitigations whose state is kept after their end.</summary>
    public const int MaximumKept = 1_024;

    /// <summary>What waits is looked at again once in so many rounds.</summary>
    private const int RoundsOfWaiting = 16;

    /// <summary>Telemetry of a second is in the counts so long after its end.</summary>
    private const double SettleSeconds = 0.2;

    /// <summary>Rounds after the look that shows harm, in which telemetry would be seen to have failed instead, or clients that paused to come back.</summary>
    private const int RoundsOfDoubt = 2;

    private const byte Tcp = 6;

    private readonly TelemetryGaps _gaps = new();
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly Queue<string> _over = new();
    private Dictionary<string, CohortState> _states = new(StringComparer.Ordinal);
    private long _harms, _rounds;

    /// <summary>Filters that were seen to hurt.</summary>
    public long Harms => Interlocked.Read(ref _harms);

    public IEnumerable<CohortState> States => Volatile.Read(ref _states).Values;

    /// <summary>Null: nothing is known of it, and it is not even proposed here.</summary>
    public CohortState? Find(string id) => Volatile.Read(ref _states).GetValueOrDefault(id);

    /// <summary>Filters that were active before: nobody saw how it was without them.</summary>
    public void Begin(IEnumerable<Mitigation> rows)
    {
        foreach (var row in rows.Where(static row => row.IsOpen))
            _watched[row.Id] = new Watched(null, new CohortState(0, null, "it was active before Breakwater started")) { IsActive = true };
        Publish();
    }

    /// <summary>Looks at all filters, once a second or so.</summary>
    /// <param name="rows">Those that are not done.</param>
    /// <param name="attacked">Services with open incidents: their cohorts stay those of before.</param>
    /// <returns>Those that hurt; each once.</returns>
    public ImmutableArray<Harm> See(IReadOnlyCollection<Mitigation> rows, IEnumerable<string?> attacked)
    {
        var harms = ImmutableArray.CreateBuilder<Harm>();
        var gap = _gaps.Since(health());
        _rounds++;
        foreach (var row in rows.Where(static row => row.State < MitigationState.Withdrawn))
        {
            var known = _watched.GetValueOrDefault(row.Id);
            if (known is { IsActive: true })
            {
                if (known.Watch is null)
                    continue;
                _watched[row.Id] = known = gap is null ? Look(known, known.Watch) : known with { Watch = null, State = known.State with { Look = null, Why = gap } };
                if (known is { Watch: null, State.Look: { Verdict: CohortVerdict.Hurt } look })
                    harms.Add(new Harm(row, look));
            }
            else if (row is { State: MitigationState.Active, AnnouncedTo: > 0 })
                _watched[row.Id] = Start(row);
            else if (known is null || (MitigationJson.Number(row.Id) + _rounds) % RoundsOfWaiting == 0)
                _watched[row.Id] = new Watched(null, Waiting(row));
        }

        Interlocked.Add(ref _harms, harms.Count);
        Keep(rows);
        cohorts.Hold(attacked.Concat(_watched.Values.Where(static known => known.Watch is not null).Select(static known => known.Service)));
        Publish();
        return harms.ToImmutable();
    }

    private Watched Look(Watched known, CohortWatch watch)
    {
        var complete = (long)(cohorts.Seconds - SettleSeconds);
        var look = watch.Look(complete);
        if (look is { Verdict: CohortVerdict.Hurt })
        {
            if (known.Doubts < RoundsOfDoubt)
                return known with { Doubts = known.Doubts + 1 };
            if (watch.PassOverPause(complete))
                return known with { Doubts = 0 };
        }

        return known with { State = known.State with { Look = look }, Watch = watch.IsOver ? null : watch };
    }

    private Watched Start(Mitigation row)
    {
        var match = row.Rule.Match;
        if (!MayTouch(match))
            return new Watched(null, new CohortState(0, null, "it drops nothing of TCP connections, by which known-good clients are known")) { IsActive = true };
        if (cohorts.Of(Services(row), match) is not { } found)
            return new Watched(null, new CohortState(0, null, "no known-good client that it may meet is known")) { IsActive = true };
        var watch = new CohortWatch(found.Meter, match.Destination, (long)Math.Ceiling(cohorts.Seconds), match.Source);
        return new Watched(watch, new CohortState(watch.Clients, null, "it became active just now")) { IsActive = true, Service = found.Service };
    }

    private CohortState Waiting(Mitigation row) => new(
        MayTouch(row.Rule.Match) ? cohorts.Size(Services(row), row.Rule.Match) : 0, null, row.State == MitigationState.Proposed ? "it is not active" : "no router and no host has it yet");

    /// <summary>A fall of TCP clients is not the doing of a filter that drops no segment of theirs, whatever an attacker does meanwhile.</summary>
    private static bool MayTouch(FilterMatch match) => match is { Protocol: null or Tcp, Fragments: not FragmentMatch.Later, IcmpType: null };

    /// <summary>Own hosts without a service are asked last.</summary>
    private IEnumerable<string?> Services(Mitigation row) =>
        [row.Service, .. StrictestPolicy.Touched(config(), row.Rule.Match.Destination).Select(static service => service.Name), null];

    /// <summary>What is over keeps its last state, up to the bound.</summary>
    private void Keep(IReadOnlyCollection<Mitigation> rows)
    {
        var here = rows.Where(static row => row.State < MitigationState.Withdrawn).Select(static row => row.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, known) in _watched.Where(known => !here.Contains(known.Key) && !known.Value.IsGone).ToList())
        {
            if (!known.IsActive)
            {
                _watched.Remove(id);
                continue;
            }

            _watched[id] = known with { Watch = null, IsGone = true };
            _over.Enqueue(id);
            if (_over.Count > MaximumKept)
                _watched.Remove(_over.Dequeue());
        }
    }

    private void Publish() => Volatile.Write(ref _states, _watched.ToDictionary(static known => known.Key, static known => known.Value.State, StringComparer.Ordinal));

    /// <param name="Watch">Null: nothing is to be seen.</param>
    /// <param name="State">What is told.</param>
    private sealed record Watched(CohortWatch? Watch, CohortState State)
    {
        /// <summary>It was told to somebody: it is watched, or cannot be.</summary>
        public bool IsActive { get; init; }

        /// <summary>Whose cohort.</summary>
        public string? Service { get; init; }

        /// <summary>Rounds since a look showed harm.</summary>
        public int Doubts { get; init; }

        public bool IsGone { get; init; }
    }
}
