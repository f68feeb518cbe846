using Breakwater.Incidents;
using Breakwater.Live;

namespace Breakwater.Tests.Incidents;

/// <summary>Traffic series: seconds, minutes, and what is usual.</summary>
public sealed class TrafficTests
{
    private static readonly DateTimeOffset _begin = new(2026, 1, 1, 12, 0, 1, TimeSpan.Zero);

    [Fact]
    public void Store_SecondsAndMinutes_AreKeptForTheirTimes()
    {
        using var folder = new ScratchFolder();
        using (var store = new TrafficStore(folder.Path, TimeSpan.FromMinutes(15), TimeSpan.FromDays(1)))
        {
            store.Start();
            for (var second = 0; second < 1_200; second++)
            {
                while (store.LostSeconds == 0 && second % 100 == 99 && store.Read("a", _begin.AddSeconds(second - 50), minutes: false, 1).Count == 0)
                    Thread.Yield();
                store.Add(Second(second, 100 + (second / 60)));
            }
        }
        using var kept = new TrafficStore(folder.Path, TimeSpan.FromMinutes(15), TimeSpan.FromDays(1));
        var seconds = kept.Read("a", _begin, minutes: false, 10_000);
        var minutes = kept.Read("a", _begin.AddSeconds(-1), minutes: true, 10_000);
        Assert.InRange(seconds.Count, 900, 960);
        Assert.Equal(_begin.AddSeconds(1_199), seconds[^1].At);
        Assert.InRange(minutes.Count, 19, 20);
        Assert.InRange(minutes[3].PacketsPerSecond, 102.5, 103.5);
        Assert.Empty(kept.Read("nobody", _begin, minutes: false, 10));
    }

    [Fact]
    public void Store_ThatCannotBeWritten_CountsWhatItLost()
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder.File(TrafficStore.FileName));
        var store = new TrafficStore(folder.Path, TimeSpan.FromMinutes(15), TimeSpan.FromDays(1));
        store.Start();
        store.Add(Second(0, 1));
        store.Add(Second(1, 1));
        store.Dispose();
        Assert.Equal(2, store.LostSeconds);
    }

    [Fact]
    public void History_HoldsAQuarterOfAnHour()
    {
        var history = new TrafficHistory();
        for (var second = 0; second < TrafficHistory.Seconds + 50; second++)
            history.Add(Second(second, second));
        Assert.Equal(TrafficHistory.Seconds, history.Of("a").Length);
        Assert.Equal(TrafficHistory.Seconds + 49, history.Of("a", 1).Single().PacketsPerSecond);
        Assert.Empty(history.Of("b"));
    }

    [Fact]
    public void Totals_OfLateSeconds_CountEachSecond()
    {
        var history = new TrafficHistory();
        history.Add(Second(0, 10));
        history.Add(Second(3, 1 / 3.0) with { LengthSeconds = 3 });
        var (service, packets, bytes) = history.Totals()[0];
        Assert.Equal(("a", 11), (service, packets));
        Assert.Equal(Math.Round(Second(0, 10).Services[0].BitsPerSecond / 8) + Math.Round(Second(3, 1 / 3.0).Services[0].BitsPerSecond * 3 / 8), bytes);
    }

    [Fact]
    public void Usual_AttacksAreNotLearned_AndGrowthIs()
    {
        var usual = new UsualRange();
        for (var second = 0; second < UsualRange.LeastSeconds - 1; second++)
            Assert.Null(usual.Fill(Second(second, 100), static _ => true).Services[0].UsualHigh);
        var known = usual.Fill(Second(20, 100), static _ => true).Services[0];
        Assert.Equal((75.0, 125.0), (known.UsualLow, known.UsualHigh));
        for (var second = 0; second < 300; second++)
            known = usual.Fill(Second(second, 10_000), static _ => false).Services[0];
        Assert.Equal(125.0, known.UsualHigh);
        // The twin: the same traffic, calm, becomes usual.
        for (var second = 0; second < 300; second++)
            known = usual.Fill(Second(second, 10_000), static _ => true).Services[0];
        Assert.Equal(12_500.0, known.UsualHigh);
    }

    private static TrafficSecond Second(int second, double packets) => new(_begin.AddSeconds(second), [new ServiceTraffic("a", packets, packets * 8_000, null, null)]);
}
