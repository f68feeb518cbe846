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

    /// <summary><c>TemplateMissing</c> → <c>template-missing</c>.</summary>
    public static string Name(HealthConditionKind kind) => string.Concat(
        kind.ToString().Select(static (letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : letter.ToString()));
}
