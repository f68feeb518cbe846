using Breakwater.Detection.Sketches;
using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Packets of many sources, sampled; the truth is the number of sources with at least one packet.</summary>
internal static class SourceTraffic
{
    public static (double Truth, Interval Interval)? Draw(SamplingSimulator chance, string family, double size, double share, double rate)
    {
        if (family == "unsampled, by sketch")
            return Unsampled(chance, (int)(size * 30));
        if (share > 0)
            return EveryNth(chance, size, share, rate);
        var total = size * rate;
        var (kept, taken) = (new SourceSample(new SourceRooms()), 0);
        int distinct = 0, truth = 0;
        for (double sent = 0; sent < total || truth < Least(family); truth++)
        {
            var packets = Packets(chance, family, size, rate);
            sent += packets;
            truth -= packets == 0 ? 1 : 0;
            var seen = packets == 0 ? 0 : chance.Sampled(packets, rate);
            taken += seen;
            if (seen == 0)
                continue;
            distinct++;
            kept.Add(chance.Bits(), default, (ulong)seen, seen);
        }
        return taken == 0 ? null : (truth, Estimated(distinct, kept, taken, rate, double.PositiveInfinity));
    }

    /// <summary>A source per packet, every Nth packet of a link taken.</summary>
    private static (double Truth, Interval Interval)? EveryNth(SamplingSimulator chance, double size, double share, double rate)
    {
        var link = Math.Floor(size / share * rate);
        var drawn = (int)Math.Floor((link + (chance.Uniform() * rate)) / rate);
        var taken = chance.Binomial(drawn, share);
        var kept = new SourceSample(new SourceRooms());
        for (var source = 0; source < taken; source++)
            kept.Add(chance.Bits(), default, 1, 1);
        return taken == 0 ? null : (taken + chance.Binomial((int)link - drawn, share), Estimated(taken, kept, taken, rate, drawn));
    }

    private static Interval Estimated(int distinct, SourceSample kept, int taken, double rate, double drawn)
    {
        var most = SampledSumInterval.OfTotal(taken * rate, taken * rate * (rate - 1), rate, drawn).High;
        var estimate = DistinctSources.Of(distinct, 0, SourceSample.TimesSeen(kept.Sources(out _)), rate, most, taken);
        var (low, high) = (estimate.Low!.Value, estimate.High!.Value);
        return new Interval(estimate.Value ?? ((low + high) / 2), low, high);
    }

    private static int Least(string family) => family.StartsWith("equal", StringComparison.Ordinal) ? 1 : 2;

    /// <summary>How many packets the next source sends.</summary>
    private static double Packets(SamplingSimulator chance, string family, double size, double rate) => family switch
    {
        "a source per packet" => 1,
        "equal, each sampled three times" => chance.Poisson(3 * rate),
        "equal, each sampled 0.3 times" => chance.Poisson(0.3 * rate),
        "exponential" => chance.Poisson(-Math.Log(chance.Uniform()) * rate / 2),
        "power law" => Math.Min(Math.Floor(1 / chance.Uniform()), size * rate / 4),
        _ => throw new ArgumentOutOfRangeException(nameof(family)),
    };

    private static (double Truth, Interval Interval) Unsampled(SamplingSimulator chance, int sources)
    {
        var sketch = new HyperLogLog(8);
        for (var source = 0; source < sources; source++)
            sketch.Add(chance.Bits());
        var value = sketch.Estimate();
        var estimate = DistinctSources.Of(value, sketch.StandardErrorAt(value), [], 1, double.PositiveInfinity, sources);
        return (sources, new Interval(estimate.Value!.Value, estimate.Low!.Value, estimate.High!.Value));
    }
}
