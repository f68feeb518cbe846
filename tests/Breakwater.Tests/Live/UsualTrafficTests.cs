using Breakwater.Live;

namespace Breakwater.Tests.Live;

public sealed class UsualTrafficTests
{
    [Fact]
    public void Band_IsUnknownAtFirst_ThenHoldsWhatIsUsual()
    {
        var usual = new UsualTraffic();
        Feed(usual, 119, static second => 1000 + (second % 7));
        Assert.Null(usual.Band);
        Feed(usual, 600, static second => 1000 + (second % 7));
        Assert.InRange(usual.Band!.Value.Low, 600, 1000);
        Assert.InRange(usual.Band.Value.High, 1006, 1400);
    }

    [Fact]
    public void Incident_IsNotLearned()
    {
        var usual = new UsualTraffic();
        Feed(usual, 600, static _ => 1000);
        var before = usual.Band;
        Feed(usual, 6000, static _ => 3000, isInIncident: true);
        Assert.Equal(before, usual.Band);
        // The twin: without an incident a new level is learned.
        Feed(usual, 6000, static _ => 3000);
        Assert.NotEqual(before, usual.Band);
    }

    private static void Feed(UsualTraffic usual, int seconds, Func<int, double> rate, bool isInIncident = false)
    {
        for (var second = 0; second < seconds; second++)
            usual.Add(rate(second), isInIncident);
    }
}
