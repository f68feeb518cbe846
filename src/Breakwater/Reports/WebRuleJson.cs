using System.Text.Json.Nodes;
using Breakwater.Detection;

namespace Breakwater.Reports;

/// <summary>A proposed rule of a web incident as the report's JSON has it.</summary>
internal static class WebRuleJson
{
    public static JsonNode Write(Incident incident, int index)
    {
        var (rule, name, site) = (incident.WebRules[index], WebRuleText.Name(incident, index), incident.Site);
        return new JsonObject
        {
            ["id"] = name,
            ["kind"] = "http-conditions",
            ["action"] = "deny",
            ["rule"] = WebRuleText.Sentence(rule),
            ["haproxy"] = WebRuleText.HaProxy(rule, name, site),
            ["nginx"] = WebRuleText.Nginx(rule, name, site),
            ["state"] = "proposed",
            ["leaseUntil"] = null,
            ["attackCovered"] = IncidentJson.Write(rule.ExcessCovered),
            ["legitimateDropped"] = new JsonObject
            {
                ["packets"] = null,
                ["bytes"] = null,
                ["clients"] = IncidentJson.Write(rule.LegitimateClients),
                ["requests"] = IncidentJson.Write(rule.LegitimateTouched),
            },
        };
    }
}
