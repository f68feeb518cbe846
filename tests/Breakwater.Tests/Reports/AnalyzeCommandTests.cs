using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Breakwater.Tests.Geo;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Reports;

/// <summary><c>analyze</c> from outside: options, exit codes, and what goes to which stream.</summary>
public sealed class AnalyzeCommandTests : IDisposable
{
    private static readonly string _capture = Path.Combine(SourceTree.Root, "samples", "ntp-amplification.pcap.gz");

    private readonly GeoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Explain_KnownAndUnknownId()
    {
        using var whole = JsonDocument.Parse(Run(_capture, "--format", "json").Output);
        var id = whole.RootElement.GetProperty("incidents")[0].GetProperty("id").GetString()!;

        var (code, output, errors) = Run(_capture, "--explain", id);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("Attack on 203.0.113.10: ntp-amplification (high confidence).\n", output, StringComparison.Ordinal);
        Assert.Contains("measure packetsPerSecond: value ", output, StringComparison.Ordinal);

        using var one = JsonDocument.Parse(Run(_capture, "--explain", id, "--format", "json").Output);
        Assert.Equal(id, one.RootElement.GetProperty("incidents")[0].GetProperty("id").GetString());
        Assert.Equal(whole.RootElement.GetProperty("verdictHash").GetString(), one.RootElement.GetProperty("verdictHash").GetString());

        Assert.Equal((2, "", $"breakwater: no incident 'inc-0' is in the input; there is {id}\n"), Run(_capture, "--explain", "inc-0"));
    }

    [Fact]
    public void Config_Good_NamesTheServiceAndChangesTheHash()
    {
        var config = Write("good.yaml", "version: 1\nservices: [{name: clock, addresses: [203.0.113.10]}]\n");
        var (code, output, errors) = Run(_capture, "--config", config);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("Attack on 203.0.113.10 (service clock): ", output, StringComparison.Ordinal);

        using var with = JsonDocument.Parse(Run(_capture, "--config", config, "--format", "json").Output);
        using var without = JsonDocument.Parse(Run(_capture, "--format", "json").Output);
        Assert.Equal("clock", with.RootElement.GetProperty("incidents")[0].GetProperty("service").GetString());
        Assert.NotEqual(without.RootElement.GetProperty("configHash").GetString(), with.RootElement.GetProperty("configHash").GetString());
    }

    [Fact]
    public void Config_DetectorsOff_FindNothing()
    {
        var config = Write("off.yaml", "version: 1\ndetection: {off: [amplification, unasked-replies, fixed-port, udp, volume]}\n");
        Assert.StartsWith("No attack found", Run(_capture, "--config", config).Output, StringComparison.Ordinal);
        Assert.StartsWith("Attack on ", Run(_capture).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Config_WithMistakes_TellsAllAndExitsWithTwo()
    {
        var config = Write("bad.yaml", "version: 1\nservces: []\ndetection: {off: [carpets], quiet: 30}\n");
        var (code, output, errors) = Run(_capture, "--config", config);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("did you mean 'services'?", errors, StringComparison.Ordinal);
        Assert.Contains("unknown detector 'carpets'; did you mean 'carpet'?", errors, StringComparison.Ordinal);
        Assert.EndsWith("3 mistakes\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Geo_NamedFile_IsUsedOrRefused()
    {
        var good = _folder.Write("good.mmdb", GeoFolder.Database("198.18.0.0/15", GeoFolder.CountryRecord("NL")));
        Assert.Contains("\nFrom: NL 100 % (by senders, forged senders included).\n", Run(_capture, "--geo", good).Output, StringComparison.Ordinal);
        var config = Write("geo.yaml", "version: 1\ngeo: {countries: good.mmdb}\n");
        Assert.Contains("\nFrom: NL 100 %", Run(_capture, "--config", config).Output, StringComparison.Ordinal);

        var (code, output, errors) = Run(_capture, "--geo", good, "--geo", Write("bad.mmdb", "no database"));
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("breakwater: geo data '", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n", "a CSV table, which is not read")]
    [InlineData("{\"a\":1}\n", "JSON text, which is not read")]
    [InlineData("one line of a log\n", "text, which is not read")]
    [InlineData("\u000c\u00a5\u0001\0\0\0\0\0", "an nfdump file, which is not read")]
    [InlineData("\0\u0001\u0002\u0003", "not a capture, NetFlow, IPFIX or sFlow")]
    [InlineData("", "it is empty")]
    public void File_OfAnotherKind_ExitsWithThreeAndSaysWhatItIs(string content, string said)
    {
        var path = _folder.Write("input", System.Text.Encoding.Latin1.GetBytes(content));
        var (code, output, errors) = Run(path);
        Assert.Equal((3, ""), (code, output));
        Assert.StartsWith($"breakwater: {path}: {said}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void File_CompressedTable_IsSeenThrough()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write("start,end,src,sport\n1,2,3,4\n"u8);
        var (code, _, errors) = Run(_folder.Write("table.gz", buffer.ToArray()));
        Assert.Equal(3, code);
        Assert.Contains("a CSV table", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_NoTerminal_HaveNoProgress() => Assert.Equal("", Run(_capture).Errors);

    private string Write(string name, string text) => _folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "breakwater"), ["analyze", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
