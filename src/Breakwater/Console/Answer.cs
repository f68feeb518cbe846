using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Reading parameters and writing answers.</summary>
internal static class Answer
{
    public const int DefaultLimit = 100;
    public const int MaximumLimit = 1_000;

    /// <summary>Largest body that a request may have, bytes.</summary>
    public const int MaximumBodyBytes = 16 * 1024;

    private const int MaximumBodyDepth = 8;

    // Answers are JSON by their media type and never part of a page: names and signs stay readable.
    private static readonly JsonSerializerOptions _readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task Json(HttpContext http, JsonNode document, int status = StatusCodes.Status200OK, string mediaType = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = mediaType;
        return Bytes(http, JsonSerializer.SerializeToUtf8Bytes(document, _readable));
    }

    public static Task Text(HttpContext http, string mediaType, string text)
    {
        http.Response.ContentType = mediaType.StartsWith("text/", StringComparison.Ordinal) && !mediaType.Contains("charset", StringComparison.Ordinal) ? $"{mediaType}; charset=utf-8" : mediaType;
        return Bytes(http, Encoding.UTF8.GetBytes(text));
    }

    public static Task Bytes(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>A page of items; <c>next</c> is null at the end.</summary>
    public static JsonObject Page(string name, IEnumerable<JsonNode> items, string? next) => new() { [name] = new JsonArray([.. items]), ["next"] = next };

    /// <summary>The parameter's value, the default when it is absent, null when it is out of range or no number.</summary>
    public static long? Number(HttpContext http, string name, long minimum, long maximum, long otherwise)
    {
        if (http.Request.Query[name] is not [{ } text])
            return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum ? number : null;
    }

    public static int? Limit(HttpContext http) => (int?)Number(http, "limit", 1, MaximumLimit, DefaultLimit);

    public static string? Parameter(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 } text] ? text : null;

    /// <summary>The body as one JSON object; null when it is none, too long or too deep.</summary>
    public static async Task<JsonObject?> Body(HttpContext http)
    {
        try
        {
            using var buffer = new MemoryStream();
            await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
            return JsonNode.Parse(buffer.ToArray(), documentOptions: new JsonDocumentOptions { MaxDepth = MaximumBodyDepth }) as JsonObject;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
