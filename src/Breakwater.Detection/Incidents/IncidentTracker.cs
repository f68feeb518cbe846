using System.Runtime.InteropServices;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Samples;

namespace Breakwater.Detection.Incidents;

/// <summary>
/// Joins what is found on hosts, prefixes and services into incidents: one event is one incident. A wider target takes over the
/// narrower ones that show the same; a narrower one that shows nothing new stays silent under an open wider one. Of a service and a prefix
/// around or inside it one speaks (<see cref="ServiceOrPrefix"/>).
/// </summary>
internal sealed class IncidentTracker(DetectorOptions options, StandingSamples samples)
{
    private const int MaxIncidents = 10_000;

    private readonly ServiceOrPrefix _sharing = new(options.Services);
    private readonly SortedDictionary<Target, OpenIncident> _open = [];
    private readonly List<Detected> _closed = [];
    private readonly List<OpenIncident> _ended = [];
    private readonly List<IncidentChange> _openedLate = [], _ends = [];
    private long _lastKey;

    /// <summary>Steps are kept for <see cref="TakeChanges"/>. What is closed was told then, so that an endless run can forget the oldest.</summary>
    public bool TellsChanges { get; set; }

    /// <summary>Targets with an open incident keep their dossiers.</summary>
    public bool IsOpen(Target target) => _open.ContainsKey(target);

    /// <summary>Takes in what was found on one target in a tick. Narrower targets come first.</summary>
    public void Feed(Dossier dossier, List<Finding> findings, long tick)
    {
        if (_open.TryGetValue(dossier.Target, out var incident))
        {
            RemoveToldElsewhere(incident, findings);
            incident.Feed(findings, dossier.LastTick);
            return;
        }
        RemoveExplained(dossier, findings);
        if (findings.Count == 0 || !HasRoom())
            return;
        incident = new OpenIncident(dossier, tick, ++_lastKey);
        incident.Feed(findings, dossier.LastTick);
        if (dossier.IsAggregate)
            TakeOver(incident, tick);
        dossier.Incident = incident.Span;
        _open.Add(dossier.Target, incident);
    }

    private bool HasRoom()
    {
        if (_open.Count + _closed.Count < MaxIncidents)
            return true;
        if (!TellsChanges || _closed.Count == 0)
            return false;
        _closed.RemoveRange(0, Math.Max(1, _closed.Count / 10));
        return true;
    }

    /// <summary>What an open incident of a wider target says already need not be said again.</summary>
    private void RemoveExplained(Dossier dossier, List<Finding> findings)
    {
        var target = dossier.Target;
        if (findings.Count == 0)
            return;
        // What is left of the findings decides whether they replace an open incident: until nothing more is taken out.
        var removed = 1;
        while (removed > 0)
        {
            removed = 0;
            foreach (var (wider, incident) in _open)
            {
                var explained = 0;
                if (wider != target && wider.Covers(target))
                    explained = findings.RemoveAll(finding => incident.Has(finding.Vector));
                else if (_sharing.Share(wider, target) && !_sharing.Replaces(dossier, findings, incident))
                    explained = findings.RemoveAll(finding => incident.HasKind(finding.Counters.TrafficClass));
                if (explained > 0)
                    dossier.Incident = incident.Span;
                removed += explained;
            }
        }
    }

    /// <summary>Of a service and a prefix that both have incidents, each tells what the other does not.</summary>
    private void RemoveToldElsewhere(OpenIncident incident, List<Finding> findings)
    {
        if (!incident.Dossier.IsAggregate || findings.TrueForAll(finding => incident.HasKind(finding.Counters.TrafficClass)))
            return;
        foreach (var (target, other) in _open)
        {
            if (_sharing.Share(incident.Target, target))
                findings.RemoveAll(finding => !incident.HasKind(finding.Counters.TrafficClass) && other.HasKind(finding.Counters.TrafficClass));
        }
    }

    private void TakeOver(OpenIncident wider, long tick)
    {
        foreach (var (target, narrower) in _open)
        {
            if (!(wider.Target.Covers(target) && wider.Explains(narrower)) && !(_sharing.Share(wider.Target, target) && narrower.Kinds.All(wider.HasKind)))
                continue;
            wider.Absorb(narrower);
            _ended.Add(narrower);
            TellEnd(narrower, () => Report(narrower, tick, null) with { State = IncidentState.Closed }, wider.Key);
        }
        foreach (var narrower in _ended)
            _open.Remove(narrower.Target);
        _ended.Clear();
    }

    /// <summary>Closes what has been quiet for the quiet period.</summary>
    public void CloseQuiet(long tick)
    {
        foreach (var incident in _open.Values)
        {
            if (incident.IsOver(tick, options))
                _ended.Add(incident);
        }
        foreach (var incident in _ended)
        {
            var report = Report(incident, tick, null);
            TellEnd(incident, () => report, takenOverBy: null);
            _closed.Add(new Detected(incident.DetectedTick, report));
            _open.Remove(incident.Target);
            incident.Span.End();
            incident.Dossier.EndIncident();
        }
        _ended.Clear();
    }

    /// <summary>These ticks do not count as quiet: nothing could be seen.</summary>
    public void Hold(long ticks)
    {
        foreach (var incident in _open.Values)
            incident.HeldTicks += ticks;
    }

    /// <summary>What happened since the last call: what opened or changed in the order of targets, then what ended.</summary>
    /// <param name="tick">The tick that was judged last.</param>
    public void TakeChanges(long tick, List<IncidentChange> changes)
    {
        foreach (var incident in _open.Values)
        {
            if (incident.Told.NextStep(incident, tick) is { } kind)
                changes.Add(new IncidentChange(incident.Key, kind, Report(incident, tick, null)));
        }
        changes.AddRange(_openedLate);
        changes.AddRange(_ends);
        _openedLate.Clear();
        _ends.Clear();
    }

    /// <summary>
    /// An incident that was taken over before anybody was told of it ends untold; what it had taken over goes on in the one that took it over. One
    /// that is over before it could be told, since time leapt, is told from its beginning. Bounded like the incidents, should nobody ask.
    /// </summary>
    private void TellEnd(OpenIncident incident, Func<Incident> report, long? takenOverBy)
    {
        if (!TellsChanges)
            return;
        if (!incident.Told.IsOpened && takenOverBy is not null)
        {
            foreach (ref var end in CollectionsMarshal.AsSpan(_ends))
            {
                if (end.TakenOverBy == incident.Key)
                    end = end with { TakenOverBy = takenOverBy };
            }
        }
        else if (_ends.Count < MaxIncidents)
        {
            var closed = new IncidentChange(incident.Key, IncidentChangeKind.Closed, report()) { TakenOverBy = takenOverBy };
            if (!incident.Told.IsOpened)
                _openedLate.Add(new IncidentChange(incident.Key, IncidentChangeKind.Opened, closed.Incident));
            _ends.Add(closed);
        }
    }

    private Incident Report(OpenIncident open, long tick, double? spanSeconds)
    {
        var incident = open.ToIncident(options, tick, spanSeconds);
        var service = -1;
        for (var number = 0; number < options.Services.Length; number++)
        {
            if (options.Services[number].Name == incident.Target.Service)
                service = number;
        }
        var senders = incident.SourceSample.Select(static source => source.Address).ToList();
        return incident with { SeenBeforeShare = SeenBefore.Share(samples, service, open.Started, senders) };
    }

    /// <summary>All incidents in the order of detection, then target.</summary>
    /// <param name="tick">Tick of the last record of the input.</param>
    /// <param name="spanSeconds">Length of the input when shorter than a second.</param>
    public IEnumerable<Incident> Incidents(long tick, double? spanSeconds) => _closed
        .Concat(_open.Values.Select(incident => new Detected(incident.DetectedTick, Report(incident, tick, spanSeconds))))
        .OrderBy(static entry => entry.DetectedTick).ThenBy(static entry => entry.Incident.Target)
        .Select(static entry => entry.Incident);

    private sealed record Detected(long DetectedTick, Incident Incident);
}
