using System.Runtime.CompilerServices;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;

namespace Breakwater.Detection.Dossiers;

/// <summary>
/// The dossiers, of which there is a fixed number: the targets furthest above their watch floors have one. When all are taken, a target
/// further above takes the place of the one least above that has no incident; traffic of one kind may hold half of the places at most,
/// so that many busy servers cannot crowd out one host under a SYN flood.
/// </summary>
internal sealed class DossierPool(
    DetectorOptions options, HostTable hosts, AggregateTable aggregates, WatchGroups groups, IncidentTracker incidents)
{
    private const int GroupShare = 2;

    /// <summary>Watch floors are an eighth of the detectors': half-way to an alarm.</summary>
    private const double HalfWay = 4;

    /// <summary>
    /// How much further above its floor a target must be to take the place of another: busy ones do not take turns, and one that is far
    /// from any alarm is in no hurry.
    /// </summary>
    private const double Lead = 1.25, LeadOfSmall = 3;

    /// <summary>Where more hosts than so many for each place have traffic in a second, those that got one at a few packets would be any.</summary>
    private const int HostsPerPlace = 4;

    /// <summary>Kinds of traffic studied per place, on average.</summary>
    public const int MaxClassesPerDossier = 8;
    private readonly uint[] _floors = WatchGroups.WatchFloors(options.Floors);
    private readonly uint[] _idleFloors = WatchGroups.IdleFloors(options.Floors);
    // Those that may go, by the traffic that brought them, the one most above its floor first.
    private readonly List<(double Score, int Number)>[] _evictable = [.. Enumerable.Range(0, WatchGroups.Count).Select(static _ => new List<(double, int)>())];
    private readonly RowSet _proposedHosts = new(options.MaxHosts), _hostsBehind = new(options.MaxHosts);
    private readonly List<int> _proposedAggregates = [];
    private bool _isRanked;
    private readonly List<Dossier?> _dossiers = [];
    private readonly int[] _byGroup = new int[WatchGroups.Count];
    private readonly List<(double Score, int Group, Target Target, int Row)> _candidates = [];
    private readonly ulong[] _watched = new ulong[1024];
    private readonly SpareParts _spare = new();
    private bool _hasDropped;
    private int _free;

    /// <summary>
    /// Units in two seconds, by group, from which on a target of the present tick is proposed: its watch floor; less while a quarter of the places is free, and half of those
    /// that the group may have, and no more than four hosts a place have traffic in a second; where none is free, at least what it takes to be ahead of the one whose place is the cheapest.
    /// </summary>
    public uint[] Floors { get; } = WatchGroups.IdleFloors(options.Floors);

    /// <summary>Floors that tell which kind of a target's traffic is the busiest.</summary>
    public uint[] CommonFloors => _isIdle ? _idleFloors : _floors;

    // A quarter of the places has never been taken, and few hosts want one; as of the tick's beginning.
    private bool _isIdle = true;

    /// <summary>Times that a target above its watch floor found no place.</summary>
    public long Refused { get; private set; }

    /// <summary>Prefixes or services have dossiers.</summary>
    public bool HasAggregates { get; private set; }

    /// <summary>What is usual for those without a dossier.</summary>
    public Baselines Baselines { get; } = new(2 * options.MaxDossiers);

    public Dossier this[int number] => _dossiers[number]!;

    /// <summary>All places, free ones null.</summary>
    public IReadOnlyList<Dossier?> All => _dossiers;

    /// <summary>Proposes a host that crossed its floor; what speaks for it is looked at when all of the tick is counted.</summary>
    public void ProposeHost(int row) => _proposedHosts.Add(row);

    /// <summary>Notes a host that crosses its watch floor too far behind to be proposed: it finds no place, unless more of the tick's records propose it.</summary>
    public void NoteBehind(int row, int group, uint recent, uint packets)
    {
        if (recent >= _floors[group] && recent - packets < _floors[group])
            _hostsBehind.Add(row);
    }

    /// <summary>Proposes a prefix or service.</summary>
    public void ProposeAggregate(int row) => _proposedAggregates.Add(row);

    /// <summary>Gives places to the candidates of the tick, the furthest above first.</summary>
    public void Promote(uint second)
    {
        _isRanked = false;
        for (var row = _proposedHosts.Next(0); row >= 0; row = _proposedHosts.Next(row + 1))
            AddHost(row, second);
        foreach (var row in _proposedAggregates)
            AddAggregate(row, second);
        for (var row = _hostsBehind.Next(0); row >= 0; row = _hostsBehind.Next(row + 1))
            Refused += _proposedHosts.Next(row) == row ? 0 : 1;
        _hostsBehind.Clear();
        _proposedHosts.Clear();
        _proposedAggregates.Clear();
        _candidates.Sort(static (left, right) =>
        {
            var byScore = right.Score.CompareTo(left.Score);
            return byScore != 0 ? byScore : left.Target.CompareTo(right.Target);
        });
        foreach (var (score, group, target, row) in _candidates)
        {
            // The same host may have been proposed for two kinds of traffic.
            if ((target.Kind == TargetKind.Host ? hosts[row].Dossier : aggregates.Links(row).Dossier) >= 0)
                continue;
            var number = FreePlace(score, group, second);
            if (number < 0)
            {
                Refused++;
                continue;
            }
            var floors = FloorsOf(target, row);
            var dossier = new Dossier(target, floors, row, group, new Urgency(groups.TickLimits(floors)), Baselines.Take(target), _spare);
            _dossiers[number] = dossier;
            _free--;
            _byGroup[group]++;
            NoteDossier(dossier, number);
            if (dossier.IsAggregate)
                HasAggregates = true;
            else
                Watch(dossier);
        }
        _candidates.Clear();
        if (_hasDropped)
            WatchAgain();
    }

    /// <summary>
    /// Sets <see cref="Floors"/> for the next tick, when all is known that happens before it. Who holds a place gets no quieter within the second that begins or goes on: who is
    /// below these floors cannot come to be ahead.
    /// </summary>
    /// <param name="second">The second that holds the next tick.</param>
    public void OpenTick(uint second)
    {
        _isRanked = false;
        _isIdle = (options.MaxDossiers - _dossiers.Count) * 4 > options.MaxDossiers && hosts.ActiveIn(second) <= (long)options.MaxDossiers * HostsPerPlace;
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            if (HasRoom(group))
                Floors[group] = (_isIdle && _byGroup[group] * GroupShare * 2 <= options.MaxDossiers ? _idleFloors : _floors)[group];
            else
                Floors[group] = (uint)Math.Clamp(_floors[group] * (Cheapest(group, second)?.Score ?? double.PositiveInfinity) * Lead, _floors[group], uint.MaxValue);
        }
    }

    private void AddHost(int row, uint second)
    {
        ref var record = ref hosts[row];
        var score = hosts.CountsOf(row).Score(_floors, second, out var group);
        if (!MayEnter(score, group, second))
            return;
        var service = record.Service < 0 ? null : options.Services[record.Service].Name;
        _candidates.Add((score, group, Target.Host(record.Host, record.Direction, service), row));
    }

    private void AddAggregate(int row, uint second)
    {
        ref var record = ref aggregates[row];
        var score = record.Counts.Score(_floors, second, out var group) / record.Factor;
        if (MayEnter(score, group, second))
            _candidates.Add((score, group, TargetOf(in record), row));
    }

    /// <summary>
    /// Drops the dossiers least above their floors while the kinds of traffic studied are more than eight a place on average: their
    /// number is what costs memory, and a stranger can give a host dozens of kinds.
    /// </summary>
    public void KeepWithinBudget(uint second)
    {
        var classes = _dossiers.Sum(static dossier => dossier?.ClassCount ?? 0);
        if (classes <= options.MaxDossiers * MaxClassesPerDossier)
            return;
        _isRanked = false;
        Rank(second);
        while (classes > options.MaxDossiers * MaxClassesPerDossier && Least() is >= 0 and var group)
        {
            var number = _evictable[group][^1].Number;
            classes -= _dossiers[number]!.ClassCount;
            Evict(group);
        }
        _isRanked = false;
    }

    /// <summary>False when a host with this hash certainly has no dossier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayWatch(ulong hostHash) => (_watched[(int)(hostHash >> 6) & 1023] >> (int)(hostHash & 63) & 1) != 0;

    /// <summary>A host moved within its table.</summary>
    public void Moved(int to)
    {
        if (hosts[to].Dossier >= 0)
            _dossiers[hosts[to].Dossier]!.Row = to;
    }

    private bool HasRoom(int group) => _byGroup[group] * GroupShare < options.MaxDossiers && (_free > 0 || _dossiers.Count < options.MaxDossiers);

    /// <summary>False when certainly no place will be found. Who is below its watch floor gets a free one, and never another's.</summary>
    private bool MayEnter(double score, int group, uint second)
    {
        if (HasRoom(group))
            return true;
        if (score < 1)
            return false;
        if (Giving(score, group, second) >= 0)
            return true;
        Refused++;
        return false;
    }

    private static bool IsAhead(double score, double other) => score > other * (score < HalfWay ? LeadOfSmall : Lead);

    private int FreePlace(double score, int group, uint second)
    {
        if (!HasRoom(group))
            return score >= 1 && Giving(score, group, second) is >= 0 and var giving ? Evict(giving) : -1;
        if (_free > 0)
            return _dossiers.IndexOf(null);
        _dossiers.Add(null);
        _free++;
        return _dossiers.Count - 1;
    }

    /// <summary>The group whose last one gives its place; -1 when that one is not clearly behind.</summary>
    private int Giving(double score, int group, uint second) => Cheapest(group, second) is { } other && IsAhead(score, other.Score) ? other.Group : -1;

    /// <summary>Whose place a target of a group would get: the last one of that group when it has its share, else of any; null when nobody may go.</summary>
    private (double Score, int Group)? Cheapest(int group, uint second)
    {
        Rank(second);
        var giving = _byGroup[group] * GroupShare >= options.MaxDossiers ? group : Least();
        return giving >= 0 && _evictable[giving].Count > 0 ? (_evictable[giving][^1].Score, giving) : null;
    }

    /// <summary>The group that has the one least above its floor; -1 when none may go.</summary>
    private int Least()
    {
        var least = -1;
        for (var group = 0; group < _evictable.Length; group++)
        {
            if (_evictable[group].Count > 0 && (least < 0 || Compare(_evictable[group][^1], _evictable[least][^1]) < 0))
                least = group;
        }
        return least;
    }

    /// <summary>Drops the last of a group; returns its place.</summary>
    private int Evict(int group)
    {
        var number = _evictable[group][^1].Number;
        _evictable[group].RemoveAt(_evictable[group].Count - 1);
        Drop(number);
        return number;
    }

    private void Drop(int number)
    {
        var dropped = _dossiers[number]!;
        NoteDossier(dropped, -1);
        _byGroup[dropped.Group]--;
        _dossiers[number] = null;
        _free++;
        Baselines.Keep(dropped.Target, dropped.Usual);
        dropped.Dissolve();
        _hasDropped = true;
    }

    /// <summary>Puts the dossiers that may go in order; once per tick.</summary>
    private void Rank(uint second)
    {
        if (_isRanked)
            return;
        _isRanked = true;
        foreach (var list in _evictable)
            list.Clear();
        for (var number = 0; number < _dossiers.Count; number++)
        {
            if (_dossiers[number] is { } dossier && !incidents.IsOpen(dossier.Target))
                _evictable[dossier.Group].Add((Score(dossier, second), number));
        }
        foreach (var list in _evictable)
            list.Sort((left, right) => Compare(right, left));
    }

    private int Compare((double Score, int Number) left, (double Score, int Number) right)
    {
        var byScore = left.Score.CompareTo(right.Score);
        return byScore != 0 ? byScore : _dossiers[left.Number]!.Target.CompareTo(_dossiers[right.Number]!.Target);
    }

    private double Score(Dossier dossier, uint second) => dossier.IsAggregate
        ? aggregates[dossier.Row].Counts.Score(_floors, second, out _) / aggregates[dossier.Row].Factor
        : hosts.CountsOf(dossier.Row).Score(_floors, second, out _);

    /// <summary>Notes a dossier's number, or -1, with its target.</summary>
    private void NoteDossier(Dossier dossier, int number)
    {
        if (dossier.IsAggregate)
            aggregates.Links(dossier.Row).Dossier = number;
        else
            hosts[dossier.Row].Dossier = number;
    }

    private Target TargetOf(in AggregateRecord record) => record.ServiceNumber < 0
        ? new Target(TargetKind.Prefix, record.Prefix, record.Direction)
        : new Target(TargetKind.Service, record.Prefix, record.Direction, options.Services[record.ServiceNumber].Name);

    private Floors FloorsOf(Target target, int row)
    {
        var own = options.Floors;
        if (target.Service is not null)
            own = options.Services.First(service => service.Name == target.Service).Floors ?? own;
        return target.Kind == TargetKind.Host ? own : own.Times(aggregates[row].Factor);
    }

    private void Watch(Dossier dossier)
    {
        ref var record = ref hosts[dossier.Row];
        var hash = HostTable.HashOf(new Sketches.KeyedHash(options.Seed).Of(record.Host), record.Direction);
        _watched[(int)(hash >> 6) & 1023] |= 1UL << (int)(hash & 63);
    }

    /// <summary>Forgets those that have been dropped.</summary>
    private void WatchAgain()
    {
        _hasDropped = false;
        Array.Clear(_watched);
        foreach (var dossier in _dossiers)
        {
            if (dossier is { IsAggregate: false })
                Watch(dossier);
        }
    }
}
