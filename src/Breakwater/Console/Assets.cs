using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Style, script and fonts, held in the executable: nothing comes from another host.</summary>
internal static class Assets
{
    private const string Prefix = "console/";

    private static readonly FrozenDictionary<string, (byte[] Bytes, string MediaType, string Tag)> _all = Load();

    /// <summary>False in a build without npm: the pages then load themselves anew instead.</summary>
    public static bool HasScript => _all.ContainsKey("console.js");

    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (!_all.TryGetValue((string?)http.Request.RouteValues["name"] ?? "", out var asset))
            return Problem.NotFound.Write(http);
        http.Response.Headers.ETag = asset.Tag;
        http.Response.Headers.CacheControl = "public, max-age=0, must-revalidate";
        if (http.Request.Headers.IfNoneMatch == asset.Tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }
        http.Response.ContentType = asset.MediaType;
        return Answer.Bytes(http, asset.Bytes);
    }

    private static FrozenDictionary<string, (byte[] Bytes, string MediaType, string Tag)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var assets = new Dictionary<string, (byte[], string, string)>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            assets.Add(name[Prefix.Length..], (bytes, MediaType(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\""));
        }
        return assets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string MediaType(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        _ => "application/octet-stream",
    };
}
