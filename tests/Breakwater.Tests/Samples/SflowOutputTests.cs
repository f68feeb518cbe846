using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Samples;

public sealed class SflowOutputTests : IDisposable
{
    private const int Rate = 100;

    private readonly SampleFiles _files = new();

    private static SampleArguments Arguments => new() { Kind = Vectors.Name(Vector.NtpAmplification), Duration = "10s", Rate = "10kpps" };

    [Fact]
    public void Estimate_IsWithinItsInterval_AndAWrongRateIsNot()
    {
        var truth = SampleFiles.Frames(_files.Make("truth.pcap", Arguments)).Select(frame => SampleFiles.Flow(frame.Frame)).ToList();
        var sampled = Exports.Read(_files.Make("sampled.pcap", Arguments with { As = "sflow", Sampling = $"{Rate}" })).Flows;
        Assert.All(sampled, flow => Assert.Equal((uint)Rate, flow.SamplingRate));

        foreach (var part in (Func<FlowRecord, bool>[])[_ => true, IsAttack, flow => !IsAttack(flow)])
        {
            var packets = truth.Count(part);
            var samples = sampled.Count(part);
            Assert.True(IsWithin(samples, Rate, packets), $"{samples} samples for {packets} packets");
            Assert.False(IsWithin(samples, Rate * 3 / 2, packets));
            Assert.False(IsWithin(samples, Rate * 2 / 3, packets));
        }
    }

    [Fact]
    public void Skips_AreRandomWithTheRateAsMean()
    {
        var exports = Exports.Read(_files.Make("sampled.pcap", Arguments with { As = "sflow", Sampling = $"{Rate}" }));
        var pools = exports.SflowSamples.Where(sample => sample.DataSource == 1).Select(sample => (double)sample.Pool).ToList();
        var skips = pools.Zip(pools.Skip(1), (earlier, later) => later - earlier).ToList();
        var mean = skips.Average();
        var deviation = Math.Sqrt(skips.Average(skip => (skip - mean) * (skip - mean)));
        Assert.True(skips.Count > 800);
        Assert.InRange(mean, Rate * 0.87, Rate * 1.13);
        Assert.InRange(deviation, Rate * 0.8, Rate * 1.2); // geometric: as large as the mean; regular skips would have none
    }

    [Fact]
    public void SequencesAndPools_CountPerInterface()
    {
        var path = _files.Make("sampled.pcap", Arguments with { As = "sflow", Sampling = "7", Duration = "1s" });
        var exports = Exports.Read(path);
        Assert.Equal(Enumerable.Range(1, exports.SflowSequences.Count).Select(number => (uint)number), exports.SflowSequences);
        Assert.Equal(exports.Times.Order(), exports.Times);
        var sources = exports.SflowSamples.GroupBy(sample => sample.DataSource).ToDictionary(group => group.Key, group => group.ToList());
        Assert.Equal([1u, 2u], sources.Keys.Order());
        Assert.All(sources.Values, samples =>
        {
            Assert.Equal(Enumerable.Range(1, samples.Count).Select(number => (uint)number), samples.Select(sample => sample.Sequence));
            Assert.Equal(samples.Select(sample => sample.Pool).Order(), samples.Select(sample => sample.Pool));
            Assert.All(samples, sample => Assert.Equal(0u, sample.Drops));
        });
    }

    [Fact]
    public void WithoutSampling_EveryPacketIsThereWithItsHeader()
    {
        var arguments = Arguments with { Duration = "1s", Rate = "1kpps" };
        var frames = SampleFiles.Frames(_files.Make("truth.pcap", arguments));
        var exports = Exports.Read(_files.Make("all.pcap", arguments with { As = "sflow" }));
        Assert.Equal(frames.Count, exports.SflowSamples.Count);
        for (var i = 0; i < frames.Count; i++)
        {
            Assert.Equal(frames[i].Frame.Take(128), exports.SflowSamples[i].Header);
            Assert.Equal((ulong)frames[i].Frame.Length + 4, exports.Flows[i].Bytes); // with the frame check sequence
        }

        Assert.Equal((uint)frames.Count, exports.SflowSamples.Where(sample => sample.DataSource == 1).Max(sample => sample.Pool)
            + exports.SflowSamples.Where(sample => sample.DataSource == 2).Max(sample => sample.Pool));
    }

    public void Dispose() => _files.Dispose();

    private static bool IsAttack(FlowRecord flow) => flow.SourcePort == 123 && flow.Bytes > 400;

    /// <summary>The true count lies within four standard deviations of the estimate.</summary>
    private static bool IsWithin(int samples, int rate, int packets) =>
        Math.Abs(((double)samples * rate) - packets) <= 4 * rate * Math.Sqrt(samples);
}
