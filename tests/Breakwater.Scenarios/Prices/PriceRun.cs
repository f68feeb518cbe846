using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Reports;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using Breakwater.Samples;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Scenarios.Prices;

/// <summary>A share as it was stated, and as it was.</summary>
internal readonly record struct Stated(Estimate Estimate, double Real)
{
    public bool IsUnderHigh => Real <= Estimate.High;

    public bool IsInside => Real <= Estimate.High && Real >= Estimate.Low;

    public double Width => (Estimate.High ?? 1) - (Estimate.Low ?? 0);
}

/// <summary>What filters really did to traffic of another time and another seed.</summary>
internal readonly record struct RealEffect(double AttackCovered, double Packets, double Bytes, double Clients);

/// <summary>One family with one seed: what was planned, and what it would have done.</summary>
internal sealed record PriceOutcome(PriceFamily Family, FilterPlan Plan, FilterAlternative? Best, RealEffect Real, FilterPrice NaivePrice, RealEffect Naive, int Clients)
{
    /// <summary>Each price that was stated, of our filter and of the naive one measured by the same samples.</summary>
    public IEnumerable<(string What, Stated Stated)> Stated
    {
        get
        {
            if (Best is { LegitimateDropped: var price })
            {
                yield return ("packets", new(price.Packets, Real.Packets));
                yield return ("bytes", new(price.Bytes, Real.Bytes));
                yield return ("clients", new(price.Clients, Real.Clients));
            }

            yield return ("packets", new(NaivePrice.Packets, Naive.Packets));
            yield return ("bytes", new(NaivePrice.Bytes, Naive.Bytes));
            yield return ("clients", new(NaivePrice.Clients, Naive.Clients));
        }
    }
}

/// <summary>
/// Runs families: packets through the detector's standing samples into the planner, and then the filters over traffic that neither has seen.
/// </summary>
internal static class PriceRun
{
    private const long Second = 1_000_000_000;
    private const long AttackPacketsPerSecond = 1_500;
    private const long AttackSeconds = 50;

    /// <summary>Traffic of a host that drifts, at the time of the attack: percent of the usual.</summary>
    private const long DriftPercent = 150;

    private const int MostRecords = FilterQuestion.MaxRecords;

    /// <param name="cases">What to run; the outcomes are in the same order on however many threads.</param>
    /// <param name="tell">Told of each as it ends, one at a time.</param>
    public static ImmutableArray<PriceOutcome> Run(IEnumerable<(PriceFamily Family, ulong Seed)> cases, Action<PriceOutcome>? tell = null)
    {
        var all = cases.ToArray();
        var done = new PriceOutcome[all.Length];
        var telling = new Lock();
        Parallel.For(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            done[index] = Run(all[index].Family, all[index].Seed);
            lock (telling)
                tell?.Invoke(done[index]);
        });
        return [.. done];
    }

    public static PriceOutcome Run(PriceFamily family, ulong seed)
    {
        var target = Target.Host(TargetOf(family)).Prefix;
        var (start, end) = (SampleRun.EpochNanoseconds + family.Mix.AttackNanoseconds, SampleRun.EpochNanoseconds + EndOf(family));
        var records = Train(family, seed, target);
        var question = new FilterQuestion
        {
            Target = target,
            Vectors = [Vectors.Name(family.Vector)],
            StartedNanoseconds = start,
            NowNanoseconds = end,
            Records = records,
            Limits = new SynthesisLimits(),
            Profile = RouterProfiles.Generic,
            // Forged ones that somebody took for proven.
            ProvenSources = family.ForgesClients ? [.. records.Where(record => record.Record.FirstNanoseconds >= start).Select(static record => record.Record.Source).Distinct().Take(8)] : [],
            Seed = seed,
        };
        var plan = FilterPlanner.Plan(question);
        var best = plan.Alternatives.FirstOrDefault(static alternative => alternative.Kind == FilterAlternative.Discard);
        var table = new TrafficTable(question);
        var naive = NaiveMatch(table, target);
        var naivePrice = new PriceMeter(table, seed).Price(new Candidate(naive, table).Met);
        var effects = Score(family, seed, best is null ? [[naive]] : [[naive], [.. best.Rules.Select(static rule => rule.Match)]]);
        return new PriceOutcome(family, plan, best, best is null ? default : effects[1], naivePrice, effects[0], table.ClientCount);
    }

    /// <summary>What operators set by hand: the protocol and the source port that has most of what comes now (no port where none has a tenth).</summary>
    private static FilterMatch NaiveMatch(TrafficTable table, Prefix target)
    {
        var during = table.Rows.Where(static row => row.IsDuring).ToList();
        var protocol = during.GroupBy(static row => row.Protocol).MaxBy(static group => group.Sum(static row => row.Packets))!;
        var match = new FilterMatch { Destination = target, Protocol = protocol.Key };
        if (protocol.Key is not (6 or 17))
            return match;
        var port = protocol.Where(static row => row.Fragment != FragmentPlace.Later).GroupBy(static row => row.SourcePort).MaxBy(static group => group.Sum(static row => row.Packets));
        return port is not null && port.Count() > protocol.Count() / 10 ? match with { SourcePorts = [NumberRange.Of(port.Key)] } : match;
    }

    private static List<StandingRecord> Train(PriceFamily family, ulong seed, Prefix target)
    {
        var detector = new Detector(new DetectorOptions { Protect = [target], Services = [new ProtectedService("host", [target])] });
        var feed = new DetectorFeed(detector);
        var flow = default(FlowRecord);
        var frame = new byte[FrameWriter.MaximumFrameBytes];
        // Every other run is sampled.
        var (rate, sampler) = (seed % 2 == 0 ? 1u : family.Mix.SamplingRate, new SeededRandom(seed ^ 0x5A17));
        var end = EndOf(family);
        foreach (var (packet, nanoseconds, _) in Packets(family, seed, seed, isScoring: false))
        {
            if (rate > 1 && !sampler.OneIn(rate))
                continue;
            var length = FrameWriter.Write(packet, frame);
            if (PacketFlow.Read(frame.AsSpan(0, length), length, LinkType.Ethernet, ref flow) != DecodeError.None)
                throw new InvalidOperationException($"the run's own packet could not be read to its end: {family.Name}, protocol {packet.Protocol}, {packet.PayloadLength} bytes, {packet.ExtensionHeaders} headers, offset {packet.FragmentOffset}");
            (flow.SamplingRate, flow.SamplingSource) = (rate, SamplingSource.Header);
            flow.StartNanoseconds = flow.EndNanoseconds = flow.ReceivedNanoseconds = SampleRun.EpochNanoseconds + nanoseconds;
            flow.Known |= FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt;
            feed.OnFlow(in flow);
        }

        detector.Tick(SampleRun.EpochNanoseconds + end + Second);
        var records = new List<StandingRecord>();
        detector.CopySamples(0, SampleRun.EpochNanoseconds, SampleRun.EpochNanoseconds + end, MostRecords, records);
        return records;
    }

    /// <summary>What sets of filters do to a run of another seed.</summary>
    private static RealEffect[] Score(PriceFamily family, ulong seed, FilterMatch[][] sets)
    {
        var truths = Array.ConvertAll(sets, static set => new FilterTruth(set));
        foreach (var (packet, _, isAttack) in Packets(family, seed, seed ^ 0xB0B0_0000_0000, isScoring: true))
        {
            if (packet.Destination != TargetOf(family))
                continue;
            foreach (var truth in truths)
                truth.See(packet, isAttack);
        }

        return Array.ConvertAll(truths, static truth => truth.Effect);
    }

    private static Address TargetOf(PriceFamily family) => family.Group == PriceGroup.IPv6 ? SixthVersion.Of(PriceMix.Target) : PriceMix.Target;

    private static long EndOf(PriceFamily family) => family.Mix.AttackNanoseconds + (AttackSeconds * Second);

    /// <summary>The host's traffic with the attack in its last part.</summary>
    /// <param name="family">What to make.</param>
    /// <param name="weights">Seed of the mix: the same host in training and scoring.</param>
    /// <param name="seed">Seed of the packets.</param>
    /// <param name="isScoring">All legitimate traffic is as at the time of the attack.</param>
    private static IEnumerable<(SamplePacket Packet, long Nanoseconds, bool IsAttack)> Packets(PriceFamily family, ulong weights, ulong seed, bool isScoring)
    {
        var random = new SeededRandom(seed);
        var (start, end, drifts) = (family.Mix.AttackNanoseconds, EndOf(family), family.Group == PriceGroup.Drift);
        var changes = !drifts ? end : isScoring ? 0 : start;
        var legitimate = new ConversationTraffic(family.Mix.Profile(weights), family.Mix.PacketsPerSecond, 0, changes, warmUp: true, random.Fork());
        var kind = SampleKind.Find(Vectors.Name(family.Vector))!;
        var packets = family.Mimics ? kind.Mimicry(random.Fork()) : kind.Packets(random.Fork());
        var attack = new AttackTraffic(packets, new AttackPlan(PriceMix.Target, AttackPacketsPerSecond, start, end), random.Fork());
        var changed = new ConversationTraffic(family.Mix.Profile(weights, drifted: true), family.Mix.PacketsPerSecond * DriftPercent / 100, changes, end, warmUp: true, random.Fork());
        var packet = new SamplePacket();
        while (true)
        {
            TrafficSource ordinary = changed.NextNanoseconds < legitimate.NextNanoseconds ? changed : legitimate;
            var isAttack = attack.NextNanoseconds < ordinary.NextNanoseconds;
            var source = isAttack ? attack : ordinary;
            var nanoseconds = source.NextNanoseconds;
            if (nanoseconds == TrafficSource.Finished)
                yield break;
            source.Next(packet);
            // Strangers live beside the population of clients, unless they pretend to be of it.
            if (isAttack)
                packet.Source = family.ForgesClients ? DocumentationSpace.Anybody(packet.Source.IPv4 % 2_000) : DocumentationSpace.OutsideWideOwn(packet.Source);
            else if (packet.Protocol == IpProtocol.Icmp && DocumentationSpace.IsWideOwn(packet.Source))
                packet.IcmpType = 8; // clients ask, and are answered
            if (family.Group == PriceGroup.IPv6)
                SixthVersion.Translate(packet);
            yield return (packet, nanoseconds, isAttack);
        }
    }
}
