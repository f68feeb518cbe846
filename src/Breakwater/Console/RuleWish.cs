using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Response;
using Breakwater.Response.Rules;

namespace Breakwater.Console;

/// <summary>A rule that a person asks for, read from a request. Whoever sees some services only may ask for filters on their addresses alone.</summary>
internal sealed record RuleWish(FilterRule Rule, string? Incident, string? Service, TimeSpan Lease, DateTimeOffset? EndsAt, string Why)
{
    private static readonly DurationValue _lasts = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), TimeSpan.FromHours(1));

    /// <summary>The wish, or why it is none.</summary>
    public static (RuleWish? Wish, Problem? Problem) Read(JsonObject? body, ApiContext api, ApiCaller caller)
    {
        if (body is null)
            return No("the body is one JSON object: rule, incident or service, lease, lasts, why");
        if (body.Select(static member => member.Key).FirstOrDefault(static key => key is not ("rule" or "incident" or "service" or "lease" or "lasts" or "why")) is { } unknown)
            return No($"there is no member '{(unknown.Length <= 32 ? unknown : "…")}' in a mitigation");
        if (!Text(body["rule"], out var line) || line.Length == 0)
            return No("rule is a rule on one line, such as 'destination 203.0.113.7/32 protocol 17 source-port 123 then discard'");
        if (RuleText.Read(line, out var rule) is { } fault)
            return No($"rule: {fault}");
        if (!Text(body["why"], out var why) || why.Length > DeskApproval.MaxWhyCharacters)
            return No($"why is a text of at most {DeskApproval.MaxWhyCharacters} characters");
        var lease = api.Config().Response.Lease;
        if (body["lease"] is { } givenLease && (!Text(givenLease, out var leaseText) || ResponseKeys.Lease.Value.Read(leaseText, out lease) is not null))
            return No($"lease is {ResponseKeys.Lease.Value.Range}");
        DateTimeOffset? ends = null;
        if (body["lasts"] is { } givenEnd)
        {
            if (!Text(givenEnd, out var lasts) || _lasts.Read(lasts, out var length) is not null)
                return No($"lasts is {_lasts.Range}; without it the filter stays until somebody withdraws it");
            ends = api.Time.GetUtcNow() + length;
        }

        var (incident, service, problem) = Whose(body, api, caller);
        if (problem is not null)
            return (null, problem);
        if (!caller.SeesAll && !Covers(api.Config(), service, rule.Match.Destination))
            return No($"the destination {rule.Match.Destination} is no address of the service {service}");
        if (StrictestPolicy.Touched(api.Config(), rule.Match.Destination).Any(touched => !caller.Sees(touched.Name)))
            return No($"the destination {rule.Match.Destination} is also of a service that you do not see");
        return (new RuleWish(rule, incident, service, lease, ends, why.Length == 0 ? "no reason given" : why), null);
    }

    /// <summary>Absent is empty.</summary>
    public static bool Text(JsonNode? node, out string text)
    {
        text = "";
        return node is null || (node is JsonValue value && value.TryGetValue(out text!));
    }

    private static (string? Incident, string? Service, Problem? Problem) Whose(JsonObject body, ApiContext api, ApiCaller caller)
    {
        if (!Text(body["incident"], out var incident) || !Text(body["service"], out var service) || (incident.Length > 0 && service.Length > 0))
            return (null, null, Problem.BadRequest("incident is an id, service a name; one of both, or none"));
        if (incident.Length > 0)
            return IncidentApi.Find(api, caller, incident) is { } kept ? (kept.Id, kept.Service, null) : (null, null, Problem.NotFound);
        if (service.Length > 0)
            return caller.Sees(service) && api.Config().Services.Any(known => known.Name == service) ? (null, service, null) : (null, null, Problem.NotFound);
        return caller.SeesAll ? (null, null, null) : (null, null, Problem.BadRequest("say which service the filter is for"));
    }

    private static bool Covers(BreakwaterConfig config, string? service, Prefix destination) =>
        config.Services.FirstOrDefault(known => known.Name == service) is { } found
        && found.Addresses.Any(address => address.Length <= destination.Length && address.Contains(destination.Network));

    private static (RuleWish?, Problem?) No(string detail) => (null, Problem.BadRequest(detail));
}
