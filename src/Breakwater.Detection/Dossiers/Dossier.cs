using System.Numerics;
using System.Runtime.CompilerServices;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Dossiers;

/// <summary>Everything known of one closely watched target: a host, a prefix or a service.</summary>
/// <param name="target">Who it is.</param>
/// <param name="floors">Lowest rates of an attack on it.</param>
/// <param name="row">Its index in the table of hosts, or of aggregates when <paramref name="target"/> is many.</param>
/// <param name="group">The traffic that brought it here.</param>
/// <param name="urgency">Whether it must be looked at in a tick.</param>
/// <param name="usual">What is known to be usual for it.</param>
/// <param name="spare">What dropped dossiers left.</param>
internal sealed class Dossier(Target target, Floors floors, int row, int group, Urgency urgency, Usual usual, SpareParts spare)
{
    /// <summary>Ticks of a generation: 30 s.</summary>
    private const int GenerationTicks = 300;

    /// <summary>No exporter has an active timeout above an hour.</summary>
    private const long MostRecordTicks = 36_000;

    // Few of the classes have been seen of most targets: a bit for each.
    private readonly ClassCounters?[] _classes = new ClassCounters?[TrafficClass.Count];
    private ulong _seen;
    private readonly HyperLogLog[] _synFlows = spare.TakeFlows(), _openFlows = spare.TakeFlows();
    private long _generation = long.MinValue;
    private ulong _tickPackets, _tickRequests;

    // Estimates read since the last record was counted.
    private (double? SynFlows, double? OpenFlows, double? CompletedFlows) _known;
    private int _level, _highestLevel;
    private (long Now, long Before) _openSegments;
    private (ulong Now, ulong Before) _packets, _firstFragments;

    public Target Target { get; } = target;

    public Floors Floors { get; } = floors;

    public int Row { get; set; } = row;

    public int Group { get; } = group;

    /// <summary>Kinds of traffic studied: what the dossier costs.</summary>
    public int ClassCount => BitOperations.PopCount(_seen);

    /// <summary>The longest record seen, in ticks: so late can the next one tell what goes on now.</summary>
    public long LongestRecordTicks { get; private set; }

    public bool IsAggregate => Target.Kind != TargetKind.Host;

    public long LastTick { get; private set; } = long.MinValue;

    /// <summary>TCP connections that someone tried to open (distinct source, port and service) in the last 30-60 s.</summary>
    public double SynFlows => _known.SynFlows ??= _synFlows[0].EstimateWith(_synFlows[1]);

    /// <summary>TCP connections whose peer sent what only an open connection's peer sends, in the last 30-60 s.</summary>
    public double OpenFlows => _known.OpenFlows ??= _openFlows[0].EstimateWith(_openFlows[1]);

    /// <summary>
    /// Connections that were opened and went on, in the last 30-60 s: those in both sketches, by what their union lacks. Three standard
    /// errors of the union are given in favour of the senders, and with nothing in common but that error it is none.
    /// </summary>
    public double CompletedFlows => _known.CompletedFlows ??= EstimateCompletedFlows();

    private double EstimateCompletedFlows()
    {
        var (opened, open) = (SynFlows, OpenFlows);
        var union = UnionOfFlows();
        var error = 3 * _synFlows[0].StandardErrorAt(union);
        var common = opened + open - union;
        return Math.Clamp(common + error, 0, Math.Min(opened, open * 1.05));
    }

    private double UnionOfFlows() => HyperLogLog.EstimateOf((_synFlows[0], _synFlows[1]), (_openFlows[0], _openFlows[1]));

    /// <summary>The counters of a class, null when none of it has been seen.</summary>
    public ClassCounters? this[Vector vector] => _classes[(int)vector];

    /// <summary>The counters of a class by its number.</summary>
    public ClassCounters? OfClass(int trafficClass) => _classes[trafficClass];

    /// <summary>True when some traffic of the last 30 s answered questions of the host: the telemetry shows its other direction too.</summary>
    public bool ReturnSeen { get; private set; }

    /// <summary>First fragments of packets of any class, scaled, in the last 30-60 s.</summary>
    public ulong FirstFragments => _firstFragments.Now + _firstFragments.Before;

    /// <summary>Segments of connections that carry data, of any class, scaled, in this generation and the one before.</summary>
    public (ulong Now, ulong Before) DataSegments { get; private set; }

    /// <summary>The last tick in which the host asked anybody anything, or since which it has been watched: what it gets more than a minute later answers nothing.</summary>
    public long LastQuestionTick { get; set; }

    /// <summary>What the host sends itself.</summary>
    public SentTraffic Sent { get; } = new();

    /// <summary>Segments of open connections, seen (not scaled), in the last 30-60 s.</summary>
    public long OpenSegments => _openSegments.Now + _openSegments.Before;

    /// <summary>Packets of all kinds in the last 30-60 s, scaled.</summary>
    public ulong RecentPackets => _packets.Now + _packets.Before;

    /// <summary>Whether it must be looked at in a tick.</summary>
    public Urgency Urgency { get; } = urgency;

    /// <summary>The tick that it is judged in: the one it was urgent in, else the last of its second.</summary>
    public long JudgedTick { get; set; }

    /// <summary>Some of its traffic has been taken in, or waits to be.</summary>
    public bool HasBeenStudied { get; set; }

    /// <summary>What is usual for the target.</summary>
    public Usual Usual { get; } = usual;

    /// <summary>The incident that its traffic belongs to: its own, or a wider one that speaks for it.</summary>
    public IncidentSpan? Incident { get; set; }

    /// <summary>That incident is open: what comes now is not usual.</summary>
    public bool InIncident => Incident is { IsOver: false };

    /// <summary>The listed reflection that the open incident is certain of, and the port that it falls on.</summary>
    public (Vector Vector, ushort? Port)? Reflection { get; set; }

    /// <summary>The incident is over: its traffic must not open the next one.</summary>
    public void EndIncident()
    {
        Incident = null;
        Reflection = null;
        for (var left = _seen; left != 0; left &= left - 1)
            First(left).Forget();
    }

    /// <summary>Opens a tick; records of earlier ticks, the last one opened excepted, may be counted along with its own.</summary>
    public void OpenTick(long tick)
    {
        if (LastTick == tick)
            return;
        if (Incident is { IsOver: true })
            EndIncident();
        OpenGeneration(tick);
        LastTick = tick;
        (_tickPackets, _tickRequests, _known) = (0, 0, default);
        for (var left = _seen; left != 0; left &= left - 1)
            First(left).OpenTick(tick);
    }

    /// <summary>
    /// One in 2^level of the tick's records will be counted. Connections seen before at a lower level do not compare with those seen from now on.
    /// </summary>
    public void OpenSample(int level)
    {
        _level = level;
        if (level <= _highestLevel)
            return;
        _highestLevel = level;
        foreach (var sketch in (ReadOnlySpan<HyperLogLog>)[.. _synFlows, .. _openFlows])
            sketch.Clear();
        _openSegments = (0, 0);
    }

    /// <summary>Rotates the generations of 30 s that have passed.</summary>
    public void OpenGeneration(long tick)
    {
        var generation = tick / GenerationTicks;
        if (_generation != long.MinValue && generation > _generation)
        {
            Rotate();
            if (generation > _generation + 1)
                Rotate();
        }
        _generation = Math.Max(_generation, generation);
    }

    /// <summary>Counts one record of the open tick.</summary>
    /// <param name="entry">The record; it tells whether the host asked its sender.</param>
    /// <param name="tick">The tick in which it arrived.</param>
    /// <param name="tallies">Take what is summed up over the tick.</param>
    public void Add(in TickEntry entry, long tick, TickTallies tallies)
    {
        var counters = _classes[entry.Class] ?? Study(entry.Class, tick);
        var asked = entry.Has(EntryTraits.Asked);
        var scaled = entry.Scaled;
        LongestRecordTicks = Math.Max(LongestRecordTicks, Math.Min(entry.DurationMilliseconds / 100, MostRecordTicks));
        _tickPackets += scaled;
        ReturnSeen |= asked;
        if (entry.Has(EntryTraits.IsRequest))
            _tickRequests += scaled;
        if (entry.Has(EntryTraits.FirstFragment))
            _firstFragments.Now += scaled;
        var flowHash = entry.FlowHash;
        if (entry.Protocol == 6 && entry.Has(EntryTraits.HasPorts))
            AddFlow(in entry, flowHash);
        // A request is a question itself, and so is an opened connection: that the host spoke to its sender does not excuse it.
        if (asked && entry.Class is not ((byte)Vector.SynFlood or TrafficClass.Session) && !entry.Has(EntryTraits.IsRequest))
        {
            counters.AddAsked(in entry);
            return;
        }
        counters.Add(in entry, flowHash, tick, LastTick, tallies[entry.Class]);
        if (asked)
            counters.NoteAsked(in entry);
    }

    /// <summary>Asks the processor for what <see cref="Add"/> will touch.</summary>
    public void Prefetch(in TickEntry entry)
    {
        _classes[entry.Class]?.Prefetch(in entry);
        if (entry.Protocol != 6)
            return;
        var hash = entry.FlowHash;
        if (entry.Class is (byte)Vector.SynFlood or TrafficClass.Session)
            _synFlows[0].Prefetch(hash);
        if (TrafficClass.IsOfOpenConnection(entry.Class))
            _openFlows[0].Prefetch(hash);
    }

    private ClassCounters Study(byte trafficClass, long tick)
    {
        _seen |= 1UL << trafficClass;
        var counters = spare.TakeCounters(trafficClass);
        counters.OpenTick(tick);
        return _classes[trafficClass] = counters;
    }

    /// <summary>Gives its parts back. Nobody may look at it afterwards.</summary>
    public void Dissolve()
    {
        for (; _seen != 0; _seen &= _seen - 1)
        {
            spare.Return(First(_seen));
            _classes[BitOperations.TrailingZeroCount(_seen)] = null;
        }

        spare.Return(_synFlows);
        spare.Return(_openFlows);
    }

    /// <summary>Closes the tick: all of its records have been counted.</summary>
    public void CloseTick(TickTallies tallies)
    {
        _packets.Now += _tickPackets;
        Usual.Add(LastTick, _tickPackets, _tickRequests, InIncident);
        for (var left = _seen; left != 0; left &= left - 1)
        {
            if (First(left) is var counters && counters.LastTick == LastTick)
                counters.CloseTick(LastTick, tallies[counters.TrafficClass]);
        }
    }

    /// <summary>Unasked packets of all TCP classes in the last 30-60 s, scaled, and asked ones.</summary>
    public (ulong Unasked, ulong Asked) TcpPackets()
    {
        ulong unasked = 0, asked = 0;
        for (var index = (int)Vector.SynFlood; index <= (int)Vector.TcpXmasFlood; index++)
        {
            if (_classes[index] is not { } counters)
                continue;
            unasked += counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
            asked += counters.Current.Asked + counters.Previous.Asked;
        }
        return (unasked, asked);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddFlow(in TickEntry entry, ulong flowHash)
    {
        if (entry.Class is (byte)Vector.SynFlood or TrafficClass.Session)
            _synFlows[0].Add(flowHash);
        if (TrafficClass.IsOfOpenConnection(entry.Class))
        {
            _openFlows[0].Add(flowHash);
            _openSegments.Now += entry.Packets;
        }
        if (entry.Has(EntryTraits.HasData))
            DataSegments = (DataSegments.Now + entry.Scaled, DataSegments.Before);
    }

    private void Rotate()
    {
        (_highestLevel, _known) = (_level, default);
        (_synFlows[0], _synFlows[1]) = (_synFlows[1], _synFlows[0]);
        (_openFlows[0], _openFlows[1]) = (_openFlows[1], _openFlows[0]);
        _synFlows[0].Clear();
        _openFlows[0].Clear();
        ReturnSeen = false;
        DataSegments = (0, DataSegments.Now);
        _openSegments = (0, _openSegments.Now);
        _packets = (0, _packets.Now);
        _firstFragments = (0, _firstFragments.Now);
        Sent.Rotate();
        for (var left = _seen; left != 0; left &= left - 1)
            First(left).Rotate();
    }

    /// <summary>The counters of the first class of some that have been seen.</summary>
    private ClassCounters First(ulong classes) => _classes[BitOperations.TrailingZeroCount(classes)]!;
}
