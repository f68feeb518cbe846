using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>Everything known of one closely watched destination host.</summary>
internal sealed class Dossier(Address host, int hostIndex, int number)
{
    private const int FlowPrecision = 11;
    private readonly ClassCounters?[] _classes = new ClassCounters?[TrafficClass.Count];
    private readonly HyperLogLog[] _synFlows = [new(FlowPrecision), new(FlowPrecision)];
    private readonly HyperLogLog[] _openFlows = [new(FlowPrecision), new(FlowPrecision)];
    private long _generation = long.MinValue;

    public Address Host { get; } = host;

    public int HostIndex { get; } = hostIndex;

    /// <summary>Its place in the detector's list.</summary>
    public int Number { get; } = number;

    public long LastTick { get; private set; } = long.MinValue;

    /// <summary>TCP connections that someone tried to open (distinct source, port and service) in the last 30-60 s.</summary>
    public double SynFlows => _synFlows[0].EstimateWith(_synFlows[1]);

    /// <summary>TCP connections whose peer sent what only an open connection's peer sends, in the last 30-60 s.</summary>
    public double OpenFlows => _openFlows[0].EstimateWith(_openFlows[1]);

    /// <summary>The counters of a class, null when none of it has been seen.</summary>
    public ClassCounters? this[Vector vector] => _classes[(int)vector];

    /// <summary>True when some traffic of the last 30 s answered questions of the host: the telemetry shows its other direction too.</summary>
    public bool ReturnSeen { get; private set; }

    /// <summary>First fragments of packets of any class, scaled.</summary>
    public ulong FirstFragments { get; private set; }

    /// <summary>Opens a tick: rotates generations of 30 s.</summary>
    public void OpenTick(long tick)
    {
        if (LastTick == tick)
            return;
        var generation = tick / 300;
        if (_generation != long.MinValue && generation > _generation)
        {
            Rotate();
            if (generation > _generation + 1)
                Rotate();
        }
        _generation = generation;
        LastTick = tick;
        foreach (var counters in _classes)
            counters?.OpenTick(tick);
    }

    /// <summary>Counts one record of the tick.</summary>
    /// <param name="asked">A question of this host to the source has been seen.</param>
    public void Add(in TickEntry entry, bool asked, long tick)
    {
        var counters = _classes[entry.Class];
        if (counters is null)
        {
            counters = _classes[entry.Class] = new ClassCounters();
            counters.OpenTick(tick);
        }
        ReturnSeen |= asked;
        FirstFragments += entry.IsFirstFragment ? (ulong)entry.Packets * Math.Max(entry.SamplingRate, 1) : 0;
        if (entry.Protocol == 6 && entry.HasPorts)
            AddFlow(in entry);
        // A SYN is a question itself: whether the host ever spoke to its source says nothing.
        if (asked && entry.Class != (byte)Vector.SynFlood)
            counters.AddAsked(in entry);
        else
            counters.Add(in entry, tick);
    }

    public void CloseTick()
    {
        foreach (var counters in _classes)
            counters?.CloseTick();
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

    private void AddFlow(in TickEntry entry)
    {
        var flow = KeyedHash.With(entry.Source, ((ulong)entry.SourcePort << 16) | entry.DestinationPort);
        if (entry.Class is (byte)Vector.SynFlood or TrafficClass.Session)
            _synFlows[0].Add(flow);
        if (TrafficClass.IsOfOpenConnection(entry.Class))
            _openFlows[0].Add(flow);
    }

    private void Rotate()
    {
        (_synFlows[0], _synFlows[1]) = (_synFlows[1], _synFlows[0]);
        (_openFlows[0], _openFlows[1]) = (_openFlows[1], _openFlows[0]);
        _synFlows[0].Clear();
        _openFlows[0].Clear();
        ReturnSeen = false;
        foreach (var counters in _classes)
            counters?.Rotate();
    }
}
