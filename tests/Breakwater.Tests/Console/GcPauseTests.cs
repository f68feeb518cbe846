using Breakwater.Console;

namespace Breakwater.Tests.Console;

public sealed class GcPauseTests
{
    [Fact]
    public void Percentile_IsThatOfThePauses()
    {
        using var pauses = new GcPauses();
        pauses.Add(TimeSpan.FromMilliseconds(1), 98_000_000);
        pauses.Add(TimeSpan.FromMilliseconds(100), 2_000_000);
        Assert.InRange(pauses.Percentile99Seconds, 0.1, 0.11);
        pauses.Add(TimeSpan.FromMilliseconds(1), 400_000_000);
        Assert.InRange(pauses.Percentile99Seconds, 0.001, 0.0011);
        Assert.True(pauses.Total.Count >= 500_000_000);
    }

    [Fact]
    public void Collection_OfThisProcess_IsSeen()
    {
        using var pauses = new GcPauses();
        GC.Collect();
        Assert.True(SpinWait.SpinUntil(() => pauses.Total.Count > 0, TimeSpan.FromSeconds(20)));
        Assert.True(pauses.Total.Seconds > 0);
    }
}
