using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Geo;

namespace Breakwater.Reports;

/// <summary>One incident as the report's JSON has it: every key of the contract, null where nothing is known.</summary>
internal static class IncidentJson
{
    /// <param name="incident">What is written.</param>
    /// <param name="geo">Names countries and networks; null leaves them null.</param>
    public static JsonObject Write(Incident incident, GeoLookup? geo) => new()
    {
        ["id"] = Id(incident),
        ["target"] = new JsonObject
        {
            ["kind"] = Name(incident.Target.Kind),
            ["value"] = incident.Target.Value,
            ["direction"] = Name(incident.Target.Direction),
        },
        ["service"] = incident.Target.Service,
        ["shape"] = Name(incident.Shape),
        ["verdict"] = Name(incident.Verdict),
        ["confidence"] = Name(incident.Confidence),
        ["state"] = Name(incident.State),
        ["vectors"] = new JsonArray([.. incident.Vectors.Select(Write)]),
        ["startedAt"] = ReportTime.Format(incident.StartedNanoseconds),
        ["detectedAt"] = ReportTime.Format(incident.DetectedNanoseconds),
        ["endedAt"] = ReportTime.Format(incident.EndedNanoseconds),
        ["peak"] = new JsonObject
        {
            ["windowSeconds"] = Number(incident.Peak.WindowSeconds),
            ["packetsPerSecond"] = Write(incident.Peak.PacketsPerSecond),
            ["bitsPerSecond"] = Write(incident.Peak.BitsPerSecond),
            ["requestsPerSecond"] = WriteOrNull(incident.Peak.RequestsPerSecond),
        },
        ["total"] = new JsonObject { ["packets"] = Write(incident.Packets), ["bytes"] = Write(incident.Bytes), ["requests"] = WriteOrNull(incident.Requests) },
        ["sources"] = new JsonObject
        {
            ["distinct"] = Write(incident.Sources),
            ["proven"] = Write(incident.Proven),
            ["top"] = Top(incident),
            ["seenBefore"] = incident.SeenBeforeShare is { } share ? Number(Math.Round(share, 4)) : null,
            ["countries"] = Write(SourceOrigins.Countries(incident, geo)),
            ["asns"] = Write(SourceOrigins.Systems(incident, geo)),
        },
        ["reasons"] = new JsonArray([.. incident.Reasons.Select(Write)]),
        ["telemetry"] = new JsonObject { ["samplingRate"] = Number(incident.SamplingRate), ["health"] = null },
        ["limits"] = new JsonArray([.. incident.Limits.Select(static limit => (JsonNode)limit)]),
        ["mitigations"] = new JsonArray([.. Enumerable.Range(0, incident.WebRules.Length).Select(index => WebRuleJson.Write(incident, index))]),
    };

    /// <summary>The same event has the same identifier in every run: it is a hash of target and start.</summary>
    public static string Id(Incident incident)
    {
        var start = incident.StartedNanoseconds?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
        var direction = incident.Target.Direction == Direction.Outbound ? "|outbound" : "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{incident.Target}|{start}{direction}"));
        return "inc-" + Convert.ToHexStringLower(hash)[..12];
    }

    /// <summary>The ten senders with most packets; only proven ones are named, and only when all are known.</summary>
    public static IEnumerable<SampledSource> TopSources(Incident incident) => incident.Proven.Value is > 0 && incident.SourceSampleIsComplete
        ? incident.SourceSample.OrderByDescending(static source => source.Packets).ThenBy(static source => source.Address).Take(10)
        : [];

    private static JsonNode Top(Incident incident) => new JsonArray([.. TopSources(incident)
        .Select(source => WebReport.IsOfLogs(incident)
            ? new JsonObject { ["address"] = source.Address.ToString(), ["packets"] = null, ["requests"] = Number((long)source.Packets) }
            : new JsonObject { ["address"] = source.Address.ToString(), ["packets"] = Number((long)source.Packets) })]);

    private static JsonNode? Write(IReadOnlyList<OriginShare>? origins) => origins is null
        ? null
        : new JsonArray([.. origins.Select(static origin => new JsonObject { ["code"] = origin.Code, ["share"] = Number(origin.Share) })]);

    private static JsonNode? WriteOrNull(Estimate? estimate) => estimate is { } known ? Write(known) : null;

    public static string Name(TargetKind kind) => kind switch
    {
        TargetKind.Host => "host",
        TargetKind.Prefix => "prefix",
        _ => "service",
    };

    public static string Name(Direction direction) => direction == Direction.Inbound ? "inbound" : "outbound";

    public static string Name(Shape shape) => shape switch
    {
        Shape.Carpet => "carpet",
        Shape.Pulse => "pulse",
        _ => "host",
    };

    public static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Attack => "attack",
        Verdict.FlashCrowd => "flash-crowd",
        Verdict.Undetermined => "undetermined",
        _ => "insufficient-evidence",
    };

    public static string Name(Confidence confidence) => confidence switch
    {
        Confidence.High => "high",
        Confidence.Medium => "medium",
        _ => "low",
    };

    private static string Name(IncidentState state) => state switch
    {
        IncidentState.Active => "active",
        IncidentState.Quiet => "quiet",
        _ => "closed",
    };

    private static JsonNode Write(IncidentVector vector) => new JsonObject
    {
        ["name"] = Vectors.Name(vector.Vector),
        ["protocol"] = Number(vector.Protocol),
        ["sourcePort"] = Number(vector.SourcePort),
        ["destinationPort"] = Number(vector.DestinationPort),
        ["share"] = Number(Math.Round(vector.Share, 4)),
    };

    private static JsonNode Write(Reason reason)
    {
        var written = new JsonObject
        {
            ["text"] = reason.Text,
            ["measure"] = reason.Measure,
            ["value"] = Number(reason.Value),
            ["threshold"] = Number(reason.Threshold),
            ["counterfactual"] = reason.Counterfactual,
        };
        if (reason.Weight is { } weight)
            written["weight"] = Number(weight);
        return written;
    }

    internal static JsonObject Write(Estimate estimate) => new()
    {
        ["value"] = Number(estimate.Value),
        ["low"] = Number(estimate.Low),
        ["high"] = Number(estimate.High),
        ["samples"] = Number(estimate.Samples),
    };

    /// <summary>Whole numbers as they are (above 2⁵³ as text), others whole or with six significant digits: more would be false precision.</summary>
    internal static JsonNode? Number(double? value)
    {
        if (value is not { } number || !double.IsFinite(number))
            return null;
        if (number == Math.Floor(number) && Math.Abs(number) <= 1L << 53)
            return JsonValue.Create((long)number);
        if (Math.Abs(number) > 1L << 53)
            return JsonValue.Create(number.ToString("F0", CultureInfo.InvariantCulture));
        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(number)));
        return JsonValue.Create(digits is >= 0 and <= 15 ? Math.Round(number, digits) : Math.Round(number));
    }
}
