using Breakwater.Detection;

namespace Breakwater.Live;

/// <summary>
/// Keys that outlive a detector. A reload that changes detection makes another detector, which knows nothing of what is open: the first
/// incident that it opens on the same target is the same one to a reader. One that it does not find again within the quiet period is closed.
/// </summary>
internal sealed class IncidentKeys
{
    private readonly Dictionary<long, Known> _open = [];
    private readonly SortedDictionary<Target, (Known Known, long DeadlineTick)> _inherited = [];
    private long _lastKey;

    /// <summary>Incidents of an earlier detector that were not found again yet.</summary>
    public int InheritedCount => _inherited.Count;

    /// <summary>True while an incident of this service is open; null: any.</summary>
    public bool IsInIncident(string? service) => _inherited.Count > 0 || _open.Values.Any(known => service is null || known.Last!.Target.Service == service);

    /// <summary>The change of the present detector as a reader knows it.</summary>
    public IncidentChange Translate(IncidentChange change)
    {
        if (!_open.TryGetValue(change.Key, out var known))
        {
            var isInherited = _inherited.Remove(change.Incident.Target, out var inherited);
            known = isInherited ? inherited.Known : new Known(++_lastKey, null);
            _open.Add(change.Key, known);
            if (isInherited && change.Kind == IncidentChangeKind.Opened)
                change = change with { Kind = IncidentChangeKind.Updated };
        }

        known.Last = known.Inherited is { } first ? Continued(change.Incident, first) : change.Incident;
        if (change.Kind == IncidentChangeKind.Closed)
            _open.Remove(change.Key);
        long? wider = change.TakenOverBy is { } key && _open.TryGetValue(key, out var other) ? other.Key : null;
        return new IncidentChange(known.Key, change.Kind, known.Last) { TakenOverBy = wider };
    }

    /// <summary>The detector is replaced: what is open is to be found again by <paramref name="deadlineTick"/>.</summary>
    public void Replace(long deadlineTick)
    {
        foreach (var known in _open.Values)
            _inherited.TryAdd(known.Last!.Target, (new Known(known.Key, known.Inherited ?? known.Last), deadlineTick));
        _open.Clear();
    }

    /// <summary>Nothing could be seen for so many ticks.</summary>
    public void Hold(long ticks)
    {
        foreach (var (target, (known, deadline)) in _inherited.ToList())
            _inherited[target] = (known, deadline + ticks);
    }

    /// <summary>Closes what was not found again in time.</summary>
    public void CloseLost(long tick, List<IncidentChange> changes)
    {
        if (_inherited.Count == 0)
            return;
        foreach (var (target, (known, deadline)) in _inherited.ToList())
        {
            if (tick < deadline)
                continue;
            _inherited.Remove(target);
            changes.Add(new IncidentChange(known.Key, IncidentChangeKind.Closed, known.Inherited! with { State = IncidentState.Closed }));
        }
    }

    private static Incident Continued(Incident incident, Incident first) => incident with
    {
        StartedNanoseconds = first.StartedNanoseconds,
        DetectedNanoseconds = first.DetectedNanoseconds,
        Limits = incident.Limits.Add("detection was configured anew since the incident began: totals count from then on"),
    };

    /// <param name="Key">For readers.</param>
    /// <param name="Inherited">The incident as the earlier detector told it last; null for one of the present detector.</param>
    private sealed record Known(long Key, Incident? Inherited)
    {
        public Incident? Last { get; set; }
    }
}
