using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// Keeps where reading stands, in a file that is replaced whole, once a second and at the end: after a kill the lines of at most a second are read
/// again.
/// </summary>
internal sealed class LogPositions(string path)
{
    /// <summary>A larger file is none of ours.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    private string _written = "";

    /// <summary>What an earlier run left; nothing where it cannot be read.</summary>
    public ImmutableDictionary<string, ImmutableArray<LogPosition>> Load()
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > MaximumBytes || JsonNode.Parse(File.ReadAllText(path)) is not JsonObject read)
                return Nothing;
            return read.ToImmutableDictionary(static entry => entry.Key, static entry => entry.Value!.AsArray().Select(Read).ToImmutableArray(), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or ArgumentException or NullReferenceException or OverflowException)
        {
            return Nothing;
        }
    }

    /// <summary>Writes them, when they are others than the last time.</summary>
    /// <returns>Why it failed; null: it did not.</returns>
    public string? Save(IEnumerable<FollowedLog> logs)
    {
        var document = new JsonObject();
        foreach (var log in logs)
            document[log.Path] = new JsonArray([.. log.Positions.Select(Write)]);
        var text = document.ToJsonString();
        if (text == _written)
            return null;
        try
        {
            var fresh = path + ".new";
            File.WriteAllText(fresh, text);
            File.Move(fresh, path, overwrite: true);
            _written = text;
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    private static ImmutableDictionary<string, ImmutableArray<LogPosition>> Nothing => ImmutableDictionary.Create<string, ImmutableArray<LogPosition>>(StringComparer.Ordinal);

    private static JsonNode Write(LogPosition position) => new JsonObject
    {
        ["device"] = Text(position.Identity.Device),
        ["inode"] = Text(position.Identity.Inode),
        ["offset"] = position.Offset,
        ["headLength"] = position.Head.Length,
        ["headHash"] = Text(position.Head.Hash),
    };

    private static LogPosition Read(JsonNode? node) => new(
        new FileIdentity(Number(node!["device"]!), Number(node["inode"]!)), Math.Max(0, (long)node["offset"]!),
        new FileHead(Math.Clamp((int)node["headLength"]!, 0, FileHead.MaximumBytes), Number(node["headHash"]!)));

    // 64 bits do not fit into a number of JSON.
    private static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static ulong Number(JsonNode node) => ulong.Parse((string)node!, NumberStyles.None, CultureInfo.InvariantCulture);
}
