using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection;

/// <summary>
/// One kind of traffic towards one closely watched host: a second of ticks for rates, two generations of 30 seconds for ports and
/// sources, and totals. Fed once per tick from its records in any order; only sums, maxima and minima inside.
/// </summary>
internal sealed class ClassCounters
{
    /// <summary>Ticks of a window: one second.</summary>
    public const int WindowTicks = 10;

    /// <summary>2^11 registers: 2.3 % standard error of distinct counts.</summary>
    public const int SourcePrecision = 11;

    private readonly WeightedSum[] _packetRing = new WeightedSum[WindowTicks];
    private readonly long[] _firstRing = new long[WindowTicks];
    private readonly WeightedSum[] _byteRing = new WeightedSum[WindowTicks];
    private long _ringTick = long.MinValue;

    /// <summary>Traffic nobody asked for (or whose question cannot be seen), of this second.</summary>
    public WeightedSum WindowPackets, WindowBytes;

    /// <summary>The same of the present tick only.</summary>
    public WeightedSum TickPackets, TickBytes;

    /// <summary>The same since the class was last idle for ten minutes.</summary>
    public WeightedSum LifePackets, LifeBytes;

    /// <summary>Largest window since the class was last idle for ten minutes.</summary>
    public WeightedSum PeakPackets, PeakBytes;

    /// <summary>First packets' times: of the life, of the present generations, of the present tick.</summary>
    public long LifeFirst = long.MaxValue, TickFirst = long.MaxValue;

    /// <summary>Present and previous generation.</summary>
    public Generation Current = new(), Previous = new();

    public long LastTick { get; private set; } = long.MinValue;

    /// <summary>Sources over the class's life.</summary>
    public HyperLogLog LifeSources { get; } = new(SourcePrecision);

    /// <summary>Ports over the class's life.</summary>
    public PortVote LifeSourcePorts { get; } = new();

    /// <inheritdoc cref="LifeSourcePorts"/>
    public PortVote LifeDestinationPorts { get; } = new();

    /// <summary>Opens a tick: forgets what has left the window.</summary>
    public void OpenTick(long tick)
    {
        if (tick == _ringTick)
            return;
        if (tick - LastTick > 6_000 && LastTick != long.MinValue)
            ForgetLife();
        var steps = _ringTick == long.MinValue || tick - _ringTick >= WindowTicks ? WindowTicks : (int)(tick - _ringTick);
        for (var step = 0; step < steps; step++)
        {
            var slot = (int)((tick - step + WindowTicks) % WindowTicks);
            _packetRing[slot] = default;
            _byteRing[slot] = default;
            _firstRing[slot] = long.MaxValue;
        }
        (TickPackets, TickBytes, TickFirst) = (default, default, long.MaxValue);
        _ringTick = tick;
    }

    /// <summary>Counts one record that was not asked for.</summary>
    public void Add(in TickEntry entry, long tick)
    {
        LastTick = tick;
        var seconds = Math.Max(1, entry.DurationMilliseconds / 1000);
        var slot = (int)(tick % WindowTicks);
        // A record longer than a second counts with its own mean rate: its packets did not all come in this tick.
        _packetRing[slot].Add(entry.Packets / seconds, entry.Packets / seconds, entry.SamplingRate);
        _byteRing[slot].Add(entry.Bytes / seconds, entry.Packets / seconds, entry.SamplingRate);
        TickPackets.Add(entry.Packets, entry.Packets, entry.SamplingRate);
        TickBytes.Add(entry.Bytes, entry.Packets, entry.SamplingRate);
        TickFirst = Math.Min(TickFirst, entry.FirstNanoseconds);
        _firstRing[slot] = TickFirst;
        var scaled = (ulong)entry.Packets * Math.Max(entry.SamplingRate, 1);
        Current.Add(in entry, scaled);
        LifeSources.Add(entry.Source);
        if (!entry.HasPorts)
            return;
        LifeSourcePorts.Add(entry.SourcePort, scaled);
        LifeDestinationPorts.Add(entry.DestinationPort, scaled);
    }

    /// <summary>Counts one record that answers a question seen before.</summary>
    public void AddAsked(in TickEntry entry) => Current.Asked += (ulong)entry.Packets * Math.Max(entry.SamplingRate, 1);

    /// <summary>Closes a tick: derives the window and its peak.</summary>
    public void CloseTick()
    {
        WindowPackets = default;
        WindowBytes = default;
        for (var slot = 0; slot < WindowTicks; slot++)
        {
            WindowPackets.Add(in _packetRing[slot]);
            WindowBytes.Add(in _byteRing[slot]);
        }
        LifePackets.Add(in TickPackets);
        LifeBytes.Add(in TickBytes);
        LifeFirst = Math.Min(LifeFirst, TickFirst);
        if (WindowPackets.Sum > PeakPackets.Sum)
            (PeakPackets, PeakBytes) = (WindowPackets, WindowBytes);
    }

    /// <summary>First packet of the present window, nanoseconds.</summary>
    public long WindowFirst() => _firstRing.Min();

    /// <summary>The largest window within the horizon: the present one, or the largest of the class's life.</summary>
    public (WeightedSum Packets, WeightedSum Bytes) PeakOf(Horizon horizon) =>
        horizon == Horizon.Window ? (WindowPackets, WindowBytes) : (PeakPackets, PeakBytes);

    /// <summary>Starts a new generation and drops the one before the last.</summary>
    public void Rotate()
    {
        (Current, Previous) = (Previous, Current);
        Current.Clear();
    }

    private void ForgetLife()
    {
        (LifePackets, LifeBytes, PeakPackets, PeakBytes, LifeFirst) = (default, default, default, default, long.MaxValue);
        LifeSources.Clear();
        LifeSourcePorts.Clear();
        LifeDestinationPorts.Clear();
    }

    /// <summary>Thirty seconds of one class.</summary>
    internal sealed class Generation
    {
        public ulong Asked;
        public WeightedSum Packets, Bytes;
        public long First = long.MaxValue;

        public HyperLogLog Sources { get; } = new(SourcePrecision);

        public HyperLogLog Flows { get; } = new(SourcePrecision);

        public PortVote SourcePorts { get; } = new();

        public PortVote DestinationPorts { get; } = new();

        public void Add(in TickEntry entry, ulong scaled)
        {
            Packets.Add(entry.Packets, entry.Packets, entry.SamplingRate);
            Bytes.Add(entry.Bytes, entry.Packets, entry.SamplingRate);
            First = Math.Min(First, entry.FirstNanoseconds);
            Sources.Add(entry.Source);
            if (!entry.HasPorts)
                return;
            Flows.Add(KeyedHash.With(entry.Source, ((ulong)entry.SourcePort << 16) | entry.DestinationPort));
            SourcePorts.Add(entry.SourcePort, scaled);
            DestinationPorts.Add(entry.DestinationPort, scaled);
        }

        public void Clear()
        {
            (Asked, Packets, Bytes, First) = (0, default, default, long.MaxValue);
            Sources.Clear();
            Flows.Clear();
            SourcePorts.Clear();
            DestinationPorts.Clear();
        }
    }
}
