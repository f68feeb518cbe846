using System.Collections.Frozen;
using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

/// <summary>A recording holds all that the verdicts of its run follow from, whatever happened in between.</summary>
public sealed class ReplayTests
{
    /// <summary>
    /// Two exporters, an attack, other floors in the middle of it, sampling that is corrected, silence that holds the incident, and an end of quiet
    /// telemetry.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void RunWithReloadsAndSilence_GivesTheLiveHash(int shards)
    {
        using var files = new SampleFiles();
        var live = Record(files);
        var control = Assert.Single(Directory.GetFiles(files.Path("recording"), "control-*.jsonl"));
        var replay = Replay.Run(control, shards);
        Assert.NotEmpty(live.Incidents);
        Assert.Equal(live.Records, replay.Result.Records);
        Assert.Equal(ReportJson.VerdictHash(live), ReportJson.VerdictHash(replay.Result));
        Assert.Empty(replay.Lacks);
    }

    /// <summary>The twins: without one of the events the hash is another.</summary>
    [Theory]
    [InlineData(RecordedEvent.Settings)]
    [InlineData(RecordedEvent.Hold)]
    [InlineData(RecordedEvent.End)]
    public void RunWithoutOneKindOfEvent_HasAnotherHash(string kind)
    {
        using var files = new SampleFiles();
        var live = Record(files);
        var control = Assert.Single(Directory.GetFiles(files.Path("recording"), "control-*.jsonl"));
        var lines = File.ReadAllLines(control);
        Assert.Contains(lines, line => RecordedEvent.Parse(line).Kind == kind);
        File.WriteAllLines(control, lines.Where(line => RecordedEvent.Parse(line).Kind != kind));
        Assert.NotEqual(ReportJson.VerdictHash(live), ReportJson.VerdictHash(Replay.Run(control, 1).Result));
    }

    /// <summary>A timer may fire before the tick is over: it is judged once, with all that came in it.</summary>
    [Fact]
    public void EarlyWakeUps_ChangeNoVerdict()
    {
        Assert.Equal(Hash(wakesEarly: false), Hash(wakesEarly: true));

        static string Hash(bool wakesEarly)
        {
            using var rig = new LiveRig();
            for (uint tick = 0; tick < 30; tick++)
            {
                rig.Deliver(Datagrams.NetFlow9(2 * tick, rig.Now, 40));
                if (wakesEarly)
                    rig.Engine.Tick();
                rig.Deliver(Datagrams.NetFlow9((2 * tick) + 1, rig.Now, 40));
                rig.Tick();
            }

            var result = rig.Engine.Finish();
            Assert.NotEmpty(result.Incidents);
            return ReportJson.VerdictHash(result);
        }
    }

    /// <summary>Templates and baselines of an earlier run stand in the recording: without its first datagrams it decodes alike.</summary>
    [Fact]
    public void RunAfterARestart_GivesTheLiveHash()
    {
        using var files = new SampleFiles();
        EngineMemory memory;
        using (var before = new LiveRig())
        {
            before.Deliver(Datagrams.NetFlow9(1, before.Now, 1));
            memory = before.Engine.Memory;
        }

        DetectionResult live;
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        using (var rig = new LiveRig(recorder: recorder))
        {
            rig.Engine.Restore(memory);
            for (uint second = 0; second < 20; second++)
            {
                rig.Deliver(Datagrams.NetFlow9(second + 2, rig.Now, 400, template: false));
                rig.Tick();
            }

            live = rig.Engine.Finish();
        }

        var control = Assert.Single(Directory.GetFiles(files.Path("recording"), "control-*.jsonl"));
        Assert.NotEmpty(live.Incidents);
        Assert.Equal(ReportJson.VerdictHash(live), ReportJson.VerdictHash(Replay.Run(control, 2).Result));
        File.WriteAllLines(control, File.ReadAllLines(control).Where(static line => RecordedEvent.Parse(line).Kind != RecordedEvent.Templates));
        Assert.Empty(Replay.Run(control, 2).Result.Incidents);
    }

    [Fact]
    public void Settings_WrittenAndRead_AreTheSame()
    {
        Assert.True(Prefix.TryParse("2001:db8::/32", out var prefix));
        var roles = new Dictionary<uint, InterfaceRole> { [7] = InterfaceRole.External, [9] = InterfaceRole.Ignored }.ToFrozenDictionary();
        var settings = LiveRig.Defaults with
        {
            Detection = new DetectorOptions
            {
                Protect = [prefix],
                Services = [new ProtectedService("shop", [prefix], new Floors { Syn = 123.25, VolumeBitsPerSecond = 1e9 })],
                Floors = new Floors { Udp = 7 },
                FalseAlarmProbability = 1e-9,
                Off = ["carpet"],
                QuietSeconds = 33,
            },
            Exporters = [new ExporterEntry("edge", Address.Parse("192.0.2.1"), 100) { Interfaces = new InterfaceRoles(roles, hasBoundary: true) }],
        };
        var read = RecordedSettings.Read(RecordedSettings.Write(settings));
        Assert.Equal(settings.Detection.Canonical(), read.Detection.Canonical());
        var entry = Assert.Single(read.Exporters);
        Assert.Equal(("edge", Address.Parse("192.0.2.1"), 100u, true), (entry.Name, entry.Address, entry.SamplingRate, entry.Interfaces.HasBoundary));
        Assert.Equal(roles.OrderBy(static role => role.Key), entry.Interfaces.Roles.OrderBy(static role => role.Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"start\",\"data\":{}}")]
    [InlineData("{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"start\",\"data\":{\"detection\":{\"maxHosts\":-5},\"exporters\":[{}]}}")]
    [InlineData("{\"atNanoseconds\":\"x\",\"datagrams\":0,\"kind\":\"start\"}")]
    [InlineData("{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"end\"}")]
    [InlineData(Start + "\n{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"hold\",\"data\":[]}")]
    [InlineData(Start + "\n{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"baselines\",\"data\":7}")]
    [InlineData(Start + "\n{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"templates\",\"data\":null}")]
    [InlineData(Start + "\n{\"atNanoseconds\":0,\"datagrams\":0,\"kind\":\"of a later version\"}")]
    public void ForeignControlFile_IsRefused(string text)
    {
        using var files = new SampleFiles();
        var path = files.Path("control-x.jsonl");
        File.WriteAllText(path, text);
        Assert.Throws<InvalidDataException>(() => Replay.Run(path, 1));
    }

    /// <summary>Times without sense take no time, and what is missing is told.</summary>
    [Fact]
    public void ControlFileOfAnotherAge_RunsAtOnce_AndLacksItsEnd()
    {
        using var files = new SampleFiles();
        var path = files.Path("control-x.jsonl");
        File.WriteAllText(path, Start + """
            {"atNanoseconds":9000000000000000000,"datagrams":0,"kind":"hold","data":9223372036854775807}
            {"atNanoseconds":9000000000000000000,"datagrams":99,"kind":"hold","data":1}
            {"atNanosec
            """.Insert(0, "\n"));
        var replay = Replay.Run(path, 1);
        Assert.Empty(replay.Result.Incidents);
        Assert.Equal(2, replay.Lacks.Count);
        File.AppendAllText(path, "\n" + """{"atNanoseconds":9000000000000000000,"datagrams":0,"kind":"end"}""");
        Assert.Throws<InvalidDataException>(() => Replay.Run(path, 1));
    }

    private const string Start = """{"atNanoseconds":0,"datagrams":0,"kind":"start","data":{"detection":{"protect":[],"services":[],"aggregates":[],"floors":{},"off":[]},"exporters":[]}}""";

    private static DetectionResult Record(SampleFiles files)
    {
        using var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch);
        using var rig = new LiveRig(settings => settings with { Detection = new DetectorOptions { QuietSeconds = 10 } }, recorder: recorder);
        uint sequence = 0;
        for (var tick = 0; tick < 60; tick++)
        {
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, 40));
            rig.Send(Datagrams.Ipfix(sequence * 10, rig.Now, 10), from: "::1");
            rig.AwaitReceived();
            sequence++;
            var settings = rig.Engine.Settings;
            if (tick == 20)
                rig.Engine.Reload(settings with { Detection = settings.Detection with { Floors = new Floors { Amplification = 700 } } });
            if (tick == 40)
                rig.Engine.Reload(settings with { Exporters = [settings.Exporters[0] with { SamplingRate = 10 }, settings.Exporters[1]] });
            rig.Send(Datagrams.NetFlow9(sequence, rig.Now, 40));
            rig.AwaitReceived();
            sequence++;
            rig.Tick();
        }

        // Nobody sends: blind, and the incident is held. Then quiet telemetry ends it.
        rig.Tick(TimeSpan.FromSeconds(30));
        for (var second = 0; second < 6; second++)
        {
            rig.Deliver(Datagrams.NetFlow9(sequence++, rig.Now, 1));
            rig.Deliver(Datagrams.Ipfix(sequence, rig.Now, 1), from: "::1");
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        rig.Tick(TimeSpan.FromSeconds(2));
        return rig.Engine.Finish();
    }
}
