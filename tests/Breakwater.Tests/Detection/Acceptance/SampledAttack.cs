using Breakwater.Detection;
using Breakwater.Tests.Detection.Statistics;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>A reflection attack of random length and strength, seen through a sampler by a whole detector.</summary>
/// <param name="Shape">flat or ramp.</param>
/// <param name="Sources">How many senders, each packet from a random one; 0 for a sender per packet.</param>
/// <param name="Share">Part of the link's packets that is the attack's, when every Nth is taken; 0 when each is taken with probability 1/N.</param>
/// <param name="Samples">Sampled packets to expect.</param>
public sealed record SampledAttack(string Shape, int Sources, double Share, int Samples)
{
    private const int Rate = 1000;
    private const int Small = 400, Large = 1400;

    private static readonly DetectorOptions _options = new() { MaxHosts = 64, MaxDossiers = 16 };

    /// <summary>Quantities, in the order of <see cref="Run"/>'s outcome.</summary>
    public static readonly string[] Quantities = ["packets", "bytes", "sources", "peak packets", "peak bits"];

    /// <summary>Attacks as many times; returns how many did not alarm, and per quantity how many intervals held the truth, and would have at half their length.</summary>
    public (int Missed, int[] Covered, int[] Narrowed, double[] Widths) Measure(int runs)
    {
        var chance = new SamplingSimulator((ulong)((Samples * 10_000) + (Sources * 10) + Shape.Length) + (ulong)(Share * 10));
        int[] covered = new int[Quantities.Length], narrowed = new int[Quantities.Length];
        var widths = new double[Quantities.Length];
        var missed = 0;
        for (var run = 0; run < runs; run++)
        {
            if (Run(chance) is not { } outcome)
            {
                missed++;
                continue;
            }
            for (var quantity = 0; quantity < outcome.Length; quantity++)
            {
                var (truth, estimate) = outcome[quantity];
                var (low, high) = (estimate.Low!.Value, estimate.High!.Value);
                var middle = estimate.Value ?? ((low + high) / 2);
                covered[quantity] += low <= truth && truth <= high ? 1 : 0;
                narrowed[quantity] += (low + middle) / 2 <= truth && truth <= (high + middle) / 2 ? 1 : 0;
                widths[quantity] += (high - low) / truth / runs;
            }
        }
        return (missed, covered, narrowed, widths);
    }

    public override string ToString() => FormattableString.Invariant(
        $"{Shape} | {(Sources == 0 ? "a sender per packet" : $"{Sources} senders")} | {(Share == 0 ? "random" : $"every Nth, {100 * Share}% of the link")} | {Samples}");

    /// <summary>One attack and what the detector says of it; null when it says nothing.</summary>
    private (double Truth, Estimate Estimate)[]? Run(SamplingSimulator chance)
    {
        var steps = Samples < 100 ? 30 : 100;
        var size = Samples * Rate * Math.Exp((chance.Uniform() - 0.5) * 0.4);
        var feed = new List<FlowRecord>();
        long[] packets = new long[steps], bytes = new long[steps];
        var senders = new HashSet<uint>();
        var (next, offset) = (chance.Uniform() * Rate, (long)(chance.Uniform() * 1e8));
        for (var step = 0; step < steps; step++)
        {
            var level = Shape == "ramp" ? 2 * (step + 0.5) / steps : 1;
            packets[step] = chance.Poisson(size * level / steps);
            var taken = Share == 0 ? AtRandom(chance, packets[step]) : EveryNth(chance, (int)packets[step], ref next);
            foreach (var place in taken)
            {
                var length = chance.Uniform() < 0.5 ? Large : Small;
                bytes[step] += length;
                var time = Traffic.Start + offset + (step * 100_000_000L) + (long)(place * 1e8);
                var sender = Sources == 0 ? (uint)(chance.Bits() >> 40) : (uint)(chance.Bits() % (ulong)Sources);
                senders.Add(sender);
                var flow = Traffic.Udp(time, Address.FromIPv4(0x0B000000u + sender), 389, Traffic.Victim, 1024 + (int)(chance.Bits() >> 50), length);
                flow.SamplingRate = Rate;
                feed.Add(flow);
            }
            var left = (int)packets[step] - taken.Count;
            var large = chance.Binomial(left, 0.5);
            bytes[step] += ((long)large * Large) + ((left - large) * (long)Small);
        }
        var incidents = Traffic.Detect(feed, _options).Incidents;
        if (incidents.Length == 0)
            return null;
        var incident = Assert.Single(incidents);
        return
        [
            (packets.Sum(), incident.Packets), (bytes.Sum(), incident.Bytes), (Sources == 0 ? packets.Sum() : Sources, incident.Sources),
            (Busiest(packets), incident.Peak.PacketsPerSecond), (8 * Busiest(bytes), incident.Peak.BitsPerSecond),
        ];
    }

    /// <summary>Where in its step each packet stands that a sampler takes with probability 1/N.</summary>
    private static List<double> AtRandom(SamplingSimulator chance, long attack) =>
        [.. Enumerable.Range(0, chance.Sampled(attack, Rate)).Select(_ => chance.Uniform())];

    /// <summary>The same of every Nth packet of a link on which other traffic is mixed in at random: the sampled ones are evenly apart.</summary>
    private List<double> EveryNth(SamplingSimulator chance, int attack, ref double next)
    {
        var total = attack + chance.Poisson(attack * (1 - Share) / Share);
        var (drawn, taken) = (0, new List<double>());
        for (; next < total; next += Rate)
        {
            if (chance.Uniform() * (total - drawn) < attack - taken.Count)
                taken.Add(next / total);
            drawn++;
        }
        next -= total;
        return taken;
    }

    private static double Busiest(long[] steps)
    {
        long largest = 0;
        for (var step = 0; step + 10 <= steps.Length; step++)
            largest = Math.Max(largest, steps.AsSpan(step, 10).ToArray().Sum());
        return largest;
    }
}
