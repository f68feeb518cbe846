using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>The alarm test against sums of the Poisson distribution's terms.</summary>
public sealed class PoissonTestTests
{
    public static TheoryData<double> Alphas => [1e-3, 1e-4, 1e-6, 1e-9, 1e-12, 1e-15];

    [Theory]
    [MemberData(nameof(Alphas))]
    public void UpperQuantile_AllMeans_IsTheExactOneUpToTheStatedError(double alpha)
    {
        var test = new PoissonTest(alpha);
        for (var mean = 1e-3; mean < 1e9; mean *= 1.5)
        {
            var count = test.UpperQuantile(mean);
            Assert.True(test.IsAbove(count, mean));
            Assert.False(test.IsAbove(count - 1, mean));
            // Exact: at most alpha at the count, more than alpha one below; up to the tail's stated error.
            Assert.True(ExactTail(count, mean) <= alpha * (1 + Error(count)), $"{mean}: {count}");
            if (count > 1)
                Assert.True(ExactTail(count - 1, mean) >= alpha * (1 - Error(count - 1)), $"{mean}: {count - 1}");
        }
    }

    [Theory]
    [MemberData(nameof(Alphas))]
    public void TailProbability_AtTheAlarm_IsWithinTheStatedError(double alpha)
    {
        var test = new PoissonTest(alpha);
        for (var mean = 1e-3; mean < 1e9; mean *= 1.5)
        {
            var count = test.UpperQuantile(mean);
            Assert.InRange(PoissonTest.TailProbability(count, mean) / ExactTail(count, mean), 1 - Error(count), 1 + Error(count));
        }
    }

    [Theory]
    [MemberData(nameof(Alphas))]
    public void LowerBound_AllCounts_HasTheCountAtAlpha(double alpha)
    {
        var test = new PoissonTest(alpha);
        for (var count = 1.0; count < 1e9; count *= 1.7)
        {
            var bound = test.LowerBound(count);
            Assert.InRange(bound, 0, count);
            Assert.InRange(ExactTail(count, bound) / alpha, 1 - Error(count), 1 + Error(count));
            Assert.True(test.IsAbove(count, bound * (1 - 1e-9)));
            Assert.False(test.IsAbove(count, bound * (1 + 1e-9)));
        }
        Assert.Equal(0, test.LowerBound(0));
    }

    [Fact]
    public void ExactTail_RootOfTheDevianceAlone_IsFound()
    {
        // The twin: without the saddlepoint's correction the tail is off by more than is stated.
        var tail = Normal.UpperTail(Math.Sqrt(Gamma.Deviance(20, 5)));
        Assert.True(Math.Abs((tail / ExactTail(20, 5)) - 1) > 3 * Error(20));
    }

    [Fact]
    public void IsAbove_WeightedSum_CountsItsEffectiveEvents()
    {
        var test = new PoissonTest(1e-6);
        // 30 samples of weight 1000 are 30 events against a threshold of 5 events.
        Assert.Equal(test.IsAbove(30, 5), test.IsAbove(30_000, 30e6, 5_000));
        Assert.True(test.IsAbove(30_000, 30e6, 5_000));
        // The same sum of one heavy and many light samples is less evidence.
        Assert.False(test.IsAbove(30_000, (20_000.0 * 20_000) + (100 * 100 * 100), 5_000));
        Assert.False(test.IsAbove(0, 0, 5_000));
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(5, 5, false)]
    [InlineData(double.NaN, 5, false)]
    public void IsAbove_Edges_AreDecided(double count, double mean, bool above) => Assert.Equal(above, new PoissonTest(1e-9).IsAbove(count, mean));

    [Fact]
    public void IsAbove_Quiet_DoesNotAllocate()
    {
        var test = new PoissonTest(1e-9);
        var alarms = 0;
        Assert.Equal(0, AllocatedBytes.Least(() => alarms = Alarms(test)));
        Assert.InRange(alarms, 1, 9_999);
    }

    private static int Alarms(PoissonTest test)
    {
        var alarms = 0;
        for (var index = 0; index < 10_000; index++)
            alarms += test.IsAbove(500 + (index % 300), 500) ? 1 : 0;
        return alarms;
    }

    /// <summary>What the documentation of <see cref="PoissonTest"/> states.</summary>
    private static double Error(double count) => count < 2 ? 0.05 : count < 10 ? 0.035 : count < 100 ? 0.01 : 0.001;

    /// <summary>P(count or more), term by term; for whole counts exact to 1e-9.</summary>
    private static double ExactTail(double count, double mean)
    {
        // The first term from the deviance and Stirling's series: the plain logarithms would cancel for large means.
        var first = count < 30
            ? Math.Exp((count * Math.Log(mean)) - mean - Enumerable.Range(1, (int)count).Sum(static k => Math.Log(k)) - Fractional(count))
            : Math.Exp((-Deviance(count, mean) / 2) - (1 / (12 * count)) + (1 / (360 * count * count * count))) / Math.Sqrt(2 * Math.PI * count);
        double term = first, sum = first;
        for (var k = count + 1; term > 1e-14 * sum; k++)
        {
            term *= mean / k;
            sum += term;
        }
        return sum;
    }

    private static double Fractional(double count) => count == Math.Floor(count) ? 0 : Gamma.Log(count + 1) - Gamma.Log(Math.Floor(count) + 1);

    /// <summary>2·mean·((1 + d)·ln(1 + d) − d) by its own series for small d, independent of the tested one.</summary>
    private static double Deviance(double count, double mean)
    {
        var d = (count - mean) / mean;
        if (Math.Abs(d) > 0.01)
            return 2 * ((count * Math.Log(count / mean)) - (count - mean));
        double sum = 0, power = d;
        for (var k = 2; k < 14; k++)
        {
            power *= d;
            sum += (k % 2 == 0 ? 1 : -1) * power / (k * (k - 1.0));
        }
        return 2 * mean * sum;
    }
}
