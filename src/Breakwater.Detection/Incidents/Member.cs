using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Incidents;

/// <summary>One vector of an incident with its totals.</summary>
internal sealed class Member(Finding found)
{
    private Finding _strongest = found;
    private long _takenTick = long.MinValue;
    private WeightedSum _packets, _bytes;

    public Vector Vector => _strongest.Vector;

    public ClassCounters Counters => _strongest.Counters;

    public Strength Strength => _strongest.Strength;

    public Verdict Verdict => _strongest.Verdict;

    public double Margin => _strongest.Margin;

    public double Floor => _strongest.Rate.Floor;

    public bool IsProven => _strongest.IsProven;

    /// <summary>Its packets are requests that could be read.</summary>
    public bool CountsRequests => Counters.TrafficClass == (int)Vector.HttpFlood;

    public ref readonly WeightedSum Packets => ref _packets;

    public ref readonly WeightedSum Bytes => ref _bytes;

    public HyperLogLog Sources { get; } = new(ClassCounters.SourcePrecision);

    /// <inheritdoc cref="ClassCounters.LowestRate"/>
    public uint LowestRate { get; private set; } = uint.MaxValue;

    /// <inheritdoc cref="ClassCounters.LowestRate"/>
    public uint HighestRate { get; private set; }

    /// <inheritdoc cref="ClassCounters.IsThinned"/>
    public bool IsThinned { get; private set; }

    public IEnumerable<Reason> Reasons => _strongest.Reasons;

    /// <summary>Floor of the rate that keeps the incident going, packets per second: half of the alarm's.</summary>
    public double SignalFloor => _strongest.Horizon == Horizon.Life && _strongest.Rate.Seconds >= 60 ? _strongest.Rate.Floor / 120 : Floor / 2;

    public void Update(Finding finding)
    {
        if (Weight(finding).CompareTo(Weight(_strongest)) > 0)
            _strongest = finding;
    }

    /// <summary>Enough evidence weighs most; then the firmer verdict; then a reflection, which takes a second or two to show its many senders; then the margin.</summary>
    private static (Strength Strength, Verdict Verdict, bool IsReflection, double Margin) Weight(Finding finding) =>
        (finding.Strength, finding.Verdict, finding.Vector is Vector.TcpReflection or Vector.UdpReflection, finding.Margin);

    /// <summary>Counts what came before the verdict, the present tick included; returns the time of the first packet.</summary>
    public long TakePast(Finding finding, TimeSeries series)
    {
        var counters = finding.Counters;
        var lifeTick = counters.LifeFirst / Detector.TickNanoseconds;
        var onset = finding.Horizon == Horizon.Life || IsSparseSurge(counters, finding.Rate.PerSecond)
            ? lifeTick : counters.Rates.OnsetTick(finding.Rate.PerSecond, counters.LifePackets.Weight);
        long start;
        if (onset <= lifeTick + 1)
        {
            (_packets, _bytes, start) = (counters.LifePackets, counters.LifeBytes, counters.LifeFirst);
        }
        else
        {
            var past = counters.Rates.Since(onset);
            _packets = counters.LifePackets.Part((ulong)Math.Max(0, past.Packets));
            _bytes = counters.LifeBytes.Part((ulong)Math.Max(0, past.Bytes));
            start = onset * Detector.TickNanoseconds;
        }
        TakeSources(counters, whole: true);
        series.Add(start / Detector.TickNanoseconds, Math.Max(start / Detector.TickNanoseconds, counters.LastTick), _packets.Sum);
        _takenTick = counters.LastTick;
        return start;
    }

    /// <summary>
    /// True when few samples make the traffic look torn where it is not, and all of it was no less than a quarter of the rate on the average,
    /// the same quarter that ends a surge in <see cref="RateWindows.OnsetTick"/>.
    /// </summary>
    private static bool IsSparseSurge(ClassCounters counters, double rate)
    {
        var seconds = (counters.LastTick - (counters.LifeFirst / Detector.TickNanoseconds) + 1) / 10.0;
        return counters.LifePackets.Sampled > 0 && rate < 1000 * counters.LifePackets.Weight && counters.LifePackets.Sum >= rate / 4 * seconds;
    }

    public void TakeTick(long tick, TimeSeries series)
    {
        if (Counters.LastTick != tick || tick == _takenTick)
            return;
        _takenTick = tick;
        _packets.Add(in Counters.TickPackets);
        _bytes.Add(in Counters.TickBytes);
        series.Add(tick, tick, Counters.TickPackets.Sum);
        TakeSources(Counters, whole: false);
    }

    /// <summary>True while the member's traffic is above half of its floor, over as long a time as ten samples at that rate take.</summary>
    public bool HasSignal(long tick)
    {
        var seconds = Math.Clamp(10 * Counters.LifePackets.Weight / Math.Max(SignalFloor, 1e-3), 1, 60);
        var newest = Counters.Rates.Newest;
        if (newest == long.MinValue || tick - newest > seconds * 10)
            return false;
        var since = Counters.Rates.Since(newest - (long)(seconds * 10) + 1);
        return since.Packets > SignalFloor * since.Seconds;
    }

    public IncidentVector ToVector(ulong allPackets) => new(
        Vector, _strongest.Protocol, _strongest.SourcePort, _strongest.DestinationPort, allPackets == 0 ? 0 : (double)_packets.Sum / allPackets);

    private void TakeSources(ClassCounters counters, bool whole)
    {
        (LowestRate, HighestRate) = (Math.Min(LowestRate, counters.LowestRate), Math.Max(HighestRate, counters.HighestRate));
        IsThinned |= counters.IsThinned;
        if (whole)
            Sources.Merge(counters.LifeSources());
        else
            Sources.Merge(counters.Current.Sources);
    }
}
