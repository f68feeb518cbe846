using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Notify;

/// <summary>One call of each script: FastNetMon's four arguments, and what goes to standard input.</summary>
/// <param name="Target">Address, network (of a carpet) or name (of a service as a whole) that is attacked, or attacks.</param>
/// <param name="Direction"><c>incoming</c> or <c>outgoing</c>.</param>
/// <param name="PacketsPerSecond">Peak so far; 0 while unknown.</param>
/// <param name="Action"><c>ban</c> when an attack begins, <c>unban</c> when it is over.</param>
/// <param name="Details">Empty with <c>unban</c>, as FastNetMon has it.</param>
internal sealed record ScriptCall(string Target, string Direction, long PacketsPerSecond, string Action, string Details)
{
    public const string Ban = "ban";
    public const string Unban = "unban";

    /// <summary>More of the details is cut off: they fit into a pipe of the kernel, so that a script need not read them.</summary>
    public const int MaximumDetailBytes = 32 * 1024;

    private const int ReasonsTold = 5;

    public string[] Arguments => [Target, Direction, PacketsPerSecond.ToString(CultureInfo.InvariantCulture), Action];

    /// <summary>The call for an incident as the journal has it; null: it does not say who is attacked.</summary>
    public static ScriptCall? Begin(string json) =>
        Parse(json) is { } incident && incident["target"] is JsonObject target && (string?)target["value"] is { Length: > 0 } value
            ? new ScriptCall(value, (string?)target["direction"] == "outbound" ? "outgoing" : "incoming", Rate(incident["peak"]?["packetsPerSecond"]), Ban, Told(incident, json))
            : null;

    /// <summary>The call for the end of the same attack.</summary>
    public ScriptCall End() => this with { Action = Unban, Details = "" };

    /// <summary>The incident in which this one goes on; null: in none.</summary>
    public static string? TakenOverBy(string json) => Parse(json)?["takenOverBy"] is JsonValue value && value.TryGetValue<string>(out var id) ? id : null;

    internal static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Told(JsonObject incident, string json)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(string?)incident["sentence"]}\n\nIncident: {(string?)incident["id"]}\n");
        foreach (var reason in (incident["reasons"] as JsonArray ?? []).OfType<JsonObject>().Take(ReasonsTold))
            text.Append(CultureInfo.InvariantCulture, $"- {(string?)reason["text"]}\n");
        text.Append(CultureInfo.InvariantCulture, $"\n{json}\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes.Length <= MaximumDetailBytes ? text.ToString() : Encoding.UTF8.GetString(bytes.AsSpan(0, MaximumDetailBytes - 4)).TrimEnd('\uFFFD') + "…\n";
    }

    /// <summary>The value, or what is certain of it; above 2⁵³ numbers are text.</summary>
    private static long Rate(JsonNode? estimate) => (estimate?["value"] ?? estimate?["low"]) is JsonValue value
        && (value.TryGetValue<double>(out var number) || double.TryParse(value.ToString(), CultureInfo.InvariantCulture, out number))
        && number is > 0 and < long.MaxValue ? (long)Math.Round(number) : 0;
}
