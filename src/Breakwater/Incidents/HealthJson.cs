using System.Text.Json.Nodes;
using Breakwater.Telemetry.Health;

namespace Breakwater.Incidents;

/// <summary>An exporter's health as the journal and the API have it.</summary>
internal static class HealthJson
{
    public static JsonObject Write(ExporterHealth health) => new()
    {
        ["name"] = health.Name,
        ["address"] = health.Address?.ToString(),
        ["healthy"] = health.IsHealthy,
        ["conditions"] = new JsonArray([.. health.Conditions.Select(static condition => new JsonObject
        {
            ["kind"] = Name(condition.Kind),
            ["sentence"] = condition.Sentence,
            ["since"] = JournalTime.Format(condition.Since),
        })]),
        ["formats"] = new JsonArray([.. health.Formats.Select(static format => (JsonNode)format)]),
        ["lastSeenAt"] = health.LastSeen is { } seen ? JournalTime.Format(seen) : null,
        ["datagrams"] = health.Datagrams,
        ["records"] = health.Records,
        ["lost"] = health.Lost,
        ["lossShare"] = health.LossShare,
        ["samplingRate"] = health.SamplingRate,
    };

    /// <summary>An exporter with its interfaces, as <c>/exporters</c> has it: they change every second, which the journal does not need.</summary>
    public static JsonObject WriteWithInterfaces(ExporterHealth health)
    {
        var document = Write(health);
        document["interfaces"] = new JsonArray([.. health.Links.Select(static link => new JsonObject
        {
            ["ifIndex"] = link.IfIndex,
            ["name"] = link.Name,
            ["description"] = link.Description,
            ["role"] = link.Role.ToString().ToLowerInvariant(),
            ["speedBitsPerSecond"] = link.BitsPerSecond,
            ["inBitsPerSecond"] = Rounded(link.InBitsPerSecond, 0),
            ["outBitsPerSecond"] = Rounded(link.OutBitsPerSecond, 0),
            ["inLoad"] = Rounded(link.InLoad, 4),
            ["outLoad"] = Rounded(link.OutLoad, 4),
            ["source"] = link.InBitsPerSecond is null ? null : link.IsCounted ? "counters" : "records",
        })]);
        return document;
    }

    private static double? Rounded(double? value, int digits) => value is { } number ? Math.Round(number, digits) : null;

    /// <summary><c>TemplateMissing</c> → <c>template-missing</c>.</summary>
    public static string Name(HealthConditionKind kind) => string.Concat(
        kind.ToString().Select(static (letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : letter.ToString()));
}
