using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Reports;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Live;

/// <summary>More comes than can be judged: a sample stands for the rest, everything is counted, and an attack is still named.</summary>
public sealed class SheddingTests
{
    private const int Records = 200, Messages = 40;

    [Fact]
    public void Overload_LeavesOutHalf_AndEverythingAddsUp()
    {
        using var rig = new LiveRig();
        Overload(rig, LoadShedder.BusyTicks);
        var before = rig.Engine.Account();
        for (uint sequence = 0; sequence < Messages; sequence++)
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, Records));
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1.2));
        var account = rig.Engine.Account();
        var sent = Records * (long)Messages;
        Assert.InRange(account.ShedRecords, sent * 0.45, sent * 0.55);
        Assert.Equal(Messages, account.Counted - before.Counted);
        // Each kept record stands for two: 10 packets each were sent.
        var second = rig.Events.OfType<TrafficSecond>().Sum(static second => second.Services.Single().PacketsPerSecond * second.LengthSeconds);
        Assert.InRange(second, sent * 10 * 0.9, sent * 10 * 1.1);
        var condition = Assert.Single(rig.Engine.Health.Exporters[0].Conditions, static condition => condition.Kind == HealthConditionKind.Shedding);
        Assert.Contains("1 in 2 is looked at", condition.Sentence, StringComparison.Ordinal);
        // 1.96 √(k(k − 1)·n/k)/n with k = 2 and n = 8,000 records alike: 2.2 %.
        Assert.Contains("±2.2 %", condition.Sentence, StringComparison.Ordinal);
        var result = rig.Engine.Finish();
        Assert.Equal(sent, result.Records + account.ShedRecords + (Records * account.KernelDrops));
        Assert.Equal(Vector.NtpAmplification, Assert.Single(Assert.Single(result.Incidents).Vectors).Vector);
    }

    /// <summary>The twin: a machine that is quick leaves out nothing.</summary>
    [Fact]
    public void QuickJudging_LeavesOutNothing()
    {
        using var rig = new LiveRig();
        rig.Tick(TimeSpan.FromSeconds(1));
        for (uint sequence = 0; sequence < Messages; sequence++)
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, Records));
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1.2));
        Assert.Equal(0, rig.Engine.Account().ShedRecords);
        Assert.DoesNotContain(rig.Engine.Health.Exporters[0].Conditions, static condition => condition.Kind == HealthConditionKind.Shedding);
        Assert.Equal(Records * (long)Messages, rig.Engine.Finish().Records);
    }

    /// <summary>A recording of a run that left out records gives its verdicts, whatever came in between.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void RecordingOfAnOverloadedRun_GivesTheLiveHash(int shards)
    {
        using var files = new SampleFiles();
        DetectionResult live;
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        using (var rig = new LiveRig(recorder: recorder))
        {
            Overload(rig, 2 * LoadShedder.BusyTicks);
            for (uint sequence = 0; sequence < 80; sequence++)
            {
                rig.Deliver(Datagrams.NetFlow9(sequence, rig.Now, 90));
                if (sequence % 2 == 0)
                    rig.Tick();
                if (sequence == 50)
                    rig.Engine.Reload(rig.Engine.Settings with { Exporters = [rig.Engine.Settings.Exporters[0] with { SamplingRate = 3 }] });
            }

            Assert.True(rig.Engine.Account().ShedRecords > 0);
            live = rig.Engine.Finish();
        }

        var control = Assert.Single(Directory.GetFiles(files.Path("recording"), "control-*.jsonl"));
        var replay = Replay.Run(control, shards);
        Assert.NotEmpty(live.Incidents);
        Assert.Equal((live.Records, ReportJson.VerdictHash(live)), (replay.Result.Records, ReportJson.VerdictHash(replay.Result)));
        File.WriteAllLines(control, File.ReadAllLines(control).Where(static line => RecordedEvent.Parse(line).Kind != RecordedEvent.Shed));
        Assert.NotEqual(live.Records, Replay.Run(control, shards).Result.Records);
    }

    [Fact]
    public void LongTicks_RaiseTheLevel_ShortOnesLowerIt()
    {
        var shedder = new LoadShedder();
        const long slow = 90_000_000, quick = 1_000_000;
        Assert.False(shedder.Judged(slow, 0));
        Assert.False(shedder.Judged(quick, 0));
        for (var tick = 1; tick <= 10 * LoadShedder.BusyTicks; tick++)
            Assert.Equal(tick % LoadShedder.BusyTicks == 0 && tick <= Shedding.MaximumLevel * LoadShedder.BusyTicks, shedder.Judged(slow, 0));
        Assert.Equal(Shedding.MaximumLevel, shedder.Level);
        for (var tick = 1; tick < LoadShedder.CalmTicks; tick++)
            Assert.False(shedder.Judged(quick, 0));
        Assert.True(shedder.Judged(quick, 0));
        Assert.Equal(Shedding.MaximumLevel - 1, shedder.Level);
    }

    [Fact]
    public void KernelDrops_RaiseTheLevelAtOnce_ButNotForEver()
    {
        var shedder = new LoadShedder();
        Assert.True(shedder.Judged(1, 5));
        Assert.False(shedder.Judged(1, 5));
        for (var drops = 6; drops < 50; drops++)
            shedder.Judged(1, drops);
        Assert.Equal(3, shedder.Level);
    }

    /// <summary>Ticks that take 150 ms each by the clock.</summary>
    private static void Overload(LiveRig rig, int ticks)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            rig.Time.PerReading = TimeSpan.FromMilliseconds(90);
            rig.Tick();
            rig.Time.PerReading = TimeSpan.Zero;
        }
    }
}
