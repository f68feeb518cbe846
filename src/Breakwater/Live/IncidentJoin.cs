using Breakwater.Detection;
using Breakwater.Detection.Web;

namespace Breakwater.Live;

/// <summary>
/// Incidents of the network and of web logs as one stream of changes, in which what both tell of one service at one time is one incident. The network's
/// key stands for both; an incident of a log that was told already is taken over.
/// </summary>
internal sealed class IncidentJoin
{
    /// <summary>Keys of logs' incidents: none of the network's comes there.</summary>
    public const long FirstWebKey = 1L << 40;

    private readonly SortedDictionary<long, Joined> _network = [];
    private readonly SortedDictionary<long, Web> _web = [];

    /// <summary>A change of the network's incidents.</summary>
    /// <param name="change">The change, under a key that outlives its detector.</param>
    /// <param name="told">Gets what is to be told.</param>
    public void TakeNetwork(IncidentChange change, List<IncidentChange> told)
    {
        var isNew = !_network.TryGetValue(change.Key, out var joined);
        if (joined is null)
            _network.Add(change.Key, joined = new Joined(change.Incident));
        joined.Network = change.Incident;
        joined.IsOver = change.Kind == IncidentChangeKind.Closed;
        if (change.TakenOverBy is { } wider && _network.TryGetValue(wider, out var other))
        {
            MoveTo(wider, change.Key);
            _network.Remove(change.Key);
            told.Add(change);
            told.Add(other.Change(wider, IncidentChangeKind.Updated, WebOf(wider)));
            return;
        }

        var taken = new List<long>();
        foreach (var (key, web) in _web)
        {
            if (web.NetworkKey is null && !joined.IsOver && WebJoin.AreOfOneService(change.Incident, web.Last))
            {
                web.NetworkKey = change.Key;
                taken.Add(key);
            }
        }

        told.Add(joined.Change(change.Key, isNew ? IncidentChangeKind.Opened : change.Kind, WebOf(change.Key)) with { TakenOverBy = change.TakenOverBy });
        foreach (var key in taken)
            told.Add(new IncidentChange(key, IncidentChangeKind.Closed, _web[key].Last with { State = IncidentState.Closed }) { TakenOverBy = change.Key });
        Forget(change.Key);
    }

    /// <summary>A change of the logs' incidents.</summary>
    /// <param name="change">The change, under the key of the logs' detector.</param>
    /// <param name="told">Gets what is to be told.</param>
    public void TakeWeb(IncidentChange change, List<IncidentChange> told)
    {
        var key = FirstWebKey + change.Key;
        if (!_web.TryGetValue(key, out var web))
        {
            _web.Add(key, web = new Web(change.Incident));
            foreach (var (network, joined) in _network)
            {
                if (!joined.IsOver && WebJoin.AreOfOneService(joined.Network, change.Incident))
                {
                    web.NetworkKey = network;
                    break;
                }
            }
        }

        (web.Last, web.IsOver) = (change.Incident, change.Kind == IncidentChangeKind.Closed);
        if (web.NetworkKey is not { } owner)
        {
            told.Add(change with { Key = key });
            if (web.IsOver)
                _web.Remove(key);
            return;
        }

        told.Add(_network[owner].Change(owner, IncidentChangeKind.Updated, WebOf(owner)));
        Forget(owner);
    }

    private IEnumerable<Web> WebOf(long network) => _web.Values.Where(web => web.NetworkKey == network);

    private void MoveTo(long wider, long narrower)
    {
        foreach (var web in WebOf(narrower).ToList())
            web.NetworkKey = wider;
    }

    private void Forget(long network)
    {
        if (!_network[network].IsOver || WebOf(network).Any(static web => !web.IsOver))
            return;
        _network.Remove(network);
        foreach (var key in _web.Where(entry => entry.Value.NetworkKey == network).Select(static entry => entry.Key).ToList())
            _web.Remove(key);
    }

    /// <summary>An incident of a log: as it was told last.</summary>
    private sealed class Web(Incident last)
    {
        public Incident Last { get; set; } = last;

        public bool IsOver { get; set; }

        /// <summary>The network's incident that it is part of; null: it stands by itself.</summary>
        public long? NetworkKey { get; set; }
    }

    /// <summary>An incident of the network, perhaps with those of logs.</summary>
    private sealed class Joined(Incident network)
    {
        private IncidentState? _told;

        public Incident Network { get; set; } = network;

        public bool IsOver { get; set; }

        /// <summary>The change as it is told: with logs, what the state of both says.</summary>
        public IncidentChange Change(long key, IncidentChangeKind kind, IEnumerable<Web> parts)
        {
            var webs = parts.ToList();
            var incident = WebJoin.Merge(Network, webs.Select(static part => part.Last));
            var isOver = IsOver && webs.TrueForAll(static part => part.IsOver);
            if (webs.Count > 0 && kind != IncidentChangeKind.Opened)
            {
                kind = isOver ? IncidentChangeKind.Closed
                    : (_told, incident.State) switch
                    {
                        (IncidentState.Active, IncidentState.Quiet) => IncidentChangeKind.Quieted,
                        (IncidentState.Quiet, IncidentState.Active) => IncidentChangeKind.Reopened,
                        _ => IncidentChangeKind.Updated,
                    };
            }

            _told = incident.State;
            return new IncidentChange(key, kind, incident);
        }
    }
}
