using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Flow records of many packets, of which one in eight was taken whole: a record's packets are no independent samples.</summary>
public sealed class ThinnedRecordTests
{
    private const int Level = 3;
    private const int Runs = 2_000;

    [Fact]
    public void Interval_OfThinnedRecords_HoldsTheTruth() => Assert.InRange(Covered(Level), 0.92, 0.98);

    /// <summary>The twin: as if each packet had been drawn by itself, the interval is far too narrow.</summary>
    [Fact]
    public void Interval_AsIfPacketsHadBeenDrawn_DoesNot() => Assert.InRange(Covered(0), 0, 0.5);

    /// <summary>A thousand packets of one record, and as many of a thousand, are the same estimate with another weight.</summary>
    [Fact]
    public void Weight_OfLargeRecords_IsTheirSize()
    {
        WeightedSum large = default, small = default;
        large.Add(1000, 1000, 1 << Level, Level);
        for (var record = 0; record < 1000; record++)
            small.Add(1, 1, 1 << Level, Level);
        Assert.Equal(large.Sum, small.Sum);
        Assert.Equal(1 << Level, small.Weight);
        Assert.Equal(1 + (1000.0 * ((1 << Level) - 1)), large.Weight);
    }

    /// <summary>Of records whose rate is unknown the thinned sum is no sure lower bound: its interval's end is.</summary>
    [Fact]
    public void UnknownRate_Thinned_IsAtLeastTheLowerBound()
    {
        WeightedSum whole = default, thinned = default;
        for (var record = 0; record < 50; record++)
        {
            whole.Add(10, 10, 0);
            thinned.Add(10 << Level, 10 << Level, 0, Level);
        }
        Assert.Equal(whole.Sum, whole.ToEstimate().Low);
        var estimate = thinned.ToEstimate();
        Assert.Null(estimate.Value);
        Assert.InRange(estimate.Low!.Value, thinned.Sum * 0.5, thinned.Sum * 0.9);
    }

    private static double Covered(int level)
    {
        var random = new SeededRandom(7);
        var covered = 0;
        for (var run = 0; run < Runs; run++)
        {
            WeightedSum sum = default;
            ulong truth = 0;
            for (var record = 0; record < 400; record++)
            {
                var packets = 1 + random.Below(100);
                truth += packets;
                if (random.Below(1 << Level) == 0)
                    sum.Add(packets, packets, 1 << Level, level);
            }
            var estimate = sum.ToEstimate();
            covered += estimate.Low <= truth && truth <= estimate.High ? 1 : 0;
        }
        return (double)covered / Runs;
    }
}
