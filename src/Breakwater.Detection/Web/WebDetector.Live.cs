using System.Text;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Detection.Web;

/// <summary>What a running engine needs besides: a clock, changes as they happen, a rest from too many lines.</summary>
public sealed partial class WebDetector
{
    /// <summary>Longest run of slices whose lines are counted at a time.</summary>
    private const int OpenSlices = (WebLimits.LateSeconds / WebLimits.SliceSeconds) + 3;

    private readonly List<IncidentChange> _changes = [];
    private readonly int[] _levels = new int[OpenSlices];
    private readonly KeyedHash _shedHash;
    private ClientOrigins? _origins;
    private long _lastKey;
    private int _level;

    // From the first time on: until then nobody is left out.
    private bool _hasShed;

    /// <summary>
    /// Lines are counted as they come: seconds close soon, and a line that is later than that is counted in the earliest second that is open. Incidents
    /// are told as they change, and the oldest ones make room for new ones.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>Lines of the logs are missing: what is not seen is no sign of quiet, and no incident ends.</summary>
    public bool HoldsIncidents { get; set; }

    /// <summary>Requests whose clients were left out under overload; each of the others stood for some.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The second of the newest line, or of the clock; null before the first.</summary>
    public long? NewestSecond => _newest == long.MinValue ? null : _newest;

    private int LateSeconds => IsLive ? WebLimits.LiveLateSeconds : WebLimits.LateSeconds;

    /// <summary>The clock says that this second has begun: lines of long before it will not come any more. Nothing happens before the first line.</summary>
    public void Pass(long second)
    {
        if (_newest != long.MinValue && second > _newest)
            MoveTo(second);
    }

    /// <summary>Other settings from now on; what is known stays.</summary>
    /// <param name="options">Its seed and shards must be the same.</param>
    public void Take(DetectorOptions options)
    {
        _options = options;
        foreach (var site in Sites())
            site.Take(options);
    }

    /// <summary>Asks for the countries and systems of clients from the next look on; what was said of them before stays said.</summary>
    /// <param name="find">Asks the operator's databases: the same answer for the same address every time; null: there are none.</param>
    public void Take(Func<Address, ClientOrigin>? find) => _origins = find is null ? null : new ClientOrigins(find);

    /// <summary>Takes 1 in 2^level clients from the next slice on; they stand for the others.</summary>
    /// <param name="level">0 (all) to <see cref="WebLimits.MaximumShedLevel"/>.</param>
    public void Shed(int level)
    {
        _level = Math.Clamp(level, 0, WebLimits.MaximumShedLevel);
        _hasShed |= _level > 0;
    }

    /// <summary>What happened since the last call, in the order in which it happened.</summary>
    public void TakeChanges(List<IncidentChange> changes)
    {
        changes.AddRange(_changes);
        _changes.Clear();
    }

    /// <summary>The clock is set back: that is no sign of quiet, and what is open goes on from there.</summary>
    private void SetBack(long second)
    {
        CloseUpTo(_newest + 1);
        foreach (var site in Sites())
            site.SetBack(second);
    }

    private int WeightOf(long second) => 1 << _levels[second / WebLimits.SliceSeconds % OpenSlices];

    private bool IsLeftOut(in LogRequest request, long second)
    {
        var weight = WeightOf(second);
        if (weight == 1 || (_shedHash.Of(request.Client) & (ulong)(weight - 1)) == 0)
            return false;
        LeftOut++;
        return true;
    }

    /// <summary>The slices that begin now are counted at the present level.</summary>
    private void BeginSlices(long before, long second)
    {
        var slice = second / WebLimits.SliceSeconds;
        for (var begun = Math.Max(slice - OpenSlices, before == long.MinValue ? long.MinValue : before / WebLimits.SliceSeconds) + 1; begun <= slice; begun++)
            _levels[(begun + OpenSlices) % OpenSlices] = _level;
    }

    /// <summary>The service of a site's hash, and whether its host is known.</summary>
    private (string Name, bool HasHost)? ServiceOf(ulong site, string name)
    {
        var host = TextHash.Of(Encoding.ASCII.GetBytes(name), _options.Seed);
        foreach (var service in _services)
        {
            var hash = TextHash.Of(Encoding.ASCII.GetBytes(service), _options.Seed);
            if (WebShard.HashIn(host, hash) == site)
                return (service, true);
            if (WebShard.HashIn(0, hash) == site)
                return (service, false);
        }

        return null;
    }

    private void Tell(WebSite site)
    {
        if (!IsLive || site.Surge is not { Verdict: not null } surge || (surge.Told.Key == 0 && !WebSite.IsReported(surge)) || surge.Told.NextStep(surge) is not { } kind)
            return;
        if (surge.Told.Key == 0)
            surge.Told.Key = ++_lastKey;
        Add(new IncidentChange(surge.Told.Key, kind, surge.ToIncident(site.Name, site.Service, isOver: false, _origins)));
    }

    private void TellEnd(WebSurge surge, Incident incident)
    {
        if (!IsLive)
            return;
        if (surge.Told.Key == 0)
            Add(new IncidentChange(surge.Told.Key = ++_lastKey, IncidentChangeKind.Opened, incident));
        Add(new IncidentChange(surge.Told.Key, IncidentChangeKind.Closed, incident));
    }

    /// <summary>Bounded, should nobody ask: the next step of the same incident tells the same again.</summary>
    private void Add(IncidentChange change)
    {
        if (_changes.Count < WebLimits.Incidents)
            _changes.Add(change);
    }
}
