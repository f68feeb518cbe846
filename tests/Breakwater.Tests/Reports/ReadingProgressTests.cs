using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Reports;

/// <summary>The line that long work shows, and that short work does not.</summary>
public sealed class ReadingProgressTests
{
    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(Seconds * 1000);
    }

    [Fact]
    public void Look_LongWork_ShowsOneLineAndErasesIt()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[10_000]);
            using var file = InputFile.Open(path, InputKind.Unknown);
            var summary = new DecodeSummary { Packets = 12_345_678 };
            summary.Inputs.Add(new InputSummary("/tmp/your\x1bs.pcap") { Reading = file });
            using var terminal = new StringWriter();
            var clock = new Clock();
            var progress = new ReadingProgress(terminal, clock);

            progress.Look(summary);
            progress.Erase();
            Assert.Equal("", terminal.ToString());

            clock.Seconds = 2.1;
            progress.Look(summary);
            progress.Look(summary);
            progress.Erase();
            progress.Erase();
            Assert.Equal("\rreading your\uFFFDs.pcap: 40 %, 12.3 M records\x1b[K\r\x1b[K", terminal.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Look_Pipe_HasNoShare()
    {
        var summary = new DecodeSummary { Packets = 5 };
        summary.Inputs.Add(new InputSummary("-"));
        using var terminal = new StringWriter();
        var clock = new Clock();
        var progress = new ReadingProgress(terminal, clock);
        clock.Seconds = 3;
        progress.Look(summary);

        Assert.Equal("\rreading standard input: 5 records\x1b[K", terminal.ToString());
    }
}
