using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Live;

/// <summary>Datagrams over loopback sockets, incidents out.</summary>
public sealed class LiveEngineTests
{
    /// <summary>The rule that everything rests on: what ran live gives the verdicts of the same datagrams read from a file.</summary>
    [Theory]
    [InlineData("sflow", "syn-flood")]
    [InlineData("netflow5", "udp-flood")]
    [InlineData("netflow9", "dns-amplification")]
    [InlineData("ipfix", "ntp-amplification")]
    public void Attack_InEveryFormat_IsTheIncidentOfAnalyze(string format, string vector)
    {
        using var files = new SampleFiles();
        var path = files.Make("attack.pcap", new SampleArguments { Kind = vector, As = format, Sampling = format == "sflow" ? "20" : "1", Duration = "4s", Rate = "5kpps" });
        var frames = SampleFiles.Frames(path);
        using var rig = new LiveRig(start: frames[0].Nanoseconds);
        foreach (var (frame, nanoseconds) in frames)
        {
            rig.GoTo(nanoseconds);
            rig.Deliver(SampleFiles.Datagram(frame));
        }

        var live = rig.Engine.Finish();
        var file = AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions(), TimeProvider.System).Result;
        Assert.Equal(Vectors.Name(live.Incidents[0].Vectors[0].Vector), vector);
        Assert.Equal(ReportJson.VerdictHash(Breakwater.Tests.Detection.Traffic.Report(file)), ReportJson.VerdictHash(Breakwater.Tests.Detection.Traffic.Report(live)));
        Assert.Equal(IncidentChangeKind.Opened, rig.Changes.First().Kind);
        Assert.Equal(live.Incidents[0].Target, rig.Changes.First().Incident.Target);
        Assert.Equal(frames.Count, rig.Engine.Account().Counted);
    }

    [Fact]
    public void QuietTraffic_OpensNothing()
    {
        using var files = new SampleFiles();
        var frames = SampleFiles.Frames(files.Make("quiet.pcap", new SampleArguments { Kind = "quiet-mix", As = "netflow9", Duration = "3s", Rate = "200pps" }));
        using var rig = new LiveRig(start: frames[0].Nanoseconds);
        foreach (var (frame, nanoseconds) in frames)
        {
            rig.GoTo(nanoseconds);
            rig.Deliver(SampleFiles.Datagram(frame));
        }

        rig.Tick();
        Assert.Empty(rig.Changes);
        Assert.True(rig.Engine.Finish().Records > 0);
    }

    /// <summary>The kernel gives the two ports to any of the shards.</summary>
    [Fact]
    public void TemplateOnOnePort_DataOnManyOthers_IsRead()
    {
        using var rig = new LiveRig();
        rig.Deliver(Datagrams.NetFlow9(0, rig.Now, 0));
        for (var number = 1; number <= 16; number++)
            rig.Send(Datagrams.NetFlow9((uint)number, rig.Now, 5, template: false), number: number);
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(16 * 5, rig.Engine.Health.Exporters.Single(exporter => exporter.Name == "edge").Records);
    }

    /// <summary>The twin: without the template nothing can be read.</summary>
    [Fact]
    public void DataOnManyPorts_WithoutTemplate_Waits()
    {
        using var rig = new LiveRig();
        for (var number = 1; number <= 16; number++)
            rig.Send(Datagrams.NetFlow9((uint)number, rig.Now, 5, template: false), number: number);
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(0, rig.Engine.Health.Exporters.Single(exporter => exporter.Name == "edge").Records);
    }

    [Fact]
    public void UnknownSender_IsCountedAndIgnored()
    {
        using var rig = new LiveRig();
        for (uint sequence = 0; sequence < 40; sequence++)
            rig.Deliver(Datagrams.NetFlow9(sequence, rig.Now, 100), from: "127.0.0.66");
        rig.Tick(TimeSpan.FromSeconds(1.2));
        Assert.Empty(rig.Changes);
        Assert.Equal(0, rig.Engine.Finish().Records);
        Assert.Equal(new ReceiveAccount(40, 0, 0, 40, 0, 0), rig.Engine.Health.Account);
        var sender = Assert.Single(rig.Engine.Health.UnknownSenders);
        Assert.Equal(("127.0.0.66", 40L), (sender.Address.ToString(), sender.Datagrams));
        Assert.Contains(rig.Engine.Health.Exporters[0].Conditions, condition => condition.Kind == HealthConditionKind.UnknownSenders);
    }

    /// <summary>The twin: the same datagrams of a configured exporter are an attack.</summary>
    [Fact]
    public void KnownSender_OfTheSame_OpensAnIncident()
    {
        using var rig = new LiveRig();
        for (uint sequence = 0; sequence < 40; sequence++)
            rig.Deliver(Datagrams.NetFlow9(sequence, rig.Now, 100));
        rig.Tick(TimeSpan.FromSeconds(1.2));
        Assert.Equal(Vector.NtpAmplification, Assert.Single(rig.Changes.First().Incident.Vectors).Vector);
        Assert.DoesNotContain(rig.Engine.Health.Exporters[0].Conditions, condition => condition.Kind == HealthConditionKind.UnknownSenders);
    }

    [Fact]
    public void Datagrams_OfAllFates_AddUp()
    {
        using var rig = new LiveRig();
        for (uint sequence = 0; sequence < 7; sequence++)
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, 10));
        for (var index = 0; index < 5; index++)
            rig.Send("no telemetry at all"u8);
        rig.Send(Datagrams.NetFlow9(7, rig.Now, 10).AsSpan(0, 120));
        rig.Send([]);
        for (var index = 0; index < 3; index++)
            rig.Send(Datagrams.NetFlow9(0, rig.Now, 1), from: "127.0.0.67");
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(new ReceiveAccount(Received: 17, Counted: 7, Undecodable: 7, Ignored: 3, ShedRecords: 0, KernelDrops: 0), rig.Engine.Health.Account);
    }

    [Fact]
    public void IPv6_IsReceived()
    {
        using var rig = new LiveRig();
        for (uint sequence = 0; sequence < 3; sequence++)
            rig.Send(Datagrams.Ipfix(sequence * 4, rig.Now, 4), from: "::1");
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
        var health = rig.Engine.Health.Exporters.Single(exporter => exporter.Name == "edge6");
        Assert.Equal(12, health.Records);
        Assert.Equal(["ipfix"], health.Formats);
        Assert.Empty(health.Conditions);
    }

    [Fact]
    public void Samples_OfOwnHosts_AreThoseThatCame()
    {
        using var rig = new LiveRig();
        var begin = rig.Time.GetUtcNow();
        rig.Deliver(Datagrams.NetFlow9(0, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(1));
        var samples = rig.Engine.Samples(null, begin, rig.Time.GetUtcNow(), 100);
        Assert.Equal(10, samples.Select(static sample => sample.Record.Source).Distinct().Count());
        Assert.All(samples, static sample => Assert.Equal((1.0, Datagrams.Victim), (sample.Weight, sample.Record.Destination)));
        Assert.Equal(3, rig.Engine.Samples(null, begin, rig.Time.GetUtcNow(), 3).Count);
        Assert.Empty(rig.Engine.Samples("no such service", begin, rig.Time.GetUtcNow(), 100));
        Assert.Empty(rig.Engine.Samples(null, begin.AddMinutes(2), begin.AddMinutes(3), 100));
        Assert.Empty(rig.Engine.Samples(null, begin.AddMinutes(-3), begin.AddMinutes(-2), 100));
    }

    [Fact]
    public void TrafficSecond_TellsWhatCame()
    {
        using var rig = new LiveRig();
        rig.Deliver(Datagrams.NetFlow9(0, rig.Now, 10, rate: 3));
        rig.Tick(TimeSpan.FromSeconds(1));
        var second = Assert.Single(rig.Events.OfType<Breakwater.Live.TrafficSecond>());
        var all = Assert.Single(second.Services);
        Assert.Equal(("all", 300.0, 3.0 * 10 * 4680 * 8), (all.Name, all.PacketsPerSecond, all.BitsPerSecond));
    }
}
