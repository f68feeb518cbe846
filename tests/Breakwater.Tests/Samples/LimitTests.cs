using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Tests.Samples;

public sealed class LimitTests : IDisposable
{
    private readonly SampleFiles _files = new();

    [Fact]
    public void Limit_IsOneGibibyte() => Assert.Equal(1024L * 1024 * 1024, SampleRequest.MaximumBytes);

    [Theory]
    [InlineData("packets", "10kpps", "3m", true)] // about 0.9 GB
    [InlineData("packets", "10kpps", "4m", false)] // about 1.2 GB
    [InlineData("sflow", "100kpps", "40s", true)]
    [InlineData("sflow", "100kpps", "60s", false)]
    [InlineData("ipfix", "100kpps", "80s", true)]
    [InlineData("ipfix", "100kpps", "100s", false)]
    [InlineData("packets", "1pps", "90h", true)]
    [InlineData("netflow5", "1Mpps", "2m", false)] // too many packets
    public void TooLargeSample_IsRefusedBeforeItIsBegun(string format, string rate, string duration, bool fits)
    {
        var path = _files.Path("large.pcap");
        var arguments = new SampleArguments { Kind = Vectors.Name(Vector.NtpAmplification), Rate = rate, Duration = duration, As = format, Out = path, Seed = "1" };
        Assert.Equal(fits, SampleRun.Refusal(SampleRequest.Parse(arguments, out _)!) is null);
        if (fits)
            return;
        var (outcome, diagnostics) = SampleFiles.Run(arguments);
        Assert.Equal(SampleOutcome.Refused, outcome);
        Assert.Contains("the limit is", diagnostics, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    /// <summary>The estimate is near what is written, for vectors of every frame length.</summary>
    [Fact]
    public void Estimate_IsNearTheTruth()
    {
        foreach (var kind in SampleKind.All.Where(kind => kind.IsAttack && !kind.IsConversation))
        {
            var options = new ScenarioOptions(kind, 1) { PacketsPerSecond = 2_000, DurationNanoseconds = 1_000_000_000, MixPercent = 0 };
            var path = _files.Make("truth.pcap", new SampleArguments { Kind = kind.Name, Rate = "2kpps", Duration = "1s", Mix = "0%", Force = true });
            var estimate = (double)(Scenario.ExpectedFrameBytes(options) + (Scenario.ExpectedPackets(options) * 16));
            Assert.InRange(new FileInfo(path).Length / estimate, 0.85, 1.15);
        }
    }

    /// <summary>Downloads have longer frames than the estimate takes for quiet traffic, so this limit is only met while writing.</summary>
    [Fact]
    public void SampleThatOutgrowsItsLimit_IsStoppedAndLeavesNothing()
    {
        var path = _files.Path("grown.pcap");
        var arguments = new SampleArguments { Kind = "quiet-download", Rate = "500pps", Duration = "2s", Out = path };
        var (outcome, diagnostics) = SampleFiles.Run(arguments, limitBytes: 900_000);
        Assert.Equal(SampleOutcome.Refused, outcome);
        Assert.Equal("breakwater sample: stopped: a sample holds at most 900000 bytes\n", diagnostics);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!));

        Assert.Equal(SampleOutcome.Written, SampleFiles.Run(arguments, limitBytes: 1_100_000).Outcome);
    }

    [Theory]
    [InlineData(".pcap")]
    [InlineData(".pcap.gz")]
    public void File_NeverHoldsMoreThanItsLimit(string extension)
    {
        using var file = new SampleFile(_files.Path("limited" + extension), overwrite: false, limitBytes: 1_000);
        file.Content.Write(new byte[999]);
        Assert.Throws<OutputLimitException>(() => file.Content.Write(new byte[2]));
        file.Content.Write(new byte[1]);
        Assert.Throws<OutputLimitException>(() => file.Content.WriteByte(0));
        Assert.Equal(1_000, file.Content.Length);
    }

    [Fact]
    public void ExistingFile_IsKeptWithoutForce()
    {
        var path = _files.Path("kept.pcap");
        File.WriteAllText(path, "mine");
        var arguments = new SampleArguments { Kind = "quiet-mix", Rate = "100pps", Duration = "1s", Out = path };
        var (outcome, diagnostics) = SampleFiles.Run(arguments);
        Assert.Equal(SampleOutcome.Refused, outcome);
        Assert.Equal($"breakwater sample: '{path}' exists; --force replaces it\n", diagnostics);
        Assert.Equal("mine", File.ReadAllText(path));

        Assert.Equal(SampleOutcome.Written, SampleFiles.Run(arguments with { Force = true }).Outcome);
        Assert.NotEqual("mine", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void MissingFolder_IsAMessage()
    {
        var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { Kind = "quiet-mix", Out = _files.Path("no/such/folder.pcap") });
        Assert.Equal(SampleOutcome.Refused, outcome);
        Assert.StartsWith("breakwater sample: Could not find a part of the path", diagnostics, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
