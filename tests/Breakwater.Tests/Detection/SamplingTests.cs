using Breakwater.Detection;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

public sealed class SamplingTests
{
    private const int Rate = 200_000;

    private static readonly List<FlowRecord> _attack = Stream(
        Rate, 3, static (index, time) => Udp(time, Sender(index % 4000), 389, Victim, 1024 + (index % 50_000), 1000 + (index % 400)));

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Detect_Sampled_TruthIsWithinTheIntervals(int rate)
    {
        var truth = Assert.Single(Detect(_attack).Incidents);
        int covered = 0, beyond = 0;
        const int Runs = 10;
        for (var seed = 0; seed < Runs; seed++)
        {
            var incident = Assert.Single(Detect(Sample(_attack, rate, seed)).Incidents);
            Assert.Equal([Vector.CldapAmplification], incident.Vectors.Select(static vector => vector.Vector));
            Assert.Equal((uint)rate, incident.SamplingRate);
            Assert.Equal(Verdict.Attack, incident.Verdict);
            beyond += incident.Sources.Low <= truth.Sources.High && truth.Sources.Low <= incident.Sources.High ? 0 : 1;
            covered += Covers(incident.Packets, truth.Packets) && Covers(incident.Bytes, truth.Bytes)
                && Covers(incident.Peak.PacketsPerSecond, truth.Peak.PacketsPerSecond) ? 1 : 0;
        }

        Assert.InRange(covered, Runs - 3, Runs);
        Assert.InRange(beyond, 0, 2);
    }

    [Fact]
    public void Detect_Unsampled_TotalsAreExact()
    {
        var incident = Assert.Single(Detect(_attack).Incidents);
        Assert.Equal(new Estimate(3 * Rate, 3 * Rate, 3 * Rate, 3 * Rate), incident.Packets);
    }

    [Fact]
    public void Detect_UnknownRate_GivesLowerBoundsOnly()
    {
        var flows = _attack.Where(static (_, index) => index % 20 == 0).Select(static flow =>
        {
            flow.SamplingRate = 0;
            return flow;
        });

        var incident = Assert.Single(Detect(flows).Incidents);

        Assert.Null(incident.SamplingRate);
        Assert.Null(incident.Packets.Value);
        Assert.Null(incident.Packets.High);
        Assert.Equal(3 * Rate / 20, incident.Packets.Low);
    }

    [Fact]
    public void Detect_FewSamples_DoNotReachTheFloor()
    {
        // Two samples of 1:1000 stand for about 2,000 packets/s, four times the floor, but also for far less.
        var few = Sample(_attack.Take(Rate), 1000, 1).Take(2).ToList();
        Assert.Equal(2, few.Count);
        Assert.Empty(Detect(few.Append(Udp(Start + 5_000_000_000, Sender(9), 4000, Victim, 4000, 100))).Incidents);
    }

    /// <summary>Every Nth packet of a link, half of which is the attack: its count varies less than chance would let it, and the interval is shorter.</summary>
    [Theory]
    [InlineData(true, 0, 0, 0.6, 0.9)]
    [InlineData(false, 0, 0, 0.9, 1.1)] // drawn at random
    [InlineData(true, 1, 0, 0.9, 1.1)] // spread over a second by an exporter's cache
    [InlineData(true, 0, 5, 0.9, 1.1)] // told five seconds later
    public void Detect_EveryNthPacket_IsAsSureAsItsCountsAreRegular(bool isEveryNth, int recordSeconds, int lateSeconds, double least, double most)
    {
        const int rate = 1000;
        var chance = new Random(5);
        var link = Stream(400_000, 5, static (index, time) => Udp(time, Sender((int)((uint)index * 2_654_435_761u >> 20)), 389, Victim, 1024 + (index % 50_000), 1000))
            .Where((_, index) => isEveryNth ? index % rate == 0 : chance.Next(rate) == 0).Where(_ => chance.Next(2) == 0)
            .Select(flow =>
            {
                flow.SamplingRate = rate;
                flow.StartNanoseconds = flow.ReceivedNanoseconds - ((recordSeconds + lateSeconds) * 1_000_000_000L);
                flow.EndNanoseconds = flow.StartNanoseconds + (recordSeconds * 1_000_000_000L);
                return flow;
            });
        var packets = Assert.Single(Detect(link).Incidents).Packets;
        var poisson = 2 * 1.96 * Math.Sqrt(packets.Samples) * rate;
        Assert.InRange((packets.High!.Value - packets.Low!.Value) / poisson, least, most);
    }

    private static bool Covers(Estimate estimate, Estimate truth) => estimate.Low <= truth.Value && truth.Value <= estimate.High;
}
