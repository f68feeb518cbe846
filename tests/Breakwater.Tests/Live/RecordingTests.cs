using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Live;

public sealed class RecordingTests
{
    [Theory]
    [InlineData("sflow")]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void Recording_Analyzed_GivesTheLiveVerdicts(string format)
    {
        using var files = new SampleFiles();
        var frames = SampleFiles.Frames(files.Make("attack.pcap", new SampleArguments { Kind = "dns-amplification", As = format, Duration = "3s", Rate = "2kpps" }));
        DetectionResult live;
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        {
            using var rig = new LiveRig(start: frames[0].Nanoseconds, recorder: recorder);
            foreach (var (index, (frame, nanoseconds)) in frames.Index())
            {
                rig.GoTo(nanoseconds);
                // Several at a time, so that threads, ports and times of arrival mix as they do.
                rig.Send(SampleFiles.Datagram(frame));
                rig.Send("no telemetry"u8, number: 1);
                rig.Send(SampleFiles.Datagram(frame), from: "127.0.0.66");
                if (index % 5 == 0)
                    rig.AwaitReceived();
            }

            rig.AwaitReceived();
            live = rig.Engine.Finish();
            Assert.Equal(0, recorder.Dropped);
        }

        var recorded = Assert.Single(Directory.GetFiles(files.Path("recording"), "*.pcap"));
        var file = AnalyzeRun.Run([recorded], InputOptions.Default, new DetectorOptions { Shards = 4 }, TimeProvider.System);
        Assert.NotEmpty(live.Incidents);
        Assert.Equal(ReportJson.VerdictHash(Breakwater.Tests.Detection.Traffic.Report(live)), ReportJson.VerdictHash(Breakwater.Tests.Detection.Traffic.Report(file.Result)));
        var control = File.ReadAllLines(Assert.Single(Directory.GetFiles(files.Path("recording"), "*.jsonl")));
        Assert.Contains("\"kind\":\"start\"", Assert.Single(control), StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_WithoutADatagram_HasAnotherHash()
    {
        // The twin: one datagram less is another verdict.
        using var files = new SampleFiles();
        var path = files.Make("attack.pcap", new SampleArguments { Kind = "dns-amplification", As = "netflow9", Duration = "3s", Rate = "2kpps" });
        var frames = SampleFiles.Frames(path);
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        {
            foreach (var (frame, nanoseconds) in frames.Where((_, index) => index != frames.Count / 2))
                recorder.Write(Breakwater.Wire.Address.Parse("192.0.2.250"), 50_000, SampleFiles.Datagram(frame), nanoseconds);
        }

        var recorded = Assert.Single(Directory.GetFiles(files.Path("recording"), "*.pcap"));
        Assert.NotEqual(Hash(path), Hash(recorded));
    }

    private static string Hash(string path) => ReportJson.VerdictHash(AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions(), TimeProvider.System));
}
