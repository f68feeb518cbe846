using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Breakwater.Commands;

/// <summary>What the API tells of filters and routers, for a terminal.</summary>
internal static class ResponseText
{
    private const string NotConfirmed = "not confirmed";

    public static string Line(JsonObject mitigation)
    {
        var told = $"{Text(mitigation["id"]),-9} {Text(mitigation["state"]),-9} {Text(mitigation["kind"]),-16} {Text(mitigation["rule"])}";
        var price = mitigation["legitimateDropped"] is null
            ? "no price" : $"removes {Share(mitigation["attackCovered"])} of the attack, drops {Share(mitigation["legitimateDropped"]?["packets"])} of legitimate packets, {Share(mitigation["legitimateDropped"]?["clients"])} of clients";
        var more = new StringBuilder($"\n          {price}");
        if (mitigation["announcedTo"] is { } sent)
            more.Append(CultureInfo.InvariantCulture, $"; told to {sent} {((int)sent == 1 ? "router or host" : "routers and hosts")}");
        if ((string?)mitigation["keptUntil"] is { } kept)
            more.Append(CultureInfo.InvariantCulture, $"; a router without a session may keep it until {kept}");
        if (mitigation["onHosts"] is { } met)
            more.Append(CultureInfo.InvariantCulture, $"; hosts dropped {Text(met["droppedPackets"])} packets, {Text(met["arrival"]).Replace('-', ' ')} ({Text(met["why"])})");
        if (mitigation["cohort"] is { } cohort)
            more.Append(CultureInfo.InvariantCulture, $"; {Text(cohort["size"])} known-good clients{((string?)mitigation["state"] == "proposed" ? "" : $", {Text(cohort["verdict"]).Replace('-', ' ')} ({Text(cohort["why"])})")}");
        if ((bool?)mitigation["needsSecond"] == true)
            more.Append("; a second person has to approve it, with another token");
        if ((string?)mitigation["warning"] is { } warning)
            more.Append(CultureInfo.InvariantCulture, $"; {warning}");
        return told + more;
    }

    public static string Simulation(JsonObject document)
    {
        var text = new StringBuilder((bool?)document["wouldSend"] == true
            ? document["rule"] is null ? "would be sent without a person" : "would be proposed, and sent once it is approved"
            : "would not be sent:");
        foreach (var sentence in (document["whyNot"] as JsonArray ?? []).Concat(document["warnings"] as JsonArray ?? []))
            text.Append(CultureInfo.InvariantCulture, $"\n  - {sentence}");
        if ((string?)document["noFilter"] is { } none)
            text.Append(CultureInfo.InvariantCulture, $"\n{none}");
        foreach (var alternative in (document["alternatives"] as JsonArray ?? []).OfType<JsonObject>())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Text(alternative["kind"])}{((bool?)alternative["underLimit"] == true ? "" : " (over the limit)")}: removes {Share(alternative["attackCovered"])} of the attack, drops {Share(alternative["legitimateDropped"]?["packets"])} of legitimate packets");
            foreach (var rule in alternative["rules"] as JsonArray ?? [])
                text.Append(CultureInfo.InvariantCulture, $"\n    {rule}");
        }

        return text.ToString();
    }

    /// <summary>Each router, what is known of it step by step.</summary>
    public static string Test(JsonObject document)
    {
        var text = new StringBuilder();
        if ((string?)document["fault"] is { } fault)
            text.Append(CultureInfo.InvariantCulture, $"{fault}\n");
        var peers = (document["peers"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var hosts = (document["hosts"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (peers.Count + hosts.Count == 0)
            text.Append("no router and no host is configured: filters are proposed, and nothing enforces them\n");
        foreach (var peer in peers)
        {
            var isUp = (bool?)peer["up"] == true;
            text.Append(CultureInfo.InvariantCulture, $"{Text(peer["name"])} ({Text(peer["address"])}, AS {Text(peer["peerAs"])})\n");
            text.Append(CultureInfo.InvariantCulture, $"  session up   {(isUp ? $"yes, since {Text(peer["since"])}, hold time {Text(peer["holdSeconds"])} s" : $"no: {(string?)peer["lastError"] ?? "not yet"}")}\n");
            text.Append(CultureInfo.InvariantCulture, $"  sent         {(isUp ? $"{Text(peer["sent"])} filters{((int?)peer["unsupported"] is > 0 and var lacking ? $"; {lacking} need a family that it lacks" : "")}" : (string?)peer["keptUntil"] is { } kept ? $"nothing: no session; it may keep what it has until {kept}" : "nothing: no session")}\n");
            foreach (var (step, name) in new[] { ("accepted", "accepted"), ("valid", "valid"), ("enforced", "enforced") })
                text.Append(CultureInfo.InvariantCulture, $"  {name,-12} {(peer[step] is { } known ? Text(known) : NotConfirmed)}\n");
        }

        if (peers.Count > 0)
            text.Append("A router does not tell a BGP speaker what it accepted, validated or enforces: look there, docs/how-to has the commands of each family.\n");
        foreach (var host in hosts)
            Host(text, host);
        return text.ToString().TrimEnd('\n');
    }

    private static void Host(StringBuilder text, JsonObject host)
    {
        var isUp = (bool?)host["reachable"] == true;
        text.Append(CultureInfo.InvariantCulture, $"{Text(host["name"])} ({Text(host["socket"])})\n");
        text.Append(CultureInfo.InvariantCulture, $"  reachable    {(isUp ? $"yes, at {string.Join(", ", host["interfaces"] as JsonArray ?? [])}" : $"no: {Text(host["lastError"])}")}\n");
        text.Append(CultureInfo.InvariantCulture, $"  enforced     {Text(host["rules"])} of {Text(host["wanted"])} filters, {Text(host["refused"])} refused since the start\n");
        text.Append(CultureInfo.InvariantCulture, $"  dropped      {Text(host["droppedPackets"])} of {Text(host["matchedPackets"])} packets that met a filter, {Text(host["droppedBytes"])} bytes\n");
        if (isUp && host["lastError"] is { } fault)
            text.Append(CultureInfo.InvariantCulture, $"  last error   {fault}\n");
    }

    /// <summary>True when there is a desk, every router has a session and every agent answers.</summary>
    public static bool IsUp(JsonObject document) =>
        document["fault"] is null && (document["peers"] as JsonArray ?? []).All(static peer => (bool?)peer?["up"] == true)
        && (document["hosts"] as JsonArray ?? []).All(static host => (bool?)host?["reachable"] == true);

    private static string Share(JsonNode? share)
    {
        if ((double?)share?["value"] is not { } value)
            return (double?)share?["high"] is { } most ? string.Create(CultureInfo.InvariantCulture, $"at most {most * 100:0.##} %") : "an unknown part";
        return string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.##} % ({(double?)share!["low"] * 100:0.##} to {(double?)share["high"] * 100:0.##} %)");
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "-";
}
