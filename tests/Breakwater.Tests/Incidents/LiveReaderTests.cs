using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Telemetry.Health;

namespace Breakwater.Tests.Incidents;

/// <summary>Between engine and journal: what fails there is told, and reading goes on.</summary>
public sealed class LiveReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Event_ThatCannotBeTold_IsAFaultOfHealth_AndTheNextIsRead(bool fails)
    {
        using var folder = new ScratchFolder();
        using var journal = JournalTests.Started(folder);
        using var traffic = new TrafficStore(folder.Path, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var (output, history, told) = (new LiveOutput(), new TrafficHistory(), 0);
        var reader = new LiveReader(output, journal, history, traffic, static _ => throw new InvalidOperationException("not asked for"))
        {
            Told = _ =>
            {
                told++;
                if (fails)
                    throw new IOException("input/output error");
            },
        };
        var reading = reader.Run(CancellationToken.None);
        output.Write(new TrafficSecond(Documents.Begin, [new ServiceTraffic("a", 1, 1, null, null)]));
        output.Write(new TrafficSecond(Documents.Begin.AddSeconds(1), [new ServiceTraffic("a", 1, 1, null, null)]));
        output.Complete();
        await reading;
        Assert.Equal(2, told);
        Assert.Equal(fails, journal.Health.Fault?.Contains("input/output error", StringComparison.Ordinal) ?? false);
        Assert.Equal(!fails, journal.Health.IsGood);
    }

    [Fact]
    public async Task Event_ThatCannotBeKept_IsCounted_AndLeavesAGap()
    {
        using var folder = new ScratchFolder();
        using var journal = JournalTests.Started(folder);
        using var traffic = new TrafficStore(folder.Path, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var output = new LiveOutput();
        using var events = journal.Events.Open(after: null)!;
        var reading = new LiveReader(output, journal, new TrafficHistory(), traffic, static _ => throw new InvalidOperationException("no document")).Run(CancellationToken.None);
        // Its health is missing: nothing of it can be written.
        output.Write(new HealthEvent(Documents.Begin, null!));
        output.Write(new TrafficSecond(Documents.Begin, [new ServiceTraffic("a", 1, 1, null, null)]));
        output.Complete();
        await reading;
        var gap = Assert.Single(await JournalTests.Take(events, 1));
        Assert.Equal((EntryKind.Gap, """{"entriesLost":1}"""), (gap.Kind, gap.Data));
        Assert.Contains("could not be kept", journal.Health.Fault, StringComparison.Ordinal);
        Assert.Equal(1, journal.Health.Dropped);
    }
}
