using System.Collections.Immutable;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>An incident while it grows: fed once per tick with the findings of its host.</summary>
internal sealed class OpenIncident(Address target, long detectedTick)
{
    private readonly List<Member> _members = [];
    private readonly TimeSeries _series = new();
    private WeightedSum _peakPackets, _peakBytes;
    private long _windows;
    private double _margin;
    private Strength _strength;
    private bool _returnSeen;

    public Address Target => target;

    /// <summary>First packet of the attack traffic, nanoseconds.</summary>
    public long Started { get; private set; } = long.MaxValue;

    /// <summary>Tick in which the verdict stood.</summary>
    public long DetectedTick { get; } = detectedTick;

    /// <summary>Last tick in which the signal was there.</summary>
    public long LastSignalTick { get; private set; } = detectedTick;

    /// <summary>Takes in one tick: what the rules found, then the traffic of all vectors found so far.</summary>
    public void Feed(Dossier dossier, List<Finding> findings, long tick)
    {
        foreach (var finding in findings)
            Take(finding);
        _returnSeen |= dossier.ReturnSeen;
        if (dossier.LastTick != tick)
            return;
        WeightedSum packets = default, bytes = default;
        foreach (var member in _members)
        {
            packets.Add(in member.Counters.WindowPackets);
            bytes.Add(in member.Counters.WindowBytes);
            member.TakeTick(tick, _series);
        }
        _windows++;
        if (findings.Count > 0 || packets.Sum * 2 >= _peakPackets.Sum)
            LastSignalTick = tick;
        if (packets.Sum > _peakPackets.Sum)
            (_peakPackets, _peakBytes) = (packets, bytes);
    }

    private void Take(Finding finding)
    {
        if (finding.Strength > _strength)
            (_strength, _margin) = (finding.Strength, 0);
        if (finding.Strength == _strength)
            _margin = Math.Max(_margin, finding.Margin);
        // One kind of traffic has one name: a later, better founded one replaces it.
        var member = _members.Find(known => known.Counters == finding.Counters);
        if (member is null)
        {
            member = new Member(finding);
            _members.Add(member);
            Started = Math.Min(Started, member.TakePast(finding, _series));
            if (finding.Counters.PeakOf(finding.Horizon) is var (packets, bytes) && packets.Sum > _peakPackets.Sum)
                (_peakPackets, _peakBytes) = (packets, bytes);
        }
        member.Update(finding);
    }

    /// <summary>The incident as reported.</summary>
    /// <param name="lastTick">Tick of the last record of the input.</param>
    /// <param name="spanSeconds">Length of the input when shorter than a second.</param>
    /// <param name="timed">False when the records carry no time of arrival.</param>
    public Incident ToIncident(DetectorOptions options, long lastTick, double? spanSeconds, bool timed)
    {
        var sure = _members.Where(member => member.Strength == _strength).OrderByDescending(static member => member.Packets.Sum)
            .ThenBy(static member => member.Vector).ToList();
        WeightedSum packets = default, bytes = default;
        var sources = new HyperLogLog(ClassCounters.SourcePrecision);
        foreach (var member in sure)
        {
            packets.Add(in member.Packets);
            bytes.Add(in member.Bytes);
            sources.Merge(member.Sources);
        }
        var state = lastTick - LastSignalTick < ClassCounters.WindowTicks ? IncidentState.Active
            : lastTick - LastSignalTick < options.QuietSeconds * 10L ? IncidentState.Quiet : IncidentState.Closed;
        var verdict = _strength == Strength.Sufficient && timed ? Verdict.Attack : Verdict.InsufficientEvidence;
        var seconds = spanSeconds ?? 1;
        return new Incident
        {
            Target = target,
            Verdict = verdict,
            Confidence = verdict != Verdict.Attack ? Confidence.Low : _margin >= 2 && _returnSeen ? Confidence.High : Confidence.Medium,
            State = state,
            Vectors = [.. sure.Select(member => member.ToVector(packets.Sum))],
            StartedNanoseconds = timed ? Started : null,
            DetectedNanoseconds = timed ? (DetectedTick + 1) * Detector.TickNanoseconds : null,
            EndedNanoseconds = timed && state != IncidentState.Active ? (LastSignalTick + 1) * Detector.TickNanoseconds : null,
            Peak = new Peak(seconds, _peakPackets.ToEstimate(_windows).Times(1 / seconds), _peakBytes.ToEstimate(_windows).Times(8 / seconds)),
            Packets = packets.ToEstimate(),
            Bytes = bytes.ToEstimate(),
            Sources = SourceEstimate(sources, in packets),
            Reasons = [.. sure.SelectMany(static member => member.Reasons)],
            SamplingRate = CommonRate(in packets),
            Limits = Limits(in packets, spanSeconds, timed),
            Series = _series.Values(),
        };
    }

    private ImmutableArray<string> Limits(in WeightedSum packets, double? spanSeconds, bool timed)
    {
        var limits = ImmutableArray.CreateBuilder<string>();
        limits.Add("senders can be forged: distinct sources are no list of attackers, and none is named");
        if (!_returnSeen)
            limits.Add("only one direction of the host's traffic is in the input");
        if (packets.UnknownRate > 0)
            limits.Add("the sampling rate is unknown: packets, bytes and rates are lower bounds");
        if (packets.Sampled > 0)
            limits.Add("sampled: distinct sources is a lower bound");
        if (spanSeconds is not null)
            limits.Add("the input is shorter than one second: the peak is its mean rate");
        if (!timed)
            limits.Add("the records have no time of arrival: no verdict can rest on their rate");
        return limits.ToImmutable();
    }

    private static Estimate SourceEstimate(HyperLogLog sources, in WeightedSum packets)
    {
        var value = sources.Estimate();
        var error = 1.96 * sources.StandardErrorAt(value);
        var low = Math.Max(1, Math.Round(value - error));
        return packets.Sampled > 0 || packets.UnknownRate > 0
            ? new Estimate(null, low, null, packets.Samples)
            : new Estimate(Math.Round(value), low, Math.Round(value + error), packets.Samples);
    }

    private static uint? CommonRate(in WeightedSum packets)
    {
        if (packets.UnknownRate > 0 || packets.Samples == 0)
            return null;
        if (packets.Sampled == 0)
            return 1;
        return packets.Sum % (ulong)packets.Samples == 0 ? (uint)(packets.Sum / (ulong)packets.Samples) : null;
    }

    /// <summary>One vector of the incident with its totals.</summary>
    private sealed class Member(Finding found)
    {
        private Finding _strongest = found;
        private long _takenTick = long.MinValue;
        private WeightedSum _packets, _bytes;

        public Vector Vector => _strongest.Vector;

        public ClassCounters Counters => _strongest.Counters;

        public Strength Strength => _strongest.Strength;

        public ref readonly WeightedSum Packets => ref _packets;

        public ref readonly WeightedSum Bytes => ref _bytes;

        public HyperLogLog Sources { get; } = new(ClassCounters.SourcePrecision);

        public IEnumerable<Reason> Reasons => _strongest.Reasons;

        public void Update(Finding finding)
        {
            if (Weight(finding).CompareTo(Weight(_strongest)) > 0)
                _strongest = finding;
        }

        /// <summary>Enough evidence weighs most; then a reflection, which takes a second or two to show its many senders; then the margin.</summary>
        private static (Strength Strength, bool IsReflection, double Margin) Weight(Finding finding) =>
            (finding.Strength, finding.Vector is Vector.TcpReflection or Vector.UdpReflection, finding.Margin);

        /// <summary>Counts what came before the verdict, the present tick included; returns the time of the first packet.</summary>
        public long TakePast(Finding finding, TimeSeries series)
        {
            var counters = finding.Counters;
            long start;
            switch (finding.Horizon)
            {
                case Horizon.Life:
                    (_packets, _bytes, start) = (counters.LifePackets, counters.LifeBytes, counters.LifeFirst);
                    break;
                case Horizon.Generations:
                    (_packets, _bytes) = (counters.Current.Packets, counters.Current.Bytes);
                    _packets.Add(in counters.Previous.Packets);
                    _bytes.Add(in counters.Previous.Bytes);
                    start = Math.Min(counters.Current.First, counters.Previous.First);
                    break;
                default:
                    (_packets, _bytes, start) = (counters.WindowPackets, counters.WindowBytes, counters.WindowFirst());
                    break;
            }
            Sources.Merge(counters.Current.Sources);
            Sources.Merge(counters.Previous.Sources);
            if (finding.Horizon == Horizon.Life)
                Sources.Merge(counters.LifeSources);
            series.Add(start / Detector.TickNanoseconds, counters.LastTick, _packets.Sum);
            _takenTick = counters.LastTick;
            return start;
        }

        public void TakeTick(long tick, TimeSeries series)
        {
            if (Counters.LastTick != tick || tick == _takenTick)
                return;
            _takenTick = tick;
            _packets.Add(in Counters.TickPackets);
            _bytes.Add(in Counters.TickBytes);
            series.Add(tick, tick, Counters.TickPackets.Sum);
            Sources.Merge(Counters.Current.Sources);
        }

        public IncidentVector ToVector(ulong allPackets) => new(
            Vector, _strongest.Protocol, _strongest.SourcePort, _strongest.DestinationPort,
            allPackets == 0 ? 0 : (double)_packets.Sum / allPackets);
    }
}
