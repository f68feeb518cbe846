using Breakwater.Samples;

namespace Breakwater.Tests.Samples;

public sealed class SeededRandomTests
{
    /// <summary>First outputs of the authors' xoshiro256** from the state 1, 2, 3, 4, as in other libraries' tests.</summary>
    [Fact]
    public void NextUInt64_KnownState_GivesPublishedNumbers()
    {
        var random = new SeededRandom(1, 2, 3, 4);
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void SameSeed_SameNumbers_OtherSeed_OtherNumbers()
    {
        static ulong[] Draw(ulong seed)
        {
            var random = new SeededRandom(seed);
            return [.. Enumerable.Range(0, 8).Select(_ => random.NextUInt64())];
        }

        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(100u)]
    public void Below_IsUniform(uint bound)
    {
        const int draws = 60_000;
        var random = new SeededRandom(1);
        var counts = new int[bound];
        for (var i = 0; i < draws; i++)
            counts[random.Below(bound)]++;
        var mean = draws / (double)bound;
        Assert.All(counts, count => Assert.InRange(count, mean - (5 * Math.Sqrt(mean)), mean + (5 * Math.Sqrt(mean))));
    }

    [Fact]
    public void Below_Zero_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(1).Below(0));

    /// <summary>Mean, and the share above the mean and above twice the mean, of an exponential distribution.</summary>
    [Fact]
    public void Exponential_HasItsShape()
    {
        const int draws = 100_000;
        const long mean = 1_000_000;
        var random = new SeededRandom(1);
        double sum = 0;
        var (aboveMean, aboveTwice) = (0, 0);
        for (var i = 0; i < draws; i++)
        {
            var value = random.Exponential(mean);
            sum += value;
            aboveMean += value > mean ? 1 : 0;
            aboveTwice += value > 2 * mean ? 1 : 0;
        }

        Assert.InRange(sum / draws / mean, 0.985, 1.015);
        Assert.InRange(aboveMean / (double)draws, Math.Exp(-1) - 0.008, Math.Exp(-1) + 0.008);
        Assert.InRange(aboveTwice / (double)draws, Math.Exp(-2) - 0.006, Math.Exp(-2) + 0.006);
    }

    [Fact]
    public void HeavyTail_StaysInItsRange()
    {
        var random = new SeededRandom(1);
        var lengths = Enumerable.Range(0, 20_000).Select(_ => random.HeavyTail(100, 3)).ToArray();
        Assert.All(lengths, length => Assert.InRange(length, 100, 1599));
        Assert.Contains(lengths, length => length >= 800);
    }
}
