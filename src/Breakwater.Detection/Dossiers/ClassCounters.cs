using System.Runtime.CompilerServices;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Dossiers;

/// <summary>
/// One kind of traffic towards one closely watched target: rates over windows, two generations of 30 seconds for ports and sources, and
/// totals. Fed once per tick from its records in any order; only sums, maxima and minima inside.
/// </summary>
/// <param name="rooms">Memory of samples of sources.</param>
internal sealed class ClassCounters(SourceRooms rooms)
{
    /// <summary>2^11 registers: 2.3 % standard error of distinct counts.</summary>
    public const int SourcePrecision = 11;

    /// <summary>A burst shorter than this counts as if it had lasted so long: no floor is crossed by a handful of packets.</summary>
    public const double ShortestSeconds = 0.2;

    /// <summary>A class that had no traffic for ten minutes starts a new life.</summary>
    public const long IdleTicks = 6_000;

    // Most kinds of traffic are looked at once or live for seconds: what needs a longer life is made when it has come.
    private WindowSum[]? _windows;
    private (HyperLogLog Sources, PortVote SourcePorts, PortVote DestinationPorts)? _past;
    private long _windowsTick = long.MinValue;

    // Estimates read since the last tick was closed.
    private (double? BusiestRate, double? Sources, double? Flows) _known;

    public required int TrafficClass { get; set; }

    /// <summary>Packets of the last 30-60 s, scaled.</summary>
    public ulong RecentPackets => Current.Packets.Sum + Previous.Packets.Sum;

    /// <summary>Traffic nobody asked for (or whose question cannot be seen), over time.</summary>
    public RateWindows Rates { get; } = new();

    /// <summary>The same of the present tick only.</summary>
    public WeightedSum TickPackets, TickBytes;

    /// <summary>Records of earlier ticks, which had waited, are among those of the present one.</summary>
    public bool HoldsEarlierTicks { get; private set; }

    /// <summary>The same since the class was last idle.</summary>
    public WeightedSum LifePackets, LifeBytes;

    /// <summary>The lowest and the highest rate that exporters sampled at in the class's life, 0 for unknown.</summary>
    public uint LowestRate = uint.MaxValue, HighestRate;

    /// <summary>Of some records of the class's life a part stood for all (<see cref="TickEntry.Level"/>).</summary>
    public bool IsThinned { get; private set; }

    /// <summary>A sample of the life's sources with what each sent.</summary>
    public SourceSample SourceSample { get; } = new(rooms);

    /// <summary>First packets' times: of the life, of the present tick.</summary>
    public long LifeFirst = long.MaxValue, TickFirst = long.MaxValue;

    /// <summary>Present and previous generation; nothing is ever added to the previous one, which is the empty one at first.</summary>
    public Generation Current = new(), Previous = Generation.None;

    /// <summary>True when the rate of some window, as of the last tick with traffic, is above so many packets per second.</summary>
    public bool Exceeds(double perSecond) =>
        (_known.BusiestRate is not null || Rates.RateBound() > perSecond) && (_known.BusiestRate ??= Rates.BusiestRate()) > perSecond;

    /// <summary>What a packet seen stands for: the mean of the life, or of the last tick when that was sampled more thinly. At least 1.</summary>
    public double Weight => Math.Max(1, Math.Max(LifePackets.Weight, TickPackets.Weight));

    /// <summary>The last tick with traffic that nobody asked for.</summary>
    public long LastTick { get; private set; } = long.MinValue;

    /// <summary>Sources of the class's life.</summary>
    public HyperLogLog LifeSources()
    {
        var all = new HyperLogLog(SourcePrecision);
        if (_past is { } past)
            all.Merge(past.Sources);
        all.Merge(Current.Sources);
        all.Merge(Previous.Sources);
        return all;
    }

    /// <summary>Source and destination ports of the class's life.</summary>
    public (PortVote Source, PortVote Destination) LifePorts()
    {
        var (source, destination) = (new PortVote(), new PortVote());
        foreach (var (from, to) in (ReadOnlySpan<(PortVote, PortVote)>)
            [(Current.SourcePorts, source), (Previous.SourcePorts, source), (Current.DestinationPorts, destination), (Previous.DestinationPorts, destination)])
        {
            to.Merge(from);
        }
        if (_past is { } past)
        {
            source.Merge(past.SourcePorts);
            destination.Merge(past.DestinationPorts);
        }
        return (source, destination);
    }

    /// <summary>Different senders in the last 30-60 s, as of the last tick that was closed.</summary>
    public double RecentSources => _known.Sources ??= Current.Sources.EstimateWith(Previous.Sources);

    /// <summary>Different conversations in the last 30-60 s, as of the last tick that was closed.</summary>
    public double RecentFlows => _known.Flows ??= Current.Flows.EstimateWith(Previous.Flows);

    /// <summary>Opens a tick.</summary>
    public void OpenTick(long tick)
    {
        if (LastTick != long.MinValue && tick - LastTick > IdleTicks)
            Forget();
        (TickPackets, TickBytes, TickFirst, HoldsEarlierTicks) = (default, default, long.MaxValue, false);
    }

    /// <summary>Counts one record that was not asked for.</summary>
    /// <param name="entry">The record.</param>
    /// <param name="flowHash">Hash of its conversation.</param>
    /// <param name="tick">The tick in which it arrived.</param>
    /// <param name="openTick">The open tick.</param>
    /// <param name="tally">Takes what goes into windows and votes when the tick closes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in TickEntry entry, ulong flowHash, long tick, long openTick, TickTally tally)
    {
        LastTick = openTick;
        HoldsEarlierTicks |= tick != openTick;
        var scaled = entry.Scaled;
        TickPackets.Add(entry.Packets, entry.Packets, entry.SamplingRate, entry.Level);
        TickBytes.Add(entry.Bytes, entry.Packets, entry.SamplingRate, entry.Level);
        TickFirst = Math.Min(TickFirst, entry.FirstNanoseconds);
        var rate = entry.ExportedRate;
        (LowestRate, HighestRate) = (Math.Min(LowestRate, rate), Math.Max(HighestRate, rate));
        IsThinned |= entry.Level > 0;
        if (entry.DurationMilliseconds >= 100)
            AddSpread(in entry, tick, openTick, tally.Spread);
        else if (tick != openTick)
            tally.Spread.Add(tick, tick, openTick, scaled, entry.Bytes * Math.Max(entry.SamplingRate, 1));
        Current.Add(in entry, flowHash, scaled);
        if (entry.Has(EntryTraits.HasPorts))
        {
            tally.SourcePorts.Add(entry.SourcePort, scaled);
            tally.DestinationPorts.Add(entry.DestinationPort, scaled);
        }
        SourceSample.Add(entry.PeerHash, entry.Peer, scaled, entry.Packets);
    }

    private static void AddSpread(in TickEntry entry, long tick, long openTick, RateSpread spread)
    {
        var first = entry.FirstNanoseconds / Detector.TickNanoseconds;
        var last = (entry.FirstNanoseconds + (entry.DurationMilliseconds * 1_000_000L)) / Detector.TickNanoseconds;
        // A clock that is ahead, or further behind than any active timeout, tells lengths but not times.
        if (last > tick || tick - last > RateWindows.ReachTicks / 2)
            (first, last) = (tick - (last - first), tick);
        spread.Add(first, last, openTick, entry.Scaled, entry.Bytes * Math.Max(entry.SamplingRate, 1));
    }

    /// <summary>Counts one record that answers a question seen before.</summary>
    public void AddAsked(in TickEntry entry) => Current.Asked += entry.Scaled;

    /// <summary>Notes that a counted record came from somebody the host spoke to.</summary>
    public void NoteAsked(in TickEntry entry) => Current.AskedToo += entry.Scaled;

    /// <summary>What the requests of the last 30-60 s ask about; null when none names anything.</summary>
    public NameCounts? RecentNames()
    {
        if (Current.Names is null || Previous.Names is null)
            return Current.Names ?? Previous.Names;
        var both = new NameCounts();
        both.Merge(Current.Names);
        both.Merge(Previous.Names);
        return both;
    }

    /// <summary>Closes a tick: its packets go into the windows, the generation and the life.</summary>
    public void CloseTick(long tick, TickTally tally)
    {
        var (packets, bytes) = ((long)TickPackets.Sum, (long)TickBytes.Sum);
        var spread = tally.Spread;
        if (!spread.IsEmpty)
        {
            (packets, bytes) = (packets - spread.Packets, bytes - spread.Bytes);
            spread.FlushTo(Rates, tick);
        }
        if (packets > 0)
            Rates.Add(tick, packets, bytes);
        Current.CloseTick(in TickPackets, in TickBytes, tally);
        LifePackets.Add(in TickPackets);
        LifeBytes.Add(in TickBytes);
        LifeFirst = Math.Min(LifeFirst, TickFirst);
        _known = default;
    }

    /// <summary>Asks the processor for what counting this entry will touch.</summary>
    public void Prefetch(in TickEntry entry)
    {
        Current.Sources.Prefetch(entry.PeerHash);
        if (entry.Has(EntryTraits.HasPorts))
            Current.Flows.Prefetch(entry.FlowHash);
        SourceSample.Prefetch(entry.PeerHash);
    }

    /// <summary>The windows as of the present tick, shortest first.</summary>
    public ReadOnlySpan<WindowSum> Windows(long tick)
    {
        if (_windowsTick != tick)
        {
            Rates.Fill(_windows ??= new WindowSum[RateWindows.WindowCount]);
            _windowsTick = tick;
        }
        return _windows;
    }

    /// <summary>Starts a new generation and drops the one before the last into the life.</summary>
    public void Rotate()
    {
        _known = default;
        if (Previous == Generation.None)
        {
            (Current, Previous) = (new Generation(), Current);
            return;
        }
        (Current, Previous) = (Previous, Current);
        var past = _past ??= (new HyperLogLog(SourcePrecision), new PortVote(), new PortVote());
        past.Sources.Merge(Current.Sources);
        past.SourcePorts.Merge(Current.SourcePorts);
        past.DestinationPorts.Merge(Current.DestinationPorts);
        Current.Clear();
    }

    /// <summary>Serves another kind of traffic, or another target.</summary>
    public void Reset(int trafficClass)
    {
        Forget();
        (TrafficClass, LastTick, _windowsTick) = (trafficClass, long.MinValue, long.MinValue);
        (TickPackets, TickBytes, TickFirst) = (default, default, long.MaxValue);
    }

    /// <summary>Starts a new life.</summary>
    public void Forget()
    {
        (LowestRate, HighestRate, IsThinned) = (uint.MaxValue, 0, false);
        (LifePackets, LifeBytes, LifeFirst, _known) = (default, default, long.MaxValue, default);
        SourceSample.Clear();
        if (_past is { } past)
        {
            past.Sources.Clear();
            past.SourcePorts.Clear();
            past.DestinationPorts.Clear();
        }
        Current.Clear();
        if (Previous != Generation.None)
            Previous.Clear();
        Rates.Clear();
    }
}

/// <summary>Thirty seconds of one class.</summary>
internal sealed class Generation
{
    /// <summary>Thirty seconds without traffic: never changed.</summary>
    public static readonly Generation None = new();

    /// <summary>Scaled packets that answer questions and are not counted; that are counted although the host spoke to their sender; and requests.</summary>
    public ulong Asked, AskedToo, Requests;
    public WeightedSum Packets, Bytes;

    public HyperLogLog Sources { get; } = new(ClassCounters.SourcePrecision);

    public HyperLogLog Flows { get; } = new(ClassCounters.SourcePrecision);

    public PortVote SourcePorts { get; } = new();

    public PortVote DestinationPorts { get; } = new();

    /// <summary>Own hosts, for targets that are many.</summary>
    public HyperLogLog Hosts { get; } = new(8);

    /// <summary>What requests ask about; null until one was seen.</summary>
    public NameCounts? Names { get; private set; }

    /// <summary>Counts one record; its packets, bytes and ports follow at the end of the tick.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in TickEntry entry, ulong flowHash, ulong scaled)
    {
        Sources.Add(entry.PeerHash);
        Hosts.Add(entry.HostHash);
        if (entry.Has(EntryTraits.IsRequest))
            Requests += scaled;
        if (entry.Resource != 0)
            (Names ??= new NameCounts()).Add(in entry, scaled);
        if (entry.Has(EntryTraits.HasPorts))
            Flows.Add(flowHash);
    }

    /// <summary>Closes a tick.</summary>
    public void CloseTick(in WeightedSum packets, in WeightedSum bytes, TickTally tally)
    {
        Packets.Add(in packets);
        Bytes.Add(in bytes);
        SourcePorts.Add(tally.SourcePorts);
        DestinationPorts.Add(tally.DestinationPorts);
        tally.SourcePorts.Clear();
        tally.DestinationPorts.Clear();
    }

    public void Clear()
    {
        (Asked, AskedToo, Requests, Packets, Bytes) = (0, 0, 0, default, default);
        Sources.Clear();
        Flows.Clear();
        Hosts.Clear();
        SourcePorts.Clear();
        DestinationPorts.Clear();
        Names = null;
    }
}

/// <summary>What requests ask about: which resource has most of them, and how many variants there are.</summary>
internal sealed class NameCounts
{
    private const int Precision = 10;
    private readonly HyperLogLog _resources = new(Precision), _variants = new(Precision);
    private readonly PortVote _resource = new(), _variant = new();
    private ulong _scaled;
    private long _samples;

    /// <summary>Scaled requests that name something.</summary>
    public ulong Scaled => _scaled;

    /// <summary>Requests seen that name something.</summary>
    public long Samples => _samples;

    /// <summary>Different resources and variants.</summary>
    public double Resources => _resources.Estimate();

    /// <inheritdoc cref="Resources"/>
    public double Variants => _variants.Estimate();

    /// <summary>Share of the resource that has more than half of the requests, 0 when none has.</summary>
    public double TopResourceShare => _resource.Majority(null, out var share) is null ? 0 : share;

    /// <summary>Share of the variant that has more than half of the requests, 0 when none has.</summary>
    public double TopVariantShare => _variant.Majority(null, out var share) is null ? 0 : share;

    public void Add(in TickEntry entry, ulong scaled)
    {
        _scaled += scaled;
        _samples += entry.Packets;
        _resources.Add(KeyedHash.With(entry.Resource, 0x7265));
        _resource.Add((ushort)entry.Resource, scaled);
        _variants.Add(KeyedHash.With(entry.Variant, 0x7661));
        _variant.Add((ushort)entry.Variant, scaled);
    }

    public void Merge(NameCounts other)
    {
        _scaled += other._scaled;
        _samples += other._samples;
        _resources.Merge(other._resources);
        _variants.Merge(other._variants);
        _resource.Merge(other._resource);
        _variant.Merge(other._variant);
    }
}
