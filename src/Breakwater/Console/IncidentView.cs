using System.Text.Json.Nodes;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>One incident as a card, read from what the journal keeps.</summary>
internal static class IncidentView
{
    private const int VectorsShown = 5;
    private const int SourcesShown = 6;

    public static Html Card(KeptIncident incident, DateTimeOffset now, bool isOpen, Html mitigations)
    {
        var document = JsonNode.Parse(incident.Json)!.AsObject();
        return Html.Of($"""
            <article class="incident {StateNames.Of(incident.State)} {incident.Verdict}" id="{incident.Id}">
              <header>{Badges(incident)}<span class="when">{When(incident, now)}</span></header>
              <h3><a href="/incidents/{incident.Id}">{incident.Sentence}</a></h3>
              {Figures(document)}
              {Vectors(document)}
              {Sources(document)}
              {mitigations}
              <details id="why-{incident.Id}"{(isOpen ? new Html(" open") : Html.Empty)}><summary>Why, and what to keep in mind</summary>{Reasons(document)}{Limits(document)}</details>
            </article>
            """);
    }

    public static Html Badges(KeptIncident incident) => Html.Of($"""
        <span class="badge verdict">{incident.Verdict.Replace('-', ' ')}</span><span class="badge state">{StateNames.Of(incident.State)}</span>{(incident.IsSaved ? Html.Empty : Html.Of($"""<span class="badge unsaved" title="The storage fails; this is only in memory">not saved</span>"""))}
        """);

    public static Html When(KeptIncident incident, DateTimeOffset now) => incident.IsOpen
        ? Html.Of($"""since <time datetime="{JournalTime.Format(incident.OpenedAt)}">{Quantity.Clock(incident.OpenedAt, now)}</time> · {Quantity.Span(now - incident.OpenedAt)}""")
        : Html.Of($"""<time datetime="{JournalTime.Format(incident.OpenedAt)}">{Quantity.Clock(incident.OpenedAt, now)}</time> · for {Quantity.Span(incident.ChangedAt - incident.OpenedAt)}""");

    public static Html Figures(JsonObject document) => Html.Of($"""
        <dl class="figures">
          {Figure("Peak", Estimate(document["peak"]?["packetsPerSecond"], "pkt/s"))}
          {Figure("Peak volume", Estimate(document["peak"]?["bitsPerSecond"], "bit/s"))}
          {Figure((string?)document["target"]?["direction"] == "outbound" ? "Receivers" : "Sources", Estimate(document["sources"]?["distinct"], ""))}
          {Figure("Seen before", document["sources"]?["seenBefore"] is JsonValue share ? Quantity.Percent(share.GetValue<double>()) : null)}
          {Figure("Confidence", (string?)document["confidence"])}
        </dl>
        """);

    public static Html Vectors(JsonObject document) => Html.Of($"""
        <ul class="vectors">{Html.Join((document["vectors"] as JsonArray ?? []).OfType<JsonObject>().Take(VectorsShown).Select(Vector))}</ul>
        """);

    /// <summary>Where from, as far as it is known; addresses only of those that completed a handshake.</summary>
    public static Html Sources(JsonObject document)
    {
        var origins = (string?)document["origins"] is { } text ? Html.Of($"""<p class="origins">{text}</p>""") : Html.Empty;
        var top = (document["sources"]?["top"] as JsonArray ?? []).OfType<JsonObject>().Take(SourcesShown).ToList();
        var proven = top.Count == 0
            ? Html.Empty
            : Html.Of($"""<ul class="proven">{Html.Join(top.Select(static source => Html.Of($"<li>{(string?)source["address"]} · {Quantity.Scaled(Number(source["packets"]) ?? 0, "pkt")}</li>")))}</ul>""");
        return Html.Of($"{origins}{proven}");
    }

    public static Html Reasons(JsonObject document) => Html.Of($"""
        <ol class="reasons">{Html.Join((document["reasons"] as JsonArray ?? []).OfType<JsonObject>().Select(static reason => Html.Of($"""
            <li>{(string?)reason["text"]}<small>{(string?)reason["counterfactual"]}</small></li>
            """)))}</ol>
        """);

    public static Html Limits(JsonObject document) => document["limits"] is JsonArray { Count: > 0 } limits
        ? Html.Of($"""<ul class="limits">{Html.Join(limits.Select(static limit => Html.Of($"<li>{(string?)limit}</li>")))}</ul>""")
        : Html.Empty;

    private static Html Vector(JsonObject vector)
    {
        var share = vector["share"]?.GetValue<double>() ?? 0;
        return Html.Of($"""
            <li><span class="name">{(string?)vector["name"]}</span><meter min="0" max="1" value="{share:0.####}">{Quantity.Percent(share)}</meter><span class="share">{Quantity.Percent(share)}</span><span class="ports">{Ports(vector)}</span></li>
            """);
    }

    private static string Ports(JsonObject vector) => (vector["sourcePort"], vector["destinationPort"]) switch
    {
        ({ } source, { } destination) => $"port {source} → {destination}",
        ({ } source, null) => $"from port {source}",
        (null, { } destination) => $"to port {destination}",
        _ => "many ports",
    };

    private static Html Figure(string name, string? value) => value is null ? Html.Empty : Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    /// <summary>The value, or what is certain of it.</summary>
    private static string? Estimate(JsonNode? estimate, string unit)
    {
        if (Number(estimate?["value"]) is { } value)
            return Quantity.Scaled(value, unit);
        return Number(estimate?["low"]) is { } low ? $"≥ {Quantity.Scaled(low, unit)}" : null;
    }

    /// <summary>Above 2⁵³ numbers are text.</summary>
    private static double? Number(JsonNode? node) => node is JsonValue value
        ? value.TryGetValue<double>(out var number) ? number
            : value.TryGetValue<string>(out var text) && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var large) ? large : null
        : null;
}
