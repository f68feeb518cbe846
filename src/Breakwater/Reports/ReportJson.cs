using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Geo;

namespace Breakwater.Reports;

/// <summary>The report as one JSON document, schema <c>breakwater.report/1</c> (docs/reference/analyze.md).</summary>
internal static class ReportJson
{
    private const int RankedEntries = 10;

    /// <summary>Writes the document.</summary>
    /// <param name="report">All of the run; the verdict hash is over all of its incidents.</param>
    /// <param name="output">Where to.</param>
    /// <param name="only">The one incident to be shown; null: all.</param>
    public static void Write(AnalysisReport report, Stream output, Incident? only = null)
    {
        // Text goes to terminals and files, never into HTML: names and signs stay readable.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
            Document(report, only).WriteTo(writer);
        output.WriteByte((byte)'\n');
    }

    public static JsonObject Document(AnalysisReport report, Incident? only = null) => new()
    {
        ["schema"] = AnalysisReport.Schema,
        ["version"] = AnalysisReport.Version,
        ["configHash"] = report.ConfigHash,
        ["geo"] = Write(report.Geo),
        ["verdictHash"] = VerdictHash(report),
        ["complete"] = report.Complete,
        ["warnings"] = new JsonArray([.. report.Warnings.Select(static warning => (JsonNode)warning)]),
        ["inputs"] = new JsonArray([.. report.Inputs.Select(Write)]),
        ["incidents"] = new JsonArray([.. Shown(report, only).Select(incident => Write(report, incident))]),
        ["elapsedSeconds"] = Math.Round(report.ElapsedSeconds, 3),
    };

    /// <inheritdoc cref="VerdictHash(DetectionResult)"/>
    public static string VerdictHash(AnalysisReport report) => VerdictHash(report.Result);

    /// <summary>
    /// SHA-256 (lower-case hexadecimal) of the RFC 8785 form of the incidents without identifiers, countries and systems of senders, and list entries ranked 11
    /// and lower (what web reasons and rules say of countries is in it); incidents hold no paths or elapsed times that could differ between runs.
    /// </summary>
    public static string VerdictHash(DetectionResult result)
    {
        var incidents = new JsonArray();
        foreach (var incident in result.Incidents)
        {
            var written = IncidentJson.Write(incident, geo: null);
            written.Remove("id");
            var sources = written["sources"]!.AsObject();
            sources.Remove("countries");
            sources.Remove("asns");
            var top = sources["top"]!.AsArray();
            while (top.Count > RankedEntries)
                top.RemoveAt(top.Count - 1);
            incidents.Add((JsonNode)written);
        }
        return Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Write(incidents)));
    }

    private static JsonObject Write(AnalysisReport report, Incident incident)
    {
        var written = IncidentJson.Write(incident, report.Geo);
        if (report.Plans.TryGetValue(IncidentJson.Id(incident), out var plan))
            PlanJson.AddTo(written, plan);
        return written;
    }

    private static IEnumerable<Incident> Shown(AnalysisReport report, Incident? only) => only is null ? report.Result.Incidents : [only];

    /// <summary>What countries and networks were named with: never where it lies on this machine.</summary>
    private static JsonObject? Write(GeoLookup? geo) => geo is null ? null : new JsonObject
    {
        ["databases"] = new JsonArray([.. geo.Databases.Select(static database => new JsonObject
        {
            ["kind"] = database.Kind,
            ["builtAt"] = database.BuiltAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["sha256"] = database.Sha256,
        })]),
    };

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
