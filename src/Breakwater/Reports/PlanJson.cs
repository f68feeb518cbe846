using System.Text.Json.Nodes;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;

namespace Breakwater.Reports;

/// <summary>A plan as the report's JSON has it: a proposed mitigation for each alternative.</summary>
internal static class PlanJson
{
    /// <summary>Adds the plan to an incident's document.</summary>
    public static void AddTo(JsonObject incident, FilterPlan plan)
    {
        var mitigations = incident["mitigations"]!.AsArray();
        for (var index = 0; index < plan.Alternatives.Length; index++)
            mitigations.Add((JsonNode)Write(plan.Alternatives[index], $"{(string?)incident["id"]}-f{index + 1}"));
        incident["noFilter"] = plan.NoFilter;
    }

    private static JsonObject Write(FilterAlternative alternative, string id) => new()
    {
        ["id"] = id,
        ["kind"] = alternative.Kind,
        ["action"] = RuleText.Of(alternative.Rules[0].Action),
        ["rule"] = string.Join("; ", alternative.Rules.Select(RuleText.Of)),
        ["state"] = "proposed",
        ["leaseUntil"] = null,
        ["attackCovered"] = IncidentJson.Write(alternative.AttackCovered),
        ["legitimateDropped"] = new JsonObject
        {
            ["packets"] = IncidentJson.Write(alternative.LegitimateDropped.Packets),
            ["bytes"] = IncidentJson.Write(alternative.LegitimateDropped.Bytes),
            ["clients"] = IncidentJson.Write(alternative.LegitimateDropped.Clients),
        },
        ["underLimit"] = alternative.IsUnderLimit,
        ["meetsAllowed"] = alternative.MeetsAllowed,
        ["why"] = alternative.Why,
    };
}
