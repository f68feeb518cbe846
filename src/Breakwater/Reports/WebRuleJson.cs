using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Detection.Web;

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
            ["conditions"] = new JsonArray([.. rule.Conditions.Select(Write)]),
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

    private static JsonNode Write(WebCondition condition)
    {
        var written = new JsonObject { ["field"] = Name(condition.Field), ["value"] = condition.Value };
        if (condition.Field is WebField.Country or WebField.System)
        {
            written["networks"] = new JsonArray([.. condition.Networks.Select(static network => (JsonNode)network.ToString())]);
            written["networksShare"] = condition.NetworksShare;
        }

        return written;
    }

    private static string Name(WebField field) => field switch
    {
        WebField.Path => "path",
        WebField.Query => "query",
        WebField.UserAgent => "user-agent",
        WebField.Referer => "referer",
        WebField.HttpVersion => "http-version",
        WebField.Writes => "writes",
        WebField.Network => "network",
        WebField.Country => "country",
        _ => "asn",
    };
}
