using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>
/// <c>ETag</c> on what can be changed, <c>If-Match</c> on the change (RFC 9110 §8.8.3, §13.1.1): who looked at something else than what is there
/// now changes nothing. Without <c>If-Match</c> a change is made as asked.
/// </summary>
internal static class Preconditions
{
    private const int TagCharacters = 32;

    /// <summary>A strong tag of a document.</summary>
    public static string TagOf(JsonNode document) => Tag(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document.ToJsonString()))));

    /// <summary>A strong tag of a hash.</summary>
    public static string Tag(string hash) => $"\"{hash[..Math.Min(hash.Length, TagCharacters)]}\"";

    /// <summary>Writes a document with its tag.</summary>
    public static Task Write(HttpContext http, JsonNode document, string tag)
    {
        http.Response.Headers.ETag = tag;
        return Answer.Json(http, document);
    }

    /// <summary>True when the change may be made: nothing is asked, or one of the tags is the present one.</summary>
    public static bool Hold(HttpContext http, string present)
    {
        var asked = http.Request.Headers.IfMatch;
        if (asked.Count == 0)
            return true;
        // A weak tag never matches here (RFC 9110 §13.1.1).
        return asked.SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries)).Any(tag => tag == "*" || tag == present);
    }
}
