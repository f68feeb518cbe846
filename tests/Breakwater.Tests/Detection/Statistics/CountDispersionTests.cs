using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>How sampled counts scatter tells how packets were drawn: at random, or every Nth of a link of which the traffic is a part.</summary>
public sealed class CountDispersionTests
{
    private const int Rate = 1000;

    [Theory]
    [InlineData(0, 0.9, 1)]
    [InlineData(0.1, 0.85, 1)]
    [InlineData(0.5, 0.45, 0.65)]
    [InlineData(0.9, 0.08, 0.25)]
    public void Counts_OfASampler_ScatterByThePartOfTheLinkThatIsNotInQuestion(double share, double least, double most) =>
        Assert.InRange(Mean(share, static _ => 1, 300), least, most);

    /// <summary>A slow change of the rate is no scatter; bursts are more than chance does, and then nothing is known of the sampler.</summary>
    [Fact]
    public void Counts_OfARateThatChanges_AreTakenForNoMoreRegularThanTheyAre()
    {
        Assert.InRange(Mean(0.5, static step => 2 * (step + 0.5) / 100, 300), 0.45, 0.65);
        Assert.Equal(1, Mean(0.5, static step => step / 10 % 2 * 2, 2000));
    }

    [Fact]
    public void Counts_TooFewToTell_AreTakenForRandom()
    {
        Assert.Equal(1, CountDispersion.Of([2, 2, 2, 2, 2, 2, 2], Rate));
        Assert.Equal(1, CountDispersion.Of(new double[40], Rate));
        Assert.Equal(1, CountDispersion.Of([], Rate));
        // The twin: the same regularity for longer.
        Assert.InRange(CountDispersion.Of([.. Enumerable.Repeat(2.0, 40)], Rate), 0, 0.1);
    }

    /// <summary>Every other packet of an even stream: the counts cannot vary by more than half, however they are drawn.</summary>
    [Fact]
    public void Counts_OfEvenTrafficDrawnAtRandom_AreNotTakenForRegular()
    {
        var chance = new SamplingSimulator(3);
        var counts = Enumerable.Range(0, 1000).Select(_ => (double)chance.Binomial(20, 0.5)).ToArray();
        Assert.InRange(CountDispersion.Of(counts, 2), 0.9, 1);
    }

    [Fact]
    public void Weights_OfUnlikeSizes_KeepTheVarianceOfTheSizes()
    {
        Assert.Equal(0.4, CountDispersion.OfWeights(0.4, 1), 12);
        Assert.Equal(0.7, CountDispersion.OfWeights(0.4, 0.5), 12);
    }

    /// <summary>Mean over fifty samplings of a hundred steps.</summary>
    private static double Mean(double share, Func<int, double> level, int samples)
    {
        var chance = new SamplingSimulator(7);
        double sum = 0, next = chance.Uniform() * Rate;
        for (var run = 0; run < 50; run++)
        {
            var counts = new double[100];
            for (var step = 0; step < counts.Length; step++)
            {
                var packets = chance.Poisson(samples * Rate * level(step) / 100);
                counts[step] = share == 0 ? chance.Sampled(packets, Rate) : EveryNth(chance, packets, share, ref next);
            }
            sum += CountDispersion.Of(counts, Rate);
        }
        return sum / 50;
    }

    private static int EveryNth(SamplingSimulator chance, int packets, double share, ref double next)
    {
        var total = packets + chance.Poisson(packets * (1 - share) / share);
        var drawn = 0;
        for (; next < total; next += Rate)
            drawn++;
        next -= total;
        return total == 0 ? 0 : chance.Binomial(drawn, (double)packets / total);
    }
}
