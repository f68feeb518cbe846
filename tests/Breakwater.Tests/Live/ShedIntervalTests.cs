using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Samples;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

/// <summary>Records of many packets of which overload leaves some out: what a shard makes of the rest is as sure as it can be, no surer.</summary>
public sealed class ShedIntervalTests
{
    private const int Level = 3, Runs = 1_000, Records = 400;

    [Fact]
    public void Interval_OverShedRecords_HoldsTheTruth() => Assert.InRange(Covered(tellsLevel: true), 0.92, 0.98);

    /// <summary>The twin: told as a coarser sampling of packets, the interval is far too narrow.</summary>
    [Fact]
    public void Interval_AsIfPacketsHadBeenSampled_DoesNot() => Assert.InRange(Covered(tellsLevel: false), 0, 0.5);

    /// <summary>What stands for others is no sure lower bound where the rate is unknown: its interval's end is.</summary>
    [Fact]
    public void UnknownRate_Shed_IsAtLeastTheLowerBound()
    {
        var shard = new Detector(new DetectorOptions()).Shards[0];
        var random = new SeededRandom(3);
        var sum = Sum(shard, new Shedding { Level = Level }, random, rate: 0, tellsLevel: true, out var truth).ToEstimate();
        Assert.Null(sum.Value);
        Assert.InRange(sum.Low!.Value, truth * 0.3, truth);
        var whole = Sum(shard, new Shedding(), random, rate: 0, tellsLevel: true, out truth).ToEstimate();
        Assert.Equal((double)truth, whole.Low);
    }

    [Fact]
    public void Traffic_OfShedRecords_StandsForAll()
    {
        var traffic = new ShardTraffic(new ServiceLookup([]));
        var flow = Traffic.Ip(Traffic.Start, Traffic.Sender(1), Traffic.Victim, 17, 1000, rate: 4);
        flow.ThinnedLevel = Level;
        traffic.Count(in flow);
        ulong[] packets = [0], bytes = [0];
        traffic.TakeInto(packets, bytes);
        Assert.Equal((4UL << Level, 4000UL << Level), (packets[0], bytes[0]));
    }

    private static double Covered(bool tellsLevel)
    {
        var shard = new Detector(new DetectorOptions()).Shards[0];
        var random = new SeededRandom(7);
        var shedding = new Shedding { Level = Level };
        var covered = 0;
        for (var run = 0; run < Runs; run++)
        {
            var estimate = Sum(shard, shedding, random, rate: 1, tellsLevel, out var truth).ToEstimate();
            covered += estimate.Low <= truth && truth <= estimate.High ? 1 : 0;
        }

        return (double)covered / Runs;
    }

    /// <summary>The packets of records of 1 to 100 packets each, as the entries of a shard tell them.</summary>
    private static WeightedSum Sum(Shard shard, Shedding shedding, SeededRandom random, uint rate, bool tellsLevel, out ulong truth)
    {
        shard.Log.Clear(level: 0);
        truth = 0;
        for (var record = 0; record < Records; record++)
        {
            var flow = Traffic.Udp(Traffic.Start + record, Traffic.Sender(record), 1234, Traffic.Victim, 9, 100);
            flow.SamplingRate = rate;
            flow.Packets = (ulong)(1 + random.Below(100));
            flow.Bytes = flow.Packets * 100;
            truth += flow.Packets;
            if (shedding.Level == 0)
                shard.Count(in flow);
            else if (shedding.Keeps(in flow, out var kept))
                shard.Count(in kept);
        }

        WeightedSum sum = default;
        foreach (ref readonly var entry in shard.Log.Entries)
            sum.Add(entry.Packets, entry.Packets, entry.SamplingRate, tellsLevel ? entry.Level : 0);
        return sum;
    }
}
