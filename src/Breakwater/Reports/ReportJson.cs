using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Reports;

/// <summary>The report as one JSON document, schema <c>breakwater.report/1</c> (docs/reference/analyze.md).</summary>
internal static class ReportJson
{
    private const int RankedEntries = 10;

    /// <summary>Lists of an incident that are ranked, so that the verdict hash reads only their first ten entries.</summary>
    private static readonly string[] _rankedSourceLists = ["top", "countries", "asns"];

    public static void Write(AnalysisReport report, Stream output)
    {
        // Text goes to terminals and files, never into HTML: names and signs stay readable.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
            Document(report).WriteTo(writer);
        output.WriteByte((byte)'\n');
    }

    public static JsonObject Document(AnalysisReport report) => new()
    {
        ["schema"] = AnalysisReport.Schema,
        ["version"] = AnalysisReport.Version,
        ["configHash"] = report.ConfigHash,
        ["geo"] = null,
        ["verdictHash"] = VerdictHash(report),
        ["complete"] = report.Complete,
        ["warnings"] = new JsonArray([.. report.Warnings.Select(static warning => (JsonNode)warning)]),
        ["inputs"] = new JsonArray([.. report.Inputs.Select(Write)]),
        ["incidents"] = new JsonArray([.. report.Result.Incidents.Select(IncidentJson.Write)]),
        ["elapsedSeconds"] = Math.Round(report.ElapsedSeconds, 3),
    };

    /// <summary>
    /// SHA-256 (lower-case hexadecimal) of the RFC 8785 form of the incidents without identifiers and without list entries ranked 11
    /// and lower; incidents hold no paths, elapsed times or geo names that could differ between runs.
    /// </summary>
    public static string VerdictHash(AnalysisReport report)
    {
        var incidents = new JsonArray();
        foreach (var incident in report.Result.Incidents)
        {
            var written = IncidentJson.Write(incident);
            written.Remove("id");
            foreach (var list in _rankedSourceLists)
            {
                if (written["sources"]![list] is not JsonArray ranked)
                    continue;
                while (ranked.Count > RankedEntries)
                    ranked.RemoveAt(ranked.Count - 1);
            }
            incidents.Add((JsonNode)written);
        }
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(incidents)));
    }

    private static JsonNode Write(ReportInput input) => new JsonObject
    {
        ["path"] = input.Path,
        ["kind"] = input.Kind,
        ["records"] = IncidentJson.Number(input.Records),
        ["bytes"] = IncidentJson.Number(input.Bytes),
        ["firstSeen"] = ReportTime.Format(input.FirstSeenNanoseconds),
        ["lastSeen"] = ReportTime.Format(input.LastSeenNanoseconds),
        ["decodeErrors"] = IncidentJson.Number(input.DecodeErrors),
    };
}
