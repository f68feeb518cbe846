using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

public sealed class PeakRateTests
{
    /// <summary>The table of segments is lent and comes back full of another series: it must not show.</summary>
    [Fact]
    public void Of_AfterAnotherSeries_IsTheSame()
    {
        double[] flat = [.. Enumerable.Range(0, 60).Select(static second => 1_000.0 + (37 * second % 101))];
        double[] pulse = [.. Enumerable.Range(0, 20).Select(static second => second is 7 or 8 ? 90_000.0 : 2_000.0)];
        var expected = PeakRate.Of(pulse, 100, 1);
        for (var run = 0; run < 3; run++)
        {
            Assert.NotEqual(expected, PeakRate.Of(flat, 100, 1));
            Assert.Equal(expected, PeakRate.Of(pulse, 100, 1));
        }
    }

    /// <summary>For every open incident and second: the table of 128 seconds alone would be 660 KB, and a collection of the whole heap each time.</summary>
    [Fact]
    public void Of_LongSeries_AllocatesLittle()
    {
        double[] series = [.. Enumerable.Range(0, RateSegments.MostWindows).Select(static second => 1_000.0 + (37 * second % 101))];
        Assert.InRange(AllocatedBytes.Least(() => PeakRate.Of(series, 100, 1)), 1, 16_384);
    }
}
