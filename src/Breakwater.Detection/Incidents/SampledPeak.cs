using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Statistics;

namespace Breakwater.Detection.Incidents;

/// <summary>
/// The busiest second of a sampled incident and the seconds around it, for <see cref="PeakRate"/>: the largest sampled second is the luckiest
/// one, and only its surroundings tell how lucky. Bounded: 128 s of ticks, or once these have passed by, the seconds around the busiest.
/// </summary>
internal sealed class SampledPeak
{
    /// <summary>How far back seconds are known of traffic that is new in the incident.</summary>
    private const int PastSeconds = 62;

    private readonly TickSums _packets = new(), _bytes = new();
    private TickSums? _requests;
    private int _known;
    private bool _isLate;

    /// <summary>Takes in the last ticks, which late records may have changed.</summary>
    /// <param name="members">All vectors found so far, new ones last.</param>
    /// <param name="started">Tick of the first packet.</param>
    /// <param name="tick">The present tick.</param>
    public void Take(List<Member> members, long started, long tick)
    {
        if (_requests is null && members.Exists(static member => member.CountsRequests))
            _requests = new TickSums();
        _packets.Advance(tick, started);
        _bytes.Advance(tick, started);
        _requests?.Advance(tick, started);
        for (; _known < members.Count; _known++)
            TakePast(members[_known], started, tick);
        _isLate |= members.Exists(member => IsLate(member.Counters, tick));
        var from = Math.Max(0, tick - RateWindows.TicksKept + 1);
        for (var each = from; each <= tick; each++)
        {
            long packets = 0, bytes = 0, requests = 0;
            foreach (var member in members)
            {
                var sum = member.Counters.Rates.TickAt(each);
                packets += sum.Packets;
                bytes += sum.Bytes;
                requests += member.CountsRequests ? sum.Packets : 0;
            }
            _packets.Set(each, packets);
            _bytes.Set(each, bytes);
            _requests?.Set(each, requests);
        }
        Search(from);
    }

    /// <summary>
    /// True when records tell of earlier ticks: an exporter's cache has spread or bunched them, and how they scatter says nothing of the sampler.
    /// </summary>
    private static bool IsLate(ClassCounters counters, long tick) => counters.LastTick == tick && !counters.HoldsEarlierTicks
        && ((long)counters.TickPackets.Sum != counters.Rates.TickAt(tick).Packets || counters.TickFirst < (tick - 1) * Detector.TickNanoseconds);

    /// <summary>Part of the variance of sampled packets that the way of sampling leaves (<see cref="CountDispersion"/>).</summary>
    public double Dispersion(in WeightedSum packets) => _isLate || packets.Sampled < packets.Samples ? 1 : _packets.Dispersion(packets.Weight);

    /// <summary>The same for bytes.</summary>
    public static double OfBytes(double ofPackets, in WeightedSum packets, in WeightedSum bytes)
    {
        if (bytes.Variance <= 0 || packets.Samples == 0)
            return 1;
        var squares = bytes.Variance / (1 - (1 / packets.Weight));
        return CountDispersion.OfWeights(ofPackets, (double)bytes.Sum * bytes.Sum / packets.Samples / squares);
    }

    /// <summary>What came before the verdict and is no longer known by ticks: whole seconds, evenly spread.</summary>
    private void TakePast(Member member, long started, long tick)
    {
        var end = tick - RateWindows.TicksKept;
        var from = Math.Max(started, ((member.Counters.Rates.Newest / 10) - PastSeconds) * 10);
        for (var each = from; each <= end; each++)
        {
            var second = member.Counters.Rates.WholeSecond(each / 10);
            _packets.Add(each, second.Packets / 10);
            _bytes.Add(each, second.Bytes / 10);
            if (member.CountsRequests)
                _requests?.Add(each, second.Packets / 10);
        }
        _packets.Smooth(end);
        _requests?.Smooth(end);
        Search(from);
    }

    private void Search(long from)
    {
        _packets.Search(from);
        _bytes.Search(from);
        _requests?.Search(from);
    }

    /// <summary>The peak over a second.</summary>
    /// <param name="sure">Vectors that the verdict rests on.</param>
    /// <param name="packets">Their packets.</param>
    /// <param name="bytes">Their bytes.</param>
    public (Estimate Packets, Estimate Bytes) Of(List<Member> sure, in WeightedSum packets, in WeightedSum bytes)
    {
        var weight = packets.Variance / packets.Sum;
        var byteWeight = bytes.Sum == 0 ? 0 : bytes.Variance / bytes.Sum;
        var dispersion = Dispersion(in packets);
        return (
            Estimated(Windows(_packets, sure, static second => second.Packets), in packets, weight * dispersion, 1),
            Estimated(
                Windows(_bytes, sure, static second => second.Bytes), in bytes, byteWeight * OfBytes(dispersion, in packets, in bytes), byteWeight / weight));
    }

    /// <summary>The peak of requests over a second.</summary>
    public Estimate Requests(in WeightedSum requests) =>
        Estimated(_requests?.Windows() ?? [], in requests, requests.Variance / requests.Sum * Dispersion(in requests), 1);

    private static Estimate Estimated(double[] windows, in WeightedSum all, double weight, double packetWeight)
    {
        var peak = PeakRate.Of(windows, weight, packetWeight);
        var largest = windows.Length == 0 ? 0 : windows.Max();
        return new Estimate(peak.Value, peak.Low, peak.High, all.Part((ulong)largest).Samples);
    }

    /// <summary>Long flows fill seconds that were judged before: where one of these is now the busiest, whole seconds are taken.</summary>
    private static double[] Windows(TickSums sums, List<Member> sure, Func<WindowSum, long> part)
    {
        var newest = sure.Max(static member => member.Counters.Rates.Newest) / 10;
        var first = Math.Max(newest - PastSeconds, (sums.First / 10) + 1);
        var late = new double[Math.Max(0, newest - first)];
        for (var index = 0; index < late.Length; index++)
            late[index] = sure.Sum(member => Math.Max(0, part(member.Counters.Rates.WholeSecond(first + index))));
        return late.Length > 0 && late.Max() > sums.Largest ? late : sums.Windows();
    }

    /// <summary>Sums per tick of the last 128 s, and the largest over any ten.</summary>
    private sealed class TickSums
    {
        private const int Kept = RateSegments.MostWindows * 10;
        private readonly long[] _sums = new long[Kept];
        private double[]? _around;
        private long _newest = long.MinValue, _largestEnd, _exactFrom;

        /// <summary>First tick that is known.</summary>
        public long First { get; private set; }

        /// <summary>Largest sum of ten ticks.</summary>
        public long Largest { get; private set; }

        public void Advance(long tick, long started)
        {
            if (_newest == long.MinValue)
                (First, _newest) = (Math.Max(started, tick - (PastSeconds * 10) + 10), tick);
            // Half of the reach has passed since: nothing nearer to the busiest second will come.
            if (_around is null && Largest > 0 && tick - _largestEnd >= Kept / 2)
                _around = Windows();
            for (var each = Math.Max(_newest + 1, tick - Kept + 1); each <= tick; each++)
                _sums[each % Kept] = 0;
            _newest = Math.Max(_newest, tick);
        }

        /// <summary>Up to this tick only seconds were known.</summary>
        public void Smooth(long tick) => _exactFrom = Math.Max(_exactFrom, tick + 1);

        /// <summary>How the counts of single ticks scatter, those after the last traffic left out.</summary>
        public double Dispersion(double rate)
        {
            var first = Math.Max(Math.Max(First, _exactFrom), _newest - Kept + 1);
            var last = _newest;
            while (last >= first && _sums[last % Kept] == 0)
                last--;
            var counts = new double[Math.Max(0, last - first + 1)];
            for (var index = 0; index < counts.Length; index++)
                counts[index] = _sums[(first + index) % Kept] / rate;
            return CountDispersion.Of(counts, rate);
        }

        public void Set(long tick, long sum) => _sums[tick % Kept] = sum;

        public void Add(long tick, long sum) => _sums[tick % Kept] += sum;

        /// <summary>Looks for a larger second among those that end at <paramref name="from"/> or later.</summary>
        public void Search(long from)
        {
            from = Math.Max(Math.Max(from, First), Math.Max(9, _newest - Kept + 10));
            long sum = 0;
            for (var tick = from - 9; tick <= _newest; tick++)
            {
                sum += _sums[tick % Kept];
                if (tick >= from && sum > Largest)
                    (Largest, _largestEnd, _around) = (sum, tick, null);
                if (tick >= from)
                    sum -= _sums[(tick - 9) % Kept];
            }
        }

        /// <summary>Whole seconds before and after the busiest, and that one.</summary>
        public double[] Windows()
        {
            if (_around is not null)
                return _around;
            if (Largest == 0)
                return [];
            var oldest = Math.Max(First, _newest - Kept + 1);
            var before = Math.Max(0, _largestEnd - 9 - oldest) / 10;
            var windows = new double[before + 1 + ((_newest - _largestEnd) / 10)];
            for (var index = 0; index < windows.Length; index++)
            {
                var end = _largestEnd + ((index - before) * 10);
                for (var tick = end - 9; tick <= end; tick++)
                    windows[index] += _sums[tick % Kept];
            }
            return windows;
        }
    }
}
