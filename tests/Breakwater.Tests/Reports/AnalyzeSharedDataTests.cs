using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Reports;

/// <summary><c>analyze</c> on real captures against their known truth.</summary>
public sealed class AnalyzeSharedDataTests
{
    private static AnalysisReport Analyze(params string[] paths) =>
        AnalyzeRun.Run(paths, InputOptions.Default, new DetectorOptions(), TimeProvider.System);

    [Fact]
    public void Analyze_AttackCaptures_AreNamedRightly()
    {
        var wrong = new List<string>();
        foreach (var truth in CaptureTruth.Of("ddos-pcap").Where(static truth => truth.Kind == "attack"))
        {
            if (truth.Problem(Analyze(SharedData.Path(truth.File)).Result) is { } problem)
                wrong.Add($"{truth.File}: {problem}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Analyze_BenignCaptures_AreSilent()
    {
        var captures = CaptureTruth.Of("ddos-pcap", "benign-pcap", "pcap-decode").Where(static truth => truth.Kind == "benign").ToList();
        var loud = captures.Where(static truth => !Analyze(SharedData.Path(truth.File)).Result.Incidents.IsEmpty).Select(static truth => truth.File);

        Assert.Empty(loud);
        Assert.True(captures.Count > 40, "the benign captures are gone");
    }

    [Fact]
    public void Analyze_FilesInOtherOrder_SameVerdictHash()
    {
        var paths = CaptureTruth.Of("ddos-pcap").Select(static truth => SharedData.Path(truth.File)).ToArray();
        var forward = Analyze(paths);
        var backward = Analyze([.. paths.Reverse()]);

        Assert.True(forward.Result.Incidents.Length >= 5);
        Assert.Equal(ReportJson.VerdictHash(forward), ReportJson.VerdictHash(backward));
        Assert.NotEqual(ReportJson.VerdictHash(forward), ReportJson.VerdictHash(Analyze(paths[1..])));
    }
}
