using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Who may call an endpoint, beyond the role.</summary>
internal enum EndpointScope
{
    /// <summary>Anybody: it tells nothing of what is watched.</summary>
    Open,

    /// <summary>Each caller gets what belongs to the services that it may see.</summary>
    ByService,

    /// <summary>Only callers that see all services.</summary>
    Whole,
}

/// <summary>A query parameter of an endpoint.</summary>
internal sealed record QueryParameter(string Name, string Type, string Meaning);

/// <summary>One endpoint: routing, authorisation, the OpenAPI document and the tests' matrix are made from this.</summary>
/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Path">With <c>{id}</c> where a part varies.</param>
/// <param name="Role">The least role.</param>
/// <param name="Scope">What a scoped token gets.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Handle">Writes the answer; the caller has been checked.</param>
internal sealed record Endpoint(
    string Method, string Path, Role Role, EndpointScope Scope, string Summary, Func<HttpContext, ApiContext, ApiCaller, Task> Handle)
{
    /// <summary>Parameters that it understands; any other is refused.</summary>
    public QueryParameter[] Query { get; init; } = [];

    /// <summary>Media type of the answer.</summary>
    public string Produces { get; init; } = "application/json";

    /// <summary>Part of the API, and not of the pages.</summary>
    public bool IsApi { get; init; } = true;
}
