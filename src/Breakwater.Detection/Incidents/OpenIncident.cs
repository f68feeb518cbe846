using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;
using Breakwater.Detection.Statistics;

namespace Breakwater.Detection.Incidents;

/// <summary>An incident while it grows: fed once per tick with the findings of its target.</summary>
internal sealed class OpenIncident(Dossier dossier, long detectedTick, long key)
{
    /// <summary>Bytes of the largest frame to reckon with where only a handful of packets was seen.</summary>
    private const double LargestFrame = 1500;

    private readonly List<Member> _members = [];
    private readonly TimeSeries _series = new();
    private readonly PulseTrain _pulses = new();
    private WeightedSum _peakPackets, _peakBytes, _peakRequests;
    private SampledPeak? _sampledPeak;
    private bool _returnSeen;

    public Target Target => dossier.Target;

    public Dossier Dossier => dossier;

    /// <summary>Numbers the incident within the life of its detector.</summary>
    public long Key => key;

    /// <summary>What the next stage knows of it.</summary>
    public ToldIncident Told { get; } = new();

    /// <summary>Ticks since the last signal in which nothing could be seen (<see cref="Detector.HoldIncidents"/>).</summary>
    public long HeldTicks { get; set; }

    /// <summary>First packet of the attack traffic, nanoseconds.</summary>
    public long Started { get; private set; } = long.MaxValue;

    /// <summary>Tick in which the verdict stood.</summary>
    public long DetectedTick { get; private set; } = detectedTick;

    /// <summary>Last tick in which the signal was there.</summary>
    public long LastSignalTick { get; private set; } = detectedTick;

    /// <summary>Tells dossiers whether it is still open.</summary>
    public IncidentSpan Span { get; } = new();

    /// <summary>Ticks without the signal, those in which nothing could be seen left out.</summary>
    public long QuietTicks(long tick) => tick - LastSignalTick - HeldTicks;

    /// <summary>The quiet period has passed: a record as long as the longest seen would have told of more by now.</summary>
    public bool IsOver(long tick, DetectorOptions options) => QuietTicks(tick) >= (options.QuietSeconds * 10L) + dossier.LongestRecordTicks;

    public bool Has(Vector vector) => _members.Exists(member => member.Vector == vector);

    /// <summary>True when all that the other shows is part of this one.</summary>
    public bool Explains(OpenIncident other) => other._members.TrueForAll(member => Has(member.Vector));

    /// <summary>True when it tells of this kind of traffic, under whatever name.</summary>
    public bool HasKind(int trafficClass) => _members.Exists(member => member.Counters.TrafficClass == trafficClass);

    /// <summary>Kinds of traffic that it tells of.</summary>
    public IEnumerable<int> Kinds => _members.Select(static member => member.Counters.TrafficClass);

    /// <summary>Takes the place of a narrower view of the same event.</summary>
    public void Absorb(OpenIncident narrower)
    {
        narrower.Span.GoOnIn(Span);
        // What the narrower one was certain of belongs to its own incident.
        narrower.Dossier.Reflection = null;
        Started = Math.Min(Started, narrower.Started);
        DetectedTick = Math.Min(DetectedTick, narrower.DetectedTick);
    }

    /// <summary>Takes in one tick: what the detectors found, then the traffic of all vectors found so far.</summary>
    public void Feed(List<Finding> findings, long tick)
    {
        foreach (var finding in findings)
            Take(finding);
        _returnSeen |= dossier.ReturnSeen;
        if (dossier.LastTick != tick)
            return;
        WeightedSum packets = default, bytes = default, requests = default;
        var isOn = false;
        var hasSignal = false;
        foreach (var member in _members)
        {
            member.TakeTick(tick, _series);
            if (member.Counters.LastTick != tick)
                continue;
            var second = member.Counters.Rates.LastSecond;
            var part = member.Counters.LifePackets.Part((ulong)second.Packets);
            packets.Add(in part);
            if (member.CountsRequests)
                requests.Add(in part);
            part = member.Counters.LifeBytes.Part((ulong)second.Bytes);
            bytes.Add(in part);
            isOn |= (member.Counters.HoldsEarlierTicks ? second.Packets : member.Counters.TickPackets.Sum * 10.0) >= member.SignalFloor;
            hasSignal |= member.HasSignal(tick);
        }
        if (packets.Sampled > 0)
            (_sampledPeak ??= new SampledPeak()).Take(_members, Started / Detector.TickNanoseconds, tick);
        TakePeak(in packets, in bytes, in requests);
        if (!hasSignal)
            return;
        (LastSignalTick, HeldTicks) = (tick, 0);
        if (isOn)
            _pulses.On(tick, _peakPackets.Samples / 10.0);
    }

    private void TakePeak(in WeightedSum packets, in WeightedSum bytes, in WeightedSum requests)
    {
        if (packets.Sum > _peakPackets.Sum)
            (_peakPackets, _peakBytes) = (packets, bytes);
        if (requests.Sum > _peakRequests.Sum)
            _peakRequests = requests;
    }

    private void Take(Finding finding)
    {
        // One kind of traffic has one name: a later, better founded one replaces it.
        var member = _members.Find(known => known.Counters == finding.Counters);
        if (member is null)
        {
            member = new Member(finding);
            _members.Add(member);
            Started = Math.Min(Started, member.TakePast(finding, _series));
        }
        member.Update(finding);
        if (finding.Strength == Strength.Sufficient && Vectors.IsAmplification(finding.Vector))
            dossier.Reflection = (finding.Vector, finding.DestinationPort);
    }

    /// <summary>The incident as reported.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="lastTick">Tick of the last record of the input.</param>
    /// <param name="spanSeconds">Length of the input when shorter than a second.</param>
    public Incident ToIncident(DetectorOptions options, long lastTick, double? spanSeconds)
    {
        var best = _members.Max(static member => (member.Strength, member.Verdict));
        var sure = _members.Where(member => (member.Strength, member.Verdict) == best).OrderByDescending(static member => member.Packets.Sum)
            .ThenBy(static member => member.Vector).ToList();
        var seenPeak = (_peakPackets, _peakBytes, _peakRequests);
        TakeLatePeak(sure);
        var totals = new Totals(sure);
        var dispersion = _sampledPeak?.Dispersion(in totals.Packets) ?? 1;
        var state = QuietTicks(lastTick) < 10 ? IncidentState.Active : IsOver(lastTick, options) ? IncidentState.Closed : IncidentState.Quiet;
        var verdict = best.Strength == Strength.Sufficient ? best.Verdict : Verdict.InsufficientEvidence;
        var sources = totals.SourceEstimate(dispersion);
        var margin = sure.Max(static member => member.Margin);
        var incident = new Incident
        {
            Target = Target,
            Shape = dossier.IsAggregate ? Shape.Carpet : _pulses.IsPulse && !options.IsOff(DetectorNames.Pulse) ? Shape.Pulse : Shape.Host,
            Verdict = verdict,
            Confidence = verdict != Verdict.Attack ? Confidence.Low : margin >= 2 && _returnSeen ? Confidence.High : Confidence.Medium,
            State = state,
            Vectors = [.. sure.Select(member => member.ToVector(totals.Packets.Sum))],
            StartedNanoseconds = Started,
            DetectedNanoseconds = (DetectedTick + 1) * Detector.TickNanoseconds,
            EndedNanoseconds = state != IncidentState.Active ? (LastSignalTick + 1) * Detector.TickNanoseconds : null,
            Peak = PeakOf(sure, totals, spanSeconds ?? 1),
            Packets = totals.Packets.ToEstimate(0, dispersion),
            Bytes = totals.Bytes.ToEstimate(LargestFrame * totals.Packets.Largest, SampledPeak.OfBytes(dispersion, in totals.Packets, in totals.Bytes)),
            Requests = totals.Requests.Samples > 0 ? totals.Requests.ToEstimate(0, dispersion) : null,
            Sources = sources,
            Proven = totals.ProvenEstimate(dispersion),
            SourceSample = [.. totals.SourceSample.Sources(out var isComplete).Select(static source => new SampledSource(source.Address, source.Packets))],
            SourceSampleIsComplete = isComplete,
            Reasons = [.. sure.SelectMany(static member => member.Reasons)],
            SamplingRate = CommonRate(sure),
            Limits = Limits(in totals.Packets, in sources, spanSeconds, sure.Exists(static member => member.IsThinned)),
            Series = _series.Values(),
        };
        // Looking at an incident must not change what it becomes.
        (_peakPackets, _peakBytes, _peakRequests) = seenPeak;
        return incident;
    }

    /// <summary>What a reader notices of it, made without the whole report.</summary>
    public IncidentSigns Signs()
    {
        var best = _members.Max(static member => (member.Strength, member.Verdict));
        ulong vectors = 0;
        double margin = 0;
        ulong packets = 0;
        foreach (var member in _members)
        {
            if ((member.Strength, member.Verdict) != best)
                continue;
            vectors |= 1UL << (int)member.Vector;
            margin = Math.Max(margin, member.Margin);
            packets += member.Packets.Sum;
        }
        return new IncidentSigns(
            best.Strength, best.Verdict, vectors, margin >= 2 && _returnSeen, _pulses.IsPulse, IncidentSigns.Step(_peakPackets.Sum, 1.1), IncidentSigns.Step(packets, 2));
    }

    /// <summary>The busiest second; sampled, what it tells of the busiest second of the traffic itself.</summary>
    private Peak PeakOf(List<Member> sure, Totals totals, double seconds)
    {
        var (packets, bytes) = (_peakPackets.ToEstimate(), _peakBytes.ToEstimate());
        Estimate? requests = _peakRequests.Samples > 0 ? _peakRequests.ToEstimate() : null;
        if (_sampledPeak is not null && totals.Packets is { UnknownRate: 0, Sampled: > 0 })
        {
            (packets, bytes) = _sampledPeak.Of(sure, in totals.Packets, in totals.Bytes);
            requests = totals.Requests.Sampled > 0 ? _sampledPeak.Requests(in totals.Requests) : requests;
        }
        return new Peak(seconds, packets.Times(1 / seconds), bytes.Times(8 / seconds), requests?.Times(1 / seconds));
    }

    /// <summary>Records that came late have filled seconds that were judged before: the largest whole second within reach may be larger.</summary>
    private void TakeLatePeak(List<Member> sure)
    {
        var newest = sure.Max(static member => member.Counters.Rates.Newest) / 10;
        for (var second = newest - 62; second < newest; second++)
        {
            WeightedSum packets = default, bytes = default, requests = default;
            foreach (var member in sure)
            {
                var whole = member.Counters.Rates.WholeSecond(second);
                var part = member.Counters.LifePackets.Part((ulong)Math.Max(0, whole.Packets));
                packets.Add(in part);
                if (member.CountsRequests)
                    requests.Add(in part);
                part = member.Counters.LifeBytes.Part((ulong)Math.Max(0, whole.Bytes));
                bytes.Add(in part);
            }
            TakePeak(in packets, in bytes, in requests);
        }
    }

    private ImmutableArray<string> Limits(in WeightedSum packets, in Estimate sources, double? spanSeconds, bool isThinned)
    {
        var limits = ImmutableArray.CreateBuilder<string>();
        // The senders of outbound incidents are own hosts: their distinct peers are receivers.
        if (Target.Direction == Direction.Inbound && !_members.TrueForAll(static member => member.IsProven))
            limits.Add("senders can be forged: distinct sources are no list of attackers, and none is named");
        if (!_returnSeen)
            limits.Add("only one direction of the target's traffic is in the input");
        if (packets.UnknownRate > 0)
            limits.Add("the sampling rate is unknown: packets, bytes and rates are lower bounds");
        if (packets.Sampled > 0 && sources.High is null)
            limits.Add("sampled: distinct sources is a lower bound");
        if (sources is { Value: null, High: not null })
            limits.Add("sampled: no source was seen twice, so only bounds of their number are known");
        if (isThinned)
            limits.Add("of so many records a part by chance was studied: packets, bytes and senders are estimates, as if the exporter had sampled");
        if (spanSeconds is not null)
            limits.Add("the input is shorter than one second: the peak is its mean rate");
        return limits.ToImmutable();
    }

    /// <summary>Sums over the vectors that the verdict rests on.</summary>
    private sealed class Totals
    {
        private readonly Senders _all = new(), _proven = new();

        public readonly WeightedSum Packets, Bytes, Requests;

        public SourceSample SourceSample => _all.Sample;

        public Totals(List<Member> members)
        {
            foreach (var member in members)
            {
                Packets.Add(in member.Packets);
                Bytes.Add(in member.Bytes);
                if (member.CountsRequests)
                    Requests.Add(in member.Packets);
                _all.Add(member);
                if (member.IsProven)
                    _proven.Add(member);
            }
        }

        public Estimate SourceEstimate(double dispersion) => _all.Estimate(dispersion);

        public Estimate ProvenEstimate(double dispersion) =>
            _proven.Packets.Samples == 0 ? new Estimate(0, 0, 0, Packets.Samples) : _proven.Estimate(dispersion);
    }

    /// <summary>The rate at which exporters sampled all of these vectors; null when they differ or one is unknown.</summary>
    private static uint? CommonRate(List<Member> members)
    {
        var (lowest, highest) = (members.Min(static member => member.LowestRate), members.Max(static member => member.HighestRate));
        return lowest == highest && lowest > 0 ? lowest : null;
    }

    /// <summary>Who sent the packets of some vectors.</summary>
    private sealed class Senders
    {
        private readonly HyperLogLog _sketch = new(ClassCounters.SourcePrecision);

        public WeightedSum Packets;

        public SourceSample Sample { get; } = new(new SourceRooms());

        public void Add(Member member)
        {
            Packets.Add(in member.Packets);
            _sketch.Merge(member.Sources);
            Sample.Merge(member.Counters.SourceSample);
        }

        /// <summary>Distinct senders of all packets, those that were not seen included (<see cref="DistinctSources"/>).</summary>
        public Estimate Estimate(double dispersion)
        {
            var sample = Sample.Sources(out var isComplete);
            double seen = sample.Length, error = 0;
            var sketched = _sketch.Estimate();
            // A complete sample counts exactly, unless it began anew after a long pause.
            if (!isComplete || sketched > 2 * seen)
                (seen, error) = (sketched, _sketch.StandardErrorAt(sketched));
            if (Packets.UnknownRate > 0)
                return new Estimate(null, Math.Max(1, Math.Floor(seen - (Normal.Quantile975 * error))), null, Packets.Samples);
            var rate = Packets.Samples == 0 ? 1 : (double)Packets.Sum / Packets.Samples;
            return DistinctSources.Of(
                seen, error, SourceSample.TimesSeen(sample), rate, Packets.ToEstimate(0, dispersion).High ?? double.PositiveInfinity, Packets.Samples);
        }
    }
}
