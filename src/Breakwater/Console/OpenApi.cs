using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary><c>/openapi/v1.json</c> (OpenAPI 3.1), made from the table of endpoints: it cannot say anything else than what is served.</summary>
internal static class OpenApi
{
    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller) => Answer.Json(http, Document());

    public static JsonObject Document()
    {
        var paths = new JsonObject();
        foreach (var group in Endpoints.All.Where(static endpoint => endpoint.IsApi).GroupBy(static endpoint => endpoint.Path, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var endpoint in group)
                item[endpoint.Method.ToLowerInvariant()] = Operation(endpoint);
            paths[group.Key] = item;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Breakwater", ["version"] = "1", ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" } },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = new JsonObject { ["Problem"] = ProblemSchema() },
            },
        };
    }

    private static JsonObject Operation(Endpoint endpoint)
    {
        var parameters = new JsonArray();
        if (endpoint.Path.Contains("{id}", StringComparison.Ordinal))
            parameters.Add(Parameter("id", "path", "string", "As lists give it", isRequired: true));
        foreach (var query in endpoint.Query)
            parameters.Add(Parameter(query.Name, "query", query.Type, query.Meaning, isRequired: false));
        if (endpoint is { IsApi: true, Method: not "GET" })
            parameters.Add(Parameter("If-Match", "header", "string", "The ETag of what is changed, as it was seen; else 412 and no change", isRequired: false));
        if (endpoint is { IsApi: true, Method: "POST" })
            parameters.Add(Parameter(Repeats.Header, "header", "string", "The same request with the same key within ten minutes gets the first answer", isRequired: false));
        var operation = new JsonObject
        {
            ["summary"] = endpoint.Summary,
            ["description"] = endpoint.Scope switch
            {
                EndpointScope.Open => "Needs no token.",
                EndpointScope.Whole => $"Needs the role {RoleNames.Of(endpoint.Role)}, for all services.",
                _ => $"Needs the role {RoleNames.Of(endpoint.Role)}; a token for some services sees only what is theirs.",
            },
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["2XX"] = new JsonObject { ["description"] = endpoint.Summary, ["content"] = new JsonObject { [endpoint.Produces] = new JsonObject() } },
                ["default"] = new JsonObject
                {
                    ["description"] = "Why not (RFC 9457)",
                    ["content"] = new JsonObject { [Problem.MediaType] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } },
                },
            },
        };
        operation["security"] = endpoint.Scope == EndpointScope.Open ? new JsonArray() : new JsonArray(new JsonObject { ["token"] = new JsonArray() });
        return operation;
    }

    private static JsonObject Parameter(string name, string place, string type, string meaning, bool isRequired) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = isRequired,
        ["description"] = meaning,
        ["schema"] = new JsonObject { ["type"] = type },
    };

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("title", "status", "detail"),
        ["properties"] = new JsonObject
        {
            ["title"] = new JsonObject { ["type"] = "string" },
            ["status"] = new JsonObject { ["type"] = "integer" },
            ["detail"] = new JsonObject { ["type"] = "string" },
        },
    };
}
