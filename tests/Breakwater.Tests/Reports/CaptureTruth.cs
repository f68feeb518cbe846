using System.Text.Json;
using Breakwater.Detection;
using Breakwater.Reports;

namespace Breakwater.Tests.Reports;

/// <summary>What is known of one shared capture: the vectors to be named, those that may be, the verdicts that are right.</summary>
internal sealed record CaptureTruth(string File, string Kind, string[] Vectors, string[]? Allowed, string[]? Verdicts, string? Target)
{
    private static readonly JsonSerializerOptions _camelCase = new(JsonSerializerDefaults.Web);

    /// <summary>The captures of folders of the shared data, in the order of their truth file.</summary>
    public static List<CaptureTruth> Of(params string[] folders)
    {
        using var document = JsonDocument.Parse(System.IO.File.ReadAllText(SharedData.Path("TRUTH.json")));
        return [.. document.RootElement.GetProperty("files").EnumerateArray()
            .Where(file => folders.Any(folder => file.GetProperty("file").GetString()!.StartsWith(folder + "/", StringComparison.Ordinal)))
            .Where(static file => IsCapture(file.GetProperty("file").GetString()!))
            .Select(static file => file.Deserialize<CaptureTruth>(_camelCase)!)];
    }

    private static bool IsCapture(string path) => Path.GetExtension(path) is ".pcap" or ".pcapng" or ".cap";

    /// <summary>What is wrong about a result; null when it is right.</summary>
    public string? Problem(DetectionResult result)
    {
        if (Kind != "attack")
            return ProblemOfQuiet(result);
        if (result.Incidents.Length != 1)
            return $"{result.Incidents.Length} incidents";
        var incident = result.Incidents[0];
        var names = incident.Vectors.Select(static vector => Breakwater.Detection.Vectors.Name(vector.Vector)).ToList();
        if (Target is not null && incident.Target.Value != Target)
            return $"target {incident.Target}";
        if (Array.Find(Vectors, vector => !names.Contains(vector, StringComparer.Ordinal)) is { } missed)
            return $"{missed} not named, but {string.Join(", ", names)}";
        if (names.Find(name => !Vectors.Contains(name, StringComparer.Ordinal) && Allowed?.Contains(name, StringComparer.Ordinal) != true) is { } extra)
            return $"{extra} named";
        return Verdicts!.Contains(IncidentJson.Name(incident.Verdict), StringComparer.Ordinal) ? null : $"verdict {incident.Verdict}";
    }

    /// <summary>Where nothing is attacked no incident is right, but one whose verdict the truth allows.</summary>
    private string? ProblemOfQuiet(DetectionResult result)
    {
        var wrong = result.Incidents.Count(incident => Verdicts?.Contains(IncidentJson.Name(incident.Verdict), StringComparer.Ordinal) != true);
        return wrong == 0 ? null : $"{wrong} incidents too many";
    }
}
