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
    private readonly List<(long DetectedTick, Incident Incident)> _closed = [];
    private readonly List<OpenIncident> _ended = [];

    /// <summary>Targets with an open incident keep their dossiers.</summary>
    public bool IsOpen(Target target) => _open.ContainsKey(target);

    /// <summary>Takes in what was found on one target in a tick. Narrower targets come first.</summary>
    public void Feed(Dossier dossier, List<Finding> findings, long tick)
    {
        if (_open.TryGetValue(dossier.Target, out var incident))
        {
            incident.Feed(findings, tick);
            return;
        }
        RemoveExplained(dossier, findings);
        if (findings.Count == 0 || _open.Count + _closed.Count >= MaxIncidents)
            return;
        incident = new OpenIncident(dossier, tick);
        incident.Feed(findings, tick);
        if (dossier.IsAggregate)
            TakeOver(incident);
        dossier.InIncident = true;
        _open.Add(dossier.Target, incident);
    }

    /// <summary>What an open incident of a wider target says already need not be said again.</summary>
    private void RemoveExplained(Dossier dossier, List<Finding> findings)
    {
        var target = dossier.Target;
        if (findings.Count == 0)
            return;
        foreach (var (wider, incident) in _open)
        {
            if (wider != target && wider.Covers(target))
                findings.RemoveAll(finding => incident.Has(finding.Vector));
            else if (_sharing.Share(wider, target))
                findings.RemoveAll(finding => incident.Has(finding.Vector) && !_sharing.Replaces(dossier, incident.Dossier, finding.Counters.TrafficClass));
        }
    }

    private void TakeOver(OpenIncident wider)
    {
        foreach (var (target, narrower) in _open)
        {
            if ((!wider.Target.Covers(target) && !_sharing.Share(wider.Target, target)) || !wider.Explains(narrower))
                continue;
            wider.Absorb(narrower);
            narrower.Dossier.InIncident = false;
            _ended.Add(narrower);
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
            if (tick - incident.LastSignalTick >= (options.QuietSeconds * 10L) + incident.Dossier.LongestRecordTicks)
                _ended.Add(incident);
        }
        foreach (var incident in _ended)
        {
            _closed.Add((incident.DetectedTick, Report(incident, tick, null)));
            _open.Remove(incident.Target);
            incident.Dossier.EndIncident();
        }
        _ended.Clear();
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
        .Concat(_open.Values.Select(incident => (incident.DetectedTick, Incident: Report(incident, tick, spanSeconds))))
        .OrderBy(static entry => entry.DetectedTick).ThenBy(static entry => entry.Incident.Target)
        .Select(static entry => entry.Incident);
}
