using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>An error as RFC 9457 has it: the type is left out (<c>about:blank</c>), so that the title is the status's own name.</summary>
internal sealed record Problem(int Status, string Title, string Detail)
{
    public const string MediaType = "application/problem+json";

    public static readonly Problem Unauthorized = new(401, "Unauthorized", "send a token as 'Authorization: Bearer …' ('breakwater token create' makes one), or log in");
    public static readonly Problem NotFound = new(404, "Not Found", "there is no such thing, or this token does not see it");
    public static readonly Problem MethodNotAllowed = new(405, "Method Not Allowed", "this address does not know that method");
    public static readonly Problem Misdirected = new(421, "Misdirected Request", "this Breakwater does not answer under that host name; 'listen.names' in its configuration says under which");
    public static readonly Problem TooManyReaders = new(503, "Service Unavailable", "too many readers of events; try again later");

    public static readonly Problem PreconditionFailed = new(412, "Precondition Failed", "it is not what If-Match says any more: look at it again, and then change it");
    public static readonly Problem KeyTaken = new(422, "Unprocessable Content", "this Idempotency-Key was used for another request");
    public static readonly Problem TooManyKeys = new(503, "Service Unavailable", "too many requests with an Idempotency-Key are still running; try again later");
    public static readonly Problem StillRunning = new(409, "Conflict", "the first request with this Idempotency-Key is still running");

    /// <summary>A file with mistakes: nothing was changed.</summary>
    public static Problem BadConfiguration(ImmutableArray<string> mistakes) => new(422, "Unprocessable Content", $"not reloaded, the configuration in use stays: {string.Join("; ", mistakes)}");

    public static Problem BadRequest(string detail) => new(400, "Bad Request", detail);

    /// <summary>What was asked for cannot be as things stand.</summary>
    public static Problem Conflict(string detail) => new(409, "Conflict", detail);

    public static Problem Forbidden(string detail) => new(403, "Forbidden", detail);

    public static Problem StorageFails(string detail) => new(503, "Service Unavailable", detail);

    public Task Write(HttpContext http)
    {
        if (Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        return Answer.Json(http, new JsonObject { ["title"] = Title, ["status"] = Status, ["detail"] = Detail }, Status, MediaType);
    }
}
