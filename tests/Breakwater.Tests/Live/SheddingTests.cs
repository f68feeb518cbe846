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
        rig.Engine.ShedTo(1);
        for (uint sequence = 0; sequence < Messages; sequence++)
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, Records));
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1.2));
        var account = rig.Engine.Account();
        var sent = Records * (long)Messages;
        Assert.InRange(account.ShedRecords, sent * 0.45, sent * 0.55);
        Assert.Equal(Messages, account.Counted);
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
            rig.Engine.ShedTo(2);
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
    public void LongJudging_RaisesTheLevel_QuickJudgingLowersIt()
    {
        var shedder = new LoadShedder();
        var now = LiveRig.Start;
        shedder.Judged(0, now, 0);
        for (var second = 1; second <= 10; second++)
            Assert.Equal(second <= Shedding.MaximumLevel, Second(shedder, ref now, share: 0.9));
        Assert.Equal(Shedding.MaximumLevel, shedder.Level);
        for (var second = 1; second < LoadShedder.CalmSeconds; second++)
            Assert.False(Second(shedder, ref now, share: 0.1));
        Assert.True(Second(shedder, ref now, share: 0.1));
        Assert.Equal(Shedding.MaximumLevel - 1, shedder.Level);
    }

    /// <summary>Late ticks that judging keeps up with are no overload.</summary>
    [Fact]
    public void ModerateJudging_ChangesNothing()
    {
        var shedder = new LoadShedder();
        var now = LiveRig.Start;
        shedder.Judged(0, now, 0);
        for (var second = 1; second <= 60; second++)
            Assert.False(Second(shedder, ref now, share: 0.7));
        Assert.Equal(0, shedder.Level);
    }

    [Fact]
    public void KernelDrops_RaiseTheLevel_ButNotForEver()
    {
        var shedder = new LoadShedder();
        var now = LiveRig.Start;
        shedder.Judged(0, now, 0);
        Second(shedder, ref now, share: 0.1);
        for (var second = 1; second <= 10; second++)
            Assert.Equal(second <= 3, Second(shedder, ref now, share: 0.1, drops: second));
        Assert.Equal(3, shedder.Level);
    }

    /// <summary>A second of ticks of 200 ms of which judging takes a share.</summary>
    private static bool Second(LoadShedder shedder, ref long now, double share, long drops = 0)
    {
        const long length = 200_000_000;
        var before = shedder.Level;
        for (var tick = 0; tick < 5; tick++)
            shedder.Judged((long)(length * share), now += length, drops);
        return shedder.Level != before;
    }
}
