using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Reports;

public sealed class ReportTests
{
    private static DetectionResult Attack() => Detect(
        Stream(3000, 4, static (index, time) => Udp(time, Sender(index % 700), 389, Victim, 20_000 + (index * 7 % 40_000), 1400)));

    private static DetectionResult Quiet() => Detect(
        Stream(10, 4, static (index, time) => Udp(time, Sender(index % 3), 40_000, Victim, 20_000, 140)));

    /// <summary>Keys of an object, and of the objects below it, as <c>a.b</c>; arrays count with their first entry.</summary>
    private static IEnumerable<string> Keys(JsonNode? node, string prefix = "") => node switch
    {
        JsonObject members => members.SelectMany(member => Keys(member.Value, prefix + member.Key + ".").Prepend(prefix + member.Key)),
        JsonArray { Count: > 0 } items => Keys(items[0], prefix),
        _ => [],
    };

    [Fact]
    public void Document_Attack_HasEveryKeyOfTheContract()
    {
        var report = Report(Attack()) with { Inputs = [new ReportInput("a.pcap", "packets", 1, 2, Start, Start, 0, null)] };
        string[] expected =
        [
            "schema", "version", "configHash", "geo", "verdictHash", "complete", "warnings",
            "inputs", "inputs.path", "inputs.kind", "inputs.records", "inputs.bytes", "inputs.firstSeen", "inputs.lastSeen", "inputs.decodeErrors",
            "incidents", "incidents.id", "incidents.target", "incidents.target.kind", "incidents.target.value", "incidents.target.direction",
            "incidents.service", "incidents.shape", "incidents.verdict", "incidents.confidence", "incidents.state", "incidents.vectors",
            "incidents.vectors.name", "incidents.vectors.protocol", "incidents.vectors.sourcePort", "incidents.vectors.destinationPort",
            "incidents.vectors.share", "incidents.startedAt", "incidents.detectedAt", "incidents.endedAt", "incidents.peak",
            "incidents.peak.windowSeconds", "incidents.peak.packetsPerSecond", "incidents.peak.bitsPerSecond", "incidents.peak.requestsPerSecond",
            "incidents.total", "incidents.total.packets", "incidents.total.bytes", "incidents.total.requests", "incidents.sources",
            "incidents.sources.distinct", "incidents.sources.proven", "incidents.sources.top", "incidents.sources.countries",
            "incidents.sources.asns", "incidents.sources.seenBefore", "incidents.reasons", "incidents.reasons.text", "incidents.reasons.measure", "incidents.reasons.value",
            "incidents.reasons.threshold", "incidents.reasons.counterfactual", "incidents.telemetry", "incidents.telemetry.samplingRate",
            "incidents.telemetry.health", "incidents.limits", "incidents.mitigations", "elapsedSeconds",
        ];

        var keys = Keys(ReportJson.Document(report)).ToHashSet(StringComparer.Ordinal);
        keys.RemoveWhere(static key => key.Split('.')[^1] is "value" or "low" or "high" or "samples" && key.Contains("peak", StringComparison.Ordinal));
        foreach (var estimate in new[] { "total.packets", "total.bytes", "sources.distinct", "sources.proven" })
        {
            foreach (var member in new[] { "value", "low", "high", "samples" })
                Assert.True(keys.Remove($"incidents.{estimate}.{member}"));
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void VerdictHash_OtherPathsTimesAndVersions_IsTheSame()
    {
        var report = Report(Attack());
        var other = report with { Inputs = [new ReportInput("b.pcap", "packets", 1, 2, null, null, 0, null)], ElapsedSeconds = 9, Complete = false };

        Assert.Equal(ReportJson.VerdictHash(report), ReportJson.VerdictHash(other));
        Assert.NotEqual(ReportJson.VerdictHash(report), ReportJson.VerdictHash(Report(Quiet())));
    }

    [Fact]
    public void ConfigHash_OtherOptions_Differs()
    {
        var report = Report(Quiet());
        Assert.Equal(report.ConfigHash, (report with { Options = new DetectorOptions() }).ConfigHash);
        Assert.NotEqual(report.ConfigHash, (report with { Options = new DetectorOptions { QuietSeconds = 61 } }).ConfigHash);
    }

    /// <summary>Runs of one configuration tell it by one hash, whatever they drew.</summary>
    [Fact]
    public void ConfigHash_OtherSeed_IsTheSame()
    {
        var report = Report(Quiet());
        Assert.Equal(report.ConfigHash, (report with { Options = new DetectorOptions { Seed = 1 } }).ConfigHash);
    }

    [Theory]
    [InlineData(9_007_199_254_740_992.0, "9007199254740992")]
    [InlineData(9_007_199_254_740_994.0, "\"9007199254740994\"")]
    [InlineData(1234567.891, "1234568")]
    [InlineData(0.0234971234, "0.0234971")]
    [InlineData(12.0, "12")]
    public void Number_OfEachSize_KeepsWhatIsTrue(double value, string json) => Assert.Equal(json, IncidentJson.Number(value)!.ToJsonString());

    [Fact]
    public void Number_NotFinite_IsNull()
    {
        Assert.Null(IncidentJson.Number(double.NaN));
        Assert.Null(IncidentJson.Number(null));
    }

    [Fact]
    public void Text_Attack_SaysItFirst()
    {
        var text = new StringWriter();
        ReportText.Write(Report(Attack()), text);
        var lines = text.ToString().Split('\n');

        Assert.Equal("Attack on 203.0.113.80: cldap-amplification (medium confidence).", lines[0]);
        Assert.StartsWith("Peak 3,000 packets/s, 33.6 Mbit/s over 1 s; in all 12,000 packets, 16.8 MB, from about ", lines[1], StringComparison.Ordinal);
        Assert.Contains("  Why:", lines, StringComparer.Ordinal);
        Assert.DoesNotContain(lines, static line => line.Length > 160);
    }

    [Fact]
    public void Text_Quiet_IsOneSentence()
    {
        var text = new StringWriter();
        ReportText.Write(Report(Quiet()), text);

        Assert.Equal("No attack found in 40 records over 3.9 s, towards 1 host.", text.ToString().TrimEnd());
    }

    [Fact]
    public void Sparkline_Values_GetHeights()
    {
        Assert.Equal("▁▄█ ", Sparkline.Draw([1, 9, 16, 0]).Replace('▅', '▄'));
        Assert.Equal("█", Sparkline.Draw([7]));
    }

    [Fact]
    public void Feed_TimesThatJumpBack_AreLeftOutOrMerged()
    {
        var late = Udp(Start, Sender(1), 4000, Victim, 4000, 100);
        var early = Udp(Start - 5_000_000_000, Sender(1), 4000, Victim, 4000, 100);

        var straight = new DetectorFeed(new Detector(new DetectorOptions()));
        straight.OnFlow(late);
        straight.OnFlow(early);
        Assert.Equal(1, straight.OutOfOrder);

        var detector = new Detector(new DetectorOptions());
        var merging = new MergingFeed(new DetectorFeed(detector));
        merging.OnFlow(late);
        merging.OnFlow(early);
        merging.Flush();
        Assert.Equal(0, merging.OutOfOrder);
        Assert.Equal(2, detector.Finish().Records);
    }
}
