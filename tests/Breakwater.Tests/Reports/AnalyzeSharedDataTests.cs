using System.Text.Json;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Reports;

/// <summary><c>analyze</c> on real captures against their known truth.</summary>
public sealed class AnalyzeSharedDataTests
{
    private sealed record Truth(string File, string Kind, string[] Vectors, string[]? Allowed, string[]? Verdicts, string? Target);

    private static readonly JsonSerializerOptions _camelCase = new(JsonSerializerDefaults.Web);

    private static List<Truth> Captures(params string[] folders)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Path("TRUTH.json")));
        return [.. document.RootElement.GetProperty("files").EnumerateArray()
            .Where(file => folders.Any(folder => file.GetProperty("file").GetString()!.StartsWith(folder + "/", StringComparison.Ordinal)))
            .Where(static file => IsCapture(file.GetProperty("file").GetString()!))
            .Select(static file => file.Deserialize<Truth>(_camelCase)!)];
    }

    private static bool IsCapture(string path) => Path.GetExtension(path) is ".pcap" or ".pcapng" or ".cap";

    private static AnalysisReport Analyze(params string[] paths) =>
        AnalyzeRun.Run(paths, InputOptions.Default, new DetectorOptions(), TimeProvider.System);

    [Fact]
    public void Analyze_AttackCaptures_AreNamedRightly()
    {
        var wrong = new List<string>();
        foreach (var truth in Captures("ddos-pcap").Where(static truth => truth.Kind == "attack"))
        {
            if (Problem(truth, Analyze(SharedData.Path(truth.File)).Result) is { } problem)
                wrong.Add($"{truth.File}: {problem}");
        }

        Assert.Empty(wrong);
    }

    private static string? Problem(Truth truth, DetectionResult result)
    {
        if (result.Incidents.Length != 1)
            return $"{result.Incidents.Length} incidents";
        var incident = result.Incidents[0];
        var names = incident.Vectors.Select(static vector => Vectors.Name(vector.Vector)).ToList();
        if (truth.Target is not null && incident.Target.Value != truth.Target)
            return $"target {incident.Target}";
        if (truth.Vectors.FirstOrDefault(vector => !names.Contains(vector, StringComparer.Ordinal)) is { } missed)
            return $"{missed} not named, but {string.Join(", ", names)}";
        if (names.Find(name => !truth.Vectors.Contains(name, StringComparer.Ordinal) && truth.Allowed?.Contains(name, StringComparer.Ordinal) != true) is { } extra)
            return $"{extra} named";
        return truth.Verdicts!.Contains(IncidentJson.Name(incident.Verdict), StringComparer.Ordinal) ? null : $"verdict {incident.Verdict}";
    }

    [Fact]
    public void Analyze_BenignCaptures_AreSilent()
    {
        var captures = Captures("ddos-pcap", "benign-pcap", "pcap-decode").Where(static truth => truth.Kind == "benign").ToList();
        var loud = captures.Where(static truth => !Analyze(SharedData.Path(truth.File)).Result.Incidents.IsEmpty).Select(static truth => truth.File);

        Assert.Empty(loud);
        Assert.True(captures.Count > 40, "the benign captures are gone");
    }

    [Fact]
    public void Analyze_FilesInOtherOrder_SameVerdictHash()
    {
        var paths = Captures("ddos-pcap").Select(static truth => SharedData.Path(truth.File)).ToArray();
        var forward = Analyze(paths);
        var backward = Analyze([.. paths.Reverse()]);

        Assert.True(forward.Result.Incidents.Length >= 5);
        Assert.Equal(ReportJson.VerdictHash(forward), ReportJson.VerdictHash(backward));
        Assert.NotEqual(ReportJson.VerdictHash(forward), ReportJson.VerdictHash(Analyze(paths[1..])));
    }
}
