using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Live;
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
        Assert.Equal([RecordedEvent.Start, RecordedEvent.End], control.Select(static line => RecordedEvent.Parse(line).Kind));
    }

    /// <summary>Who sends at a running engine cannot know its hashes; its recording has what it takes to judge in the same way.</summary>
    [Fact]
    public void Serve_DrawsItsSeed_ThatFurtherSettingsAndRecordingsKeep()
    {
        Assert.NotEqual(SecretSeed.Draw(), SecretSeed.Draw());
        var settings = LiveConfiguration.Settings(new BreakwaterConfig(), threads: 1);
        Assert.Equal(SecretSeed.OfProcess, settings.Detection.Seed);
        Assert.NotEqual(DetectorOptions.PublicSeed, settings.Detection.Seed);
        Assert.Equal(settings.Detection.Seed, LiveConfiguration.Settings(new BreakwaterConfig(), threads: 1).Detection.Seed);
        Assert.Equal(settings.Detection.Seed, RecordedSettings.Read(RecordedSettings.Write(settings)).Detection.Seed);
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

    /// <summary>A buffer and a half within a tenth of a second: a buffer is written once it is half full, not only when its time has come.</summary>
    [Fact]
    public void Recording_OfABurst_IsWhole()
    {
        using var files = new SampleFiles();
        var datagram = new byte[60_000];
        var source = Breakwater.Wire.Address.Parse("192.0.2.250");
        const int perBuffer = StreamRecorder.MaximumWaitingBytes / 60_100;
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        {
            for (var number = 0; number < perBuffer * 3 / 2; number++)
            {
                recorder.Write(source, 50_000, datagram, number);
                if (number % (perBuffer / 4) == 0)
                    Thread.Sleep(15);
            }

            Assert.Equal(0, recorder.Dropped);
        }

        Assert.True(Directory.GetFiles(files.Path("recording"), "*.pcap").Sum(static path => new FileInfo(path).Length) > perBuffer * 3L / 2 * datagram.Length);
    }

    /// <summary>Nothing but the recording ends, and what was recorded before stays readable.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FurtherFile_ThatCannotBeMade_EndsTheRecording(bool isInTheWay)
    {
        using var files = new SampleFiles();
        var folder = files.Path("recording");
        string? failure;
        long dropped;
        using (var recorder = new StreamRecorder(folder, DateTimeOffset.UnixEpoch, maximumFileBytes: 100))
        {
            if (isInTheWay)
                File.WriteAllText(Path.Combine(folder, "telemetry-19700101T000000-1.pcap"), "");
            Record(recorder, 0);
            Await(() => new FileInfo(Path.Combine(folder, "telemetry-19700101T000000.pcap")).Length > 100);
            Record(recorder, 1);
            Await(() => recorder.Failure is not null || new FileInfo(Path.Combine(folder, "telemetry-19700101T000000-1.pcap")) is { Exists: true, Length: > 100 });
            Record(recorder, 2);
            recorder.Note(3, "hold", 1);
            (failure, dropped) = (recorder.Failure, recorder.Dropped);
        }

        Assert.Equal((isInTheWay, isInTheWay ? 3 : 0), (failure is not null, dropped));
        Assert.Single(SampleFiles.Frames(Path.Combine(folder, "telemetry-19700101T000000.pcap")));
        if (!isInTheWay)
            Assert.Equal(3, Directory.GetFiles(folder, "*.pcap").Sum(static path => SampleFiles.Frames(path).Count));
    }

    [Fact]
    public void Piece_WrittenInPart_IsCutOff()
    {
        using var disk = new FullDisk(roomBytes: 10);
        using var file = new RecordingFile(disk);
        file.Append([1, 2, 3, 4, 5, 6]);
        Assert.Throws<IOException>(() => file.Append([7, 8, 9, 10, 11, 12]));
        Assert.Equal([1, 2, 3, 4, 5, 6], disk.ToArray());
        Assert.Equal(6, file.Length);
        file.Append([7, 8, 9, 10]);
        Assert.Equal(10, disk.Length);
    }

    [Fact]
    public void Recording_IsItsOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are those of Unix");
        if (OperatingSystem.IsWindows())
            return;
        using var files = new SampleFiles();
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
            Record(recorder, 0);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(files.Path("recording")));
        var made = Directory.GetFiles(files.Path("recording"));
        Assert.Equal(2, made.Length);
        foreach (var path in made)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    private static void Record(StreamRecorder recorder, uint number) =>
        recorder.Write(Breakwater.Wire.Address.Parse("192.0.2.250"), 50_000, Datagrams.NetFlow9(number, LiveRig.Start, 5), LiveRig.Start + number);

    private static void Await(Func<bool> isDone) => Assert.True(SpinWait.SpinUntil(isDone, TimeSpan.FromSeconds(20)));

    /// <summary>Takes what there is room for, and then fails, as a disk does.</summary>
    private sealed class FullDisk(int roomBytes) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var room = Math.Min(buffer.Length, roomBytes - (int)Position);
            base.Write(buffer[..room]);
            if (room < buffer.Length)
                throw new IOException("no space left");
        }
    }

    private static string Hash(string path) => ReportJson.VerdictHash(AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions(), TimeProvider.System));
}
