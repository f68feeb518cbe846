using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Incidents;

namespace Breakwater.Notify;

/// <summary>
/// Calls the scripts of the configuration when an attack begins and when it is over, after the journal's commit. It reads the journal's events
/// like any other reader: neither detection nor the journal waits for it, and a script that hangs keeps its own calls alone.
/// </summary>
internal sealed class ScriptNotifier : IAsyncDisposable
{
    /// <summary>Most attacks whose end is remembered to be told.</summary>
    public const int MaximumAttacks = IncidentBook.Capacity;

    /// <summary>How long the end of Breakwater waits for calls.</summary>
    private static readonly TimeSpan _lastCalls = TimeSpan.FromSeconds(5);

    private readonly Journal _journal;
    private readonly Func<NotifyConfig> _config;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _abort = new();
    private readonly JournalFollower _follower;
    private readonly Dictionary<string, ScriptCall> _begun = new(StringComparer.Ordinal);

    /// <summary>Attacks that go on in a wider one, by the wider one's id: they are over when that is.</summary>
    private readonly Dictionary<string, List<ScriptCall>> _within = new(StringComparer.Ordinal);
    private volatile ImmutableDictionary<string, ScriptLane> _lanes = ImmutableDictionary.Create<string, ScriptLane>(StringComparer.Ordinal);

    public ScriptNotifier(Journal journal, Func<NotifyConfig> config, TimeProvider time)
    {
        (_journal, _config, _time) = (journal, config, time);
        _follower = new JournalFollower(journal, time, Take);
    }

    /// <summary>Of every script that was called, by its path.</summary>
    public ImmutableArray<ScriptHealth> Health => [.. _lanes.Values.Select(static lane => lane.Health).OrderBy(static health => health.Path, StringComparer.Ordinal)];

    /// <summary>Takes what is open as told by the process before; then calls for what happens. After the journal's start.</summary>
    public void Start()
    {
        _follower.Open();
        foreach (var incident in _journal.Snapshot.Incidents.Where(static incident => incident is { IsOpen: true, Verdict: "attack" }))
            Remember(incident.Id, ScriptCall.Begin(incident.Json));
        foreach (var incident in _journal.Snapshot.Incidents.Where(static incident => incident is { IsOpen: false, Verdict: "attack" }))
        {
            if (ScriptCall.TakenOverBy(incident.Json) is { } wider && _begun.ContainsKey(wider) && ScriptCall.Begin(incident.Json) is { } call)
                End([call], wider);
        }

        _follower.Start();
    }

    /// <summary>Takes what the journal told until its end, and gives the calls a few seconds. After the journal's end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        foreach (var lane in _lanes.Values)
            lane.Complete();
        _abort.CancelAfter(_lastCalls);
        await Task.WhenAll(_lanes.Values.Select(static lane => lane.Running));
        _abort.Dispose();
    }

    private void Take(JournalEntry entry)
    {
        if (!entry.Kind.StartsWith("incident.", StringComparison.Ordinal))
            return;
        var incident = ScriptCall.Parse(entry.Data);
        var verdict = (string?)incident?["verdict"];
        if (_begun.TryGetValue(entry.Subject, out var begun))
        {
            if (entry.Kind != EntryKind.Closed && verdict != "flash-crowd")
                return;
            _begun.Remove(entry.Subject);
            _within.Remove(entry.Subject, out var within);
            End([.. within ?? [], begun], entry.Kind == EntryKind.Closed ? ScriptCall.TakenOverBy(entry.Data) : null);
        }
        else if (verdict == "attack" && entry.Kind is not (EntryKind.Closed or EntryKind.Quiet) && !_config().Scripts.IsEmpty
            && ScriptCall.Begin(entry.Data) is { } call && Remember(entry.Subject, call))
        {
            Call(call);
        }
    }

    /// <summary>A script that blocks one target lets go of it when the attack is over, not when it is seen to be a part of a wider one.</summary>
    private void End(List<ScriptCall> ended, string? takenOverBy)
    {
        if (takenOverBy is null || !_begun.ContainsKey(takenOverBy))
        {
            ended.ForEach(call => Call(call.End()));
            return;
        }

        var within = _within.TryGetValue(takenOverBy, out var known) ? known : _within[takenOverBy] = [];
        foreach (var call in ended)
        {
            if (within.Count < MaximumAttacks)
                within.Add(call);
            else
                Call(call.End());
        }
    }

    private bool Remember(string id, ScriptCall? call)
    {
        if (call is null || _begun.Count >= MaximumAttacks)
            return false;
        _begun[id] = call with { Details = "" };
        return true;
    }

    private void Call(ScriptCall call)
    {
        var scripts = _config().Scripts;
        foreach (var (path, lane) in _lanes.Where(lane => !scripts.Contains(lane.Key, StringComparer.Ordinal)).ToList())
        {
            lane.Complete();
            _lanes = _lanes.Remove(path);
        }

        foreach (var script in scripts)
        {
            if (!_lanes.TryGetValue(script, out var lane))
                _lanes = _lanes.Add(script, lane = new ScriptLane(script, () => _config().TimeLimit, _time, _abort.Token));
            lane.Call(call);
        }
    }
}
