using Breakwater.Console;

namespace Breakwater.Tests.Console;

public sealed class GcPauseTests
{
    [Fact]
    public void Percentile_IsThatOfThePauses()
    {
        using var pauses = new GcPauses();
        var before = pauses.Total.Count;
        for (var count = 0; count < 100_000; count++)
            pauses.Add(TimeSpan.FromMilliseconds(count < 98_000 ? 1 : 100));
        Assert.True(pauses.Total.Count >= before + 100_000);
        Assert.InRange(pauses.Percentile99Seconds, 0.1, 0.11);
        for (var count = 0; count < 400_000; count++)
            pauses.Add(TimeSpan.FromMilliseconds(1));
        Assert.InRange(pauses.Percentile99Seconds, 0.001, 0.0011);
    }

    [Fact]
    public void Collection_OfThisProcess_IsSeen()
    {
        using var pauses = new GcPauses();
        GC.Collect();
        // The runtime hands its events over a little later.
        Assert.True(SpinWait.SpinUntil(() => pauses.Total.Count > 0, TimeSpan.FromSeconds(20)));
        Assert.True(pauses.Total.Seconds > 0);
    }
}
