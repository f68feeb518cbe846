using System.Collections.Immutable;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>All endpoints. Nothing is served that does not stand here.</summary>
internal static class Endpoints
{
    private static readonly QueryParameter _limit = new("limit", "integer", "Most items of the answer: 1 to 1000, 100 when absent");
    private static readonly QueryParameter _cursor = new("cursor", "string", "The 'next' of the answer before");

    public static readonly ImmutableArray<Endpoint> All =
    [
        new("GET", "/api/v1/services", Role.Viewer, EndpointScope.ByService, "What is protected, and how it does", ServiceApi.List),
        new("GET", "/api/v1/incidents", Role.Viewer, EndpointScope.ByService, "Incidents, newest first", IncidentApi.List)
        {
            Query = [_limit, _cursor, new("state", "string", "Only incidents in this state; open: all that are not closed"), new("service", "string", "Only incidents of this service")],
        },
        new("GET", "/api/v1/incidents/{id}", Role.Viewer, EndpointScope.ByService, "One incident", IncidentApi.One),
        new("GET", "/api/v1/incidents/{id}/journal", Role.Viewer, EndpointScope.ByService, "What happened in an incident, oldest first", IncidentApi.History)
        {
            Query = [_limit, _cursor],
        },
        new("GET", "/api/v1/mitigations", Role.Viewer, EndpointScope.ByService, "Filters that are proposed, set or over, newest first", MitigationApi.List)
        {
            Query = [_limit, _cursor, new("incident", "string", "Only those of this incident"), new("state", "string", "Only those in this state; open: proposed, approved and active")],
        },
        new("POST", "/api/v1/mitigations", Role.Operator, EndpointScope.ByService, "Proposes a rule of one's own; nothing is sent before it is approved", MitigationApi.Propose),
        new("POST", "/api/v1/mitigations/simulate", Role.Operator, EndpointScope.ByService, "What would be done about an incident, or become of a rule, and why not; changes nothing", SimulateApi.Simulate),
        new("GET", "/api/v1/mitigations/{id}", Role.Viewer, EndpointScope.ByService, "One filter, with its forms for upstreams and what was done with it; its ETag is for changes", MitigationApi.One),
        new("POST", "/api/v1/mitigations/{id}/approve", Role.Operator, EndpointScope.ByService, "Sends a proposed filter, with all rules of its alternative", MitigationApi.Approve),
        new("POST", "/api/v1/mitigations/{id}/withdraw", Role.Operator, EndpointScope.ByService, "Takes a filter back, with all rules of its alternative", MitigationApi.Withdraw),
        new("GET", "/api/v1/response", Role.Viewer, EndpointScope.Whole, "Routers and their sessions, hosts and what they drop, the mode, the bounds of all filters", ResponseApi.Get),
        new("GET", "/api/v1/traffic", Role.Viewer, EndpointScope.ByService, "A service's traffic over time, with what is usual", ServiceApi.Traffic)
        {
            Query =
            [
                new("service", "string", "The service"), new("seconds", "integer", "How far back: 1 to 2419200, 600 when absent"),
                new("step", "string", "second or minute; second when absent and the span is at most six hours"),
            ],
        },
        new("GET", "/api/v1/top", Role.Viewer, EndpointScope.ByService, "Services by their traffic now, and the proven sources of open incidents", ServiceApi.Top) { Query = [_limit] },
        new("GET", "/api/v1/samples", Role.Viewer, EndpointScope.ByService, "Records of a service's standing samples; clients as networks, for operators as addresses", SampleApi.List)
        {
            Query =
            [
                _limit, new("service", "string", "The service; all: own hosts without a service"), new("incident", "string", "Instead: the samples from ten minutes before an incident on"),
                new("seconds", "integer", "How far back: 1 to 2419200, 600 when absent"),
            ],
        },
        new("GET", "/api/v1/exporters", Role.Viewer, EndpointScope.Whole, "What sends telemetry, and how far it can be relied on", HealthApi.Exporters),
        new("GET", "/api/v1/config", Role.Admin, EndpointScope.Whole, "The configuration in force; its ETag is for a reload", ConfigApi.Get),
        new("POST", "/api/v1/config/reload", Role.Admin, EndpointScope.Whole, "Reads the configuration again, as SIGHUP does; a file with mistakes changes nothing", ConfigApi.Reload),
        new("GET", "/api/v1/tokens", Role.Admin, EndpointScope.Whole, "Tokens, without their secrets; the ETag is for changes of them", TokenApi.List),
        new("POST", "/api/v1/tokens", Role.Admin, EndpointScope.Whole, "Creates a token; its secret is in this answer and nowhere else", TokenApi.Create),
        new("DELETE", "/api/v1/tokens/{id}", Role.Admin, EndpointScope.Whole, "Revokes a token", TokenApi.Revoke),
        new("POST", "/api/v1/logins", Role.Viewer, EndpointScope.ByService, "A link that logs a browser in once, with the caller's rights", TokenApi.Login),
        new("GET", "/api/v1/audit", Role.Admin, EndpointScope.Whole, "Who changed what, newest first", TokenApi.Audit) { Query = [_limit, _cursor] },
        new("GET", "/api/v1/events", Role.Viewer, EndpointScope.ByService, "Everything that happens, as server-sent events; goes on after Last-Event-ID", EventApi.Stream)
        {
            Query = [new("traffic", "string", "1: each second's traffic too, without an id")],
            Produces = "text/event-stream",
        },
        new("GET", "/openapi/v1.json", Role.Viewer, EndpointScope.Open, "This API as an OpenAPI document", OpenApi.Serve),
        new("GET", "/metrics", Role.Viewer, EndpointScope.Whole, "Figures of Breakwater itself, for Prometheus", MetricsApi.Serve) { Produces = MetricsApi.MediaType },
        new("GET", "/healthz", Role.Viewer, EndpointScope.Open, "Whether the process lives", HealthApi.Alive) { Produces = "text/plain" },
        new("GET", "/readyz", Role.Viewer, EndpointScope.Open, "Whether incidents are kept and telemetry comes", HealthApi.Ready),
        .. Pages.Endpoints,
    ];
}
