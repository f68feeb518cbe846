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
    public void Collections_OfThisProcess_AreSeen_UntilItIsDisposed()
    {
        using var pauses = new GcPauses();
        for (var collection = 1; collection <= 3; collection++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.True(pauses.Total.Count >= collection);
        }

        Assert.True(pauses.Total.Seconds > 0);
        pauses.Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var last = pauses.Total.Count;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(last, pauses.Total.Count);
    }
}
