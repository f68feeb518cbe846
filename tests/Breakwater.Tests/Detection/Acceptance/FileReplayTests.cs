using System.IO.Compression;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>The verdict's hash does not depend on the order, the names or the compression of files. Read sizes and pipes:
/// <c>tests/acceptance/replay.sh</c>.</summary>
public sealed class FileReplayTests
{
    private static string Hash(params string[] paths) =>
        ReportJson.VerdictHash(AnalyzeRun.Run(paths, InputOptions.Default, new DetectorOptions(), TimeProvider.System));

    private static string[] Make(SampleFiles files) =>
    [
        files.Make("a.pcap", new SampleArguments { Kind = Vectors.Name(Vector.SynFlood), Rate = "3kpps", Duration = "3s" }),
        files.Make("b.pcap", new SampleArguments { Kind = Vectors.Name(Vector.NtpAmplification), Rate = "20kpps", Duration = "4s", As = "sflow", Sampling = "10", Seed = "2" }),
        files.Make("c.pcapng", new SampleArguments { Kind = Vectors.Name(Vector.DnsAmplification), Rate = "4kpps", Duration = "5s", As = "ipfix", Shape = "carpet", Seed = "3" }),
    ];

    [Fact]
    public void Files_InAnyOrder_SameHash()
    {
        using var files = new SampleFiles();
        var paths = Make(files);
        var expected = Hash(paths);
        Assert.All([[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], (int[] order) => Assert.Equal(expected, Hash([.. order.Select(at => paths[at])])));
        Assert.NotEqual(expected, Hash(paths[1..]));
    }

    [Fact]
    public void Files_RenamedOrCompressed_SameHash()
    {
        using var files = new SampleFiles();
        var paths = Make(files);
        var expected = Hash(paths);
        var renamed = new[] { "z", "y.bin", "x.pcap" }.Select(files.Path).ToArray();
        for (var at = 0; at < paths.Length; at++)
            File.Copy(paths[at], renamed[at]);
        Assert.Equal(expected, Hash(renamed));
        for (var at = 0; at < paths.Length; at++)
            Compress(paths[at], renamed[at]);
        Assert.Equal(expected, Hash(renamed));
    }

    private static void Compress(string from, string to)
    {
        using var gzip = new GZipStream(File.Create(to), CompressionLevel.Fastest);
        using var content = File.OpenRead(from);
        content.CopyTo(gzip);
    }
}
