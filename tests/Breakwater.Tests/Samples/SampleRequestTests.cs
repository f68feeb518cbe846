using System.CommandLine;
using Breakwater.Commands;
using Breakwater.Samples;

namespace Breakwater.Tests.Samples;

/// <summary>One wrong command line per mistake, each with its exact message.</summary>
public sealed class SampleRequestTests
{
    [Theory]
    [InlineData("quiet-mix --seed 1", "--out FILE is missing")]
    [InlineData("quiet-mix --out a.pcap", "--seed is missing: a sample is made again from its seed")]
    [InlineData("quiet-mix --out a.pcap --seed -1", "--seed '-1' is no number from 0 on")]
    [InlineData("--out a.pcap --seed 1", "KIND is missing; 'sample --list' shows the kinds")]
    [InlineData("quiet --out a.pcap --seed 1", "'quiet' is no kind of sample; 'sample --list' shows the kinds")]
    [InlineData("http-slow --out a.pcap --seed 1", "http-slow shows in web logs only: give --as log")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --as log", "--out 'a.pcap' does not tell what to write: let the name of a log end in .log, with .gz or without")]
    [InlineData("syn-flood --out a.log --seed 1 --as log", "'syn-flood' does not show in web logs: http-flood, http-cache-busting, http-slow, http-login-flood, http-scraping, quiet-mix, quiet-flash-crowd do")]
    [InlineData("http-flood --out a.log --seed 1 --as log --rate 5kpps", "--rate '5kpps' is no rate of requests up to 50,000 a second with its unit, such as 500rps")]
    [InlineData("http-flood --out a.log --seed 1 --as log --duration 1500ms", "--duration '1500ms' is no duration of whole seconds up to an hour, such as 60s or 5m")]
    [InlineData("http-flood --out a.log --seed 1 --as log --and syn-flood", "--and takes quiet-flash-crowd alone where a log is written")]
    [InlineData("http-flood --out a.log --seed 1 --as log --mix 10%", "--shape, --hosts, --on, --off, --mix and --outbound belong to packets and telemetry, not to --as log")]
    [InlineData("http-flood --out a.log --seed 1 --as log --sampling 10", "--sampling and --from belong to packets and telemetry, not to --as log")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --as pcap", "--as 'pcap' is none of packets, sflow, netflow5, netflow9, ipfix, log")]
    [InlineData("quiet-mix --out a.txt --seed 1", "--out 'a.txt' does not tell what to write: let it end in .pcap or .pcapng (with --as ipfix also .ipfix), each with .gz or without")]
    [InlineData("quiet-mix --out a.ipfix --seed 1 --as sflow", "--out 'a.ipfix' does not tell what to write: let it end in .pcap or .pcapng (with --as ipfix also .ipfix), each with .gz or without")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --duration 10", "--duration '10' is no duration with a unit, such as 10s or 500ms")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --rate 5000", "--rate '5000' is no packet rate with a unit, such as 800pps or 5kpps")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --mix 5%", "--mix belongs to attacks: quiet-mix is quiet as it is")]
    [InlineData("syn-flood --out a.pcap --seed 1 --mix 5", "--mix '5' is no share such as 10% (of the attack's packet rate; 0% for the attack alone) and no rate such as 500pps")]
    [InlineData("syn-flood --out a.pcap --seed 1 --shape wave", "--shape 'wave' is none of host, carpet, pulse, ramp")]
    [InlineData("http-flood --out a.pcap --seed 1 --shape carpet --hosts 4", "--shape carpet is not possible with http-flood")]
    [InlineData("syn-flood --out a.pcap --seed 1 --hosts 300", "--hosts belongs to --shape carpet")]
    [InlineData("syn-flood --out a.pcap --seed 1 --shape carpet --hosts 65537", "--hosts '65537' is no number from 2 to 65536")]
    [InlineData("ipv6-extension-header-flood --out a.pcap --seed 1 --shape carpet --hosts 300", "--hosts 300 is not possible with ipv6-extension-header-flood: at most 256 of IPv6")]
    [InlineData("syn-flood --out a.pcap --seed 1 --on 2s", "--on and --off belong to --shape pulse")]
    [InlineData("syn-flood --out a.pcap --seed 1 --shape pulse --on 2", "--on '2' is no duration with a unit, such as 10s or 500ms")]
    [InlineData("syn-flood --out a.pcap --seed 1 --shape pulse --off 2", "--off '2' is no duration with a unit, such as 10s or 500ms")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --mimic", "--and, --mimic, --outbound and --already-running belong to attacks: quiet-mix is quiet")]
    [InlineData("syn-flood --out a.pcap --seed 1 --and quiet-mix", "--and 'quiet-mix' is no vector; 'sample --list' shows them")]
    [InlineData("syn-flood --out a.pcap --seed 1 --mimic --and tcp-null-flood", "--mimic is not possible with tcp-null-flood: no ordinary traffic looks like it")]
    [InlineData("syn-flood --out a.pcap --seed 1 --outbound 0", "--outbound '0' is no number of own hosts from 1 to 100")]
    [InlineData("http-flood --out a.pcap --seed 1 --outbound 1", "--outbound is not possible with http-flood")]
    [InlineData("syn-flood --out a.pcap --seed 1 --outbound 1 --shape carpet", "--outbound is not possible with --shape carpet")]
    [InlineData("syn-flood --out a.pcap --seed 1 --shape pulse --and http-flood", "--shape pulse is not possible with http-flood")]
    [InlineData("quiet-mix --out a.pcap --seed 1 --shape carpet", "--shape carpet is not possible with quiet-mix")]
    [InlineData("http-flood --out a.pcap --seed 1 --shape pulse", "--shape pulse is not possible with http-flood")]
    [InlineData("syn-flood --out a.pcap --seed 1 --sampling 10", "--sampling belongs to telemetry: a capture cannot state a sampling rate")]
    [InlineData("syn-flood --out a.pcap --seed 1 --as sflow --sampling 0", "--sampling '0' is no number from 1 to 1000000")]
    [InlineData("syn-flood --out a.pcap --seed 1 --as netflow5 --sampling 16384", "--sampling 16384 does not fit NetFlow v5, which states at most 16383")]
    [InlineData("syn-flood --out a.pcap --seed 1 --as sflow --from b.pcap", "KIND and --from exclude each other: packets are made up or taken from a capture")]
    [InlineData("--out a.pcap --seed 1 --as sflow --from b.pcap --rate 5kpps", "--duration, --rate, --mix and --shape belong to KIND; with --from the capture decides")]
    [InlineData("--out a.pcap --seed 1 --as sflow --from b.pcap --mimic", "--hosts, --on, --off, --and, --mimic, --outbound and --already-running belong to KIND; with --from the capture decides")]
    [InlineData("--out a.pcap --seed 1 --from b.pcap", "--from converts to telemetry: give --as sflow, netflow5, netflow9 or ipfix")]
    public void WrongUsage_IsExplained(string arguments, string message)
    {
        var (code, _, error) = Invoke(arguments);
        Assert.Equal(2, code);
        Assert.Equal($"breakwater sample: {message}\n", error);
    }

    [Fact]
    public void Usage_WrittenOut_IsUnderstood()
    {
        var request = SampleRequest.Parse(
            new SampleArguments { Kind = "syn-flood", Out = "a.pcapng.gz", As = "sflow", Sampling = "1000", Duration = "90s", Rate = "2kpps", Shape = "pulse", Mix = "25%", Seed = "18446744073709551615", Force = true },
            out var error);
        Assert.Equal("", error);
        Assert.Equal((SampleFormat.Sflow, 1000u, ulong.MaxValue, true), (request!.Format, request.Sampling, request.Seed, request.Overwrite));
        Assert.Equal(
            new ScenarioOptions(SampleKind.Find("syn-flood")!, ulong.MaxValue) { DurationNanoseconds = 90_000_000_000, PacketsPerSecond = 2_000, Shape = AttackShape.Pulse, MixPercent = 25 },
            request.Scenario);
    }

    [Fact]
    public void Variants_WrittenOut_AreUnderstood()
    {
        var arguments = new SampleArguments { Kind = "syn-flood", Out = "a.pcap", Seed = "1", Shape = "pulse", On = "3s", Off = "30s", Mix = "500pps", And = ["ack-flood"], Mimic = true, Outbound = "2", AlreadyRunning = true };
        var scenario = SampleRequest.Parse(arguments, out var error)!.Scenario!;
        Assert.Equal("", error);
        Assert.Equal((AttackShape.Pulse, 3_000_000_000L, 30_000_000_000L), (scenario.Shape, scenario.OnNanoseconds, scenario.OffNanoseconds));
        Assert.Equal((500L, true, 2, true), (scenario.QuietPacketsPerSecond, scenario.Mimics, scenario.OutboundSenders, scenario.AlreadyRunning));
        Assert.Equal(["ack-flood"], scenario.Further.Select(kind => kind.Name));
        Assert.Equal(65_536, SampleRequest.Parse(new SampleArguments { Kind = "syn-flood", Out = "a.pcap", Seed = "1", Shape = "carpet", Hosts = "65536" }, out _)!.Scenario!.Hosts);
    }

    [Fact]
    public void List_ShowsEveryKindWithItsDescription()
    {
        var (code, output, _) = Invoke("--list");
        Assert.Equal(0, code);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(SampleKind.All.Select(kind => kind.Name), lines.Select(line => line.Split(' ')[0]));
        Assert.All(SampleKind.All, kind => Assert.False(string.IsNullOrWhiteSpace(kind.Description)));
        Assert.Equal(SampleKind.All.Length, SampleKind.All.Select(kind => kind.Description).Distinct().Count());
    }

    [Fact]
    public void Run_WritesTheFileAndSaysSo()
    {
        using var files = new SampleFiles();
        var path = files.Path("a.pcap");
        var (code, output, error) = Invoke($"syn-flood --out {path} --seed 1 --rate 200pps --duration 1s");
        Assert.Equal((0, ""), (code, output));
        Assert.Matches($"^{path}: [0-9]+ packets, {new FileInfo(path).Length} bytes\n$", error);
    }

    private static (int Code, string Output, string Error) Invoke(string arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = SampleCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
