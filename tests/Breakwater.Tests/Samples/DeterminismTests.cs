using System.IO.Compression;
using Breakwater.Samples;

namespace Breakwater.Tests.Samples;

public sealed class DeterminismTests : IDisposable
{
    private readonly SampleFiles _files = new();

    public static TheoryData<string> Kinds => [.. SampleKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SameArguments_SameBytes_OtherSeed_OtherBytes(string kind)
    {
        var arguments = new SampleArguments { Kind = kind, Duration = "500ms", Rate = "400pps" };
        Assert.Equal(Bytes("a.pcap", arguments), Bytes("b.pcap", arguments));
        Assert.NotEqual(Bytes("a.pcap", arguments), Bytes("b.pcap", arguments with { Seed = "2" }));
    }

    [Theory]
    [InlineData("sflow", ".pcap")]
    [InlineData("netflow5", ".pcap")]
    [InlineData("netflow9", ".pcapng")]
    [InlineData("ipfix", ".pcap")]
    [InlineData("ipfix", ".ipfix")]
    public void Telemetry_SameArguments_SameBytes_OtherSeed_OtherBytes(string format, string extension)
    {
        var arguments = new SampleArguments { Kind = SampleKind.All[0].Name, As = format, Sampling = "3", Duration = "1s", Rate = "1kpps" };
        Assert.Equal(Bytes("a" + extension, arguments), Bytes("b" + extension, arguments));
        Assert.NotEqual(Bytes("a" + extension, arguments), Bytes("b" + extension, arguments with { Seed = "2" }));
    }

    /// <summary>The packets under a sample do not depend on how it is written: --as and --sampling draw from a stream of their own.</summary>
    [Fact]
    public void Sampling_LeavesThePacketsAsTheyAre()
    {
        var arguments = new SampleArguments { Kind = SampleKind.All[0].Name, Duration = "1s", Rate = "1kpps" };
        var all = Exports.Read(_files.Make("all.pcap", arguments with { As = "sflow" })).SflowSamples.Select(sample => Convert.ToHexString(sample.Header)).ToHashSet();
        var some = Exports.Read(_files.Make("some.pcap", arguments with { As = "sflow", Sampling = "10" })).SflowSamples.Select(sample => Convert.ToHexString(sample.Header)).ToList();
        Assert.InRange(some.Count, 50, 200);
        Assert.All(some, header => Assert.Contains(header, all));
    }

    [Fact]
    public void Gzip_HoldsThePlainFile()
    {
        var arguments = new SampleArguments { Kind = "quiet-mix", Duration = "1s", Rate = "300pps" };
        var plain = Bytes("plain.pcap", arguments);
        using var gzip = new GZipStream(File.OpenRead(_files.Make("packed.pcap.gz", arguments)), CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        gzip.CopyTo(unpacked);
        Assert.Equal(plain, unpacked.ToArray());
        Assert.True(new FileInfo(_files.Path("packed.pcap.gz")).Length < plain.Length / 2);
    }

    [Fact]
    public void Pcapng_HoldsThePacketsOfPcap()
    {
        var arguments = new SampleArguments { Kind = "quiet-mix", Duration = "1s", Rate = "300pps" };
        var pcap = SampleFiles.Frames(_files.Make("a.pcap", arguments));
        var pcapng = SampleFiles.Frames(_files.Make("a.pcapng", arguments));
        Assert.Equal(pcap.Select(frame => Convert.ToHexString(frame.Frame)), pcapng.Select(frame => Convert.ToHexString(frame.Frame)));
        Assert.Equal(pcap.Select(frame => frame.Nanoseconds), pcapng.Select(frame => frame.Nanoseconds / 1_000 * 1_000));
    }

    public void Dispose() => _files.Dispose();

    private byte[] Bytes(string name, SampleArguments arguments) => File.ReadAllBytes(_files.Make(name, arguments with { Force = true }));
}
