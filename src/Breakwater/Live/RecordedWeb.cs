using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Telemetry.Live;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Live;

/// <summary>Settings of a recording of logs: those of detection, and what is known of each log.</summary>
internal static class RecordedWeb
{
    private const string GeoKey = "geo";

    /// <summary>Databases of a run; more are none of ours.</summary>
    private const int MostDatabases = 64;

    /// <param name="options">Settings of detection.</param>
    /// <param name="geo">The address databases that it asks; null: none.</param>
    public static byte[] Write(DetectorOptions options, GeoLookup? geo = null)
    {
        JsonNode settings = RecordedSettings.Write(new LiveSettings { Detection = options, Exporters = [], Listen = new ListenAddresses([], []) });
        if (geo is not null)
            settings[GeoKey] = new JsonArray([.. geo.Hashes.Select(static hash => (JsonNode)hash)]);
        return Encoding.UTF8.GetBytes(settings.ToJsonString());
    }

    /// <summary>The SHA-256 of each address database that the run asked.</summary>
    /// <exception cref="InvalidDataException">These are no settings.</exception>
    public static ImmutableArray<string> ReadGeo(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Parse(octets)?[GeoKey]?.AsArray() is not { } hashes ? []
                : hashes.Count <= MostDatabases ? [.. hashes.Select(static hash => (string)hash!)]
                : throw new InvalidDataException("the recording names more address databases than any run has");
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("the recording tells of settings that are none", error);
        }
    }

    public static byte[] Write(LogSource source) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["name"] = source.Name,
        ["service"] = source.Service,
        ["format"] = source.FormatText,
        ["trustedProxies"] = new JsonArray([.. source.TrustedProxies.Select(static network => (JsonNode)network)]),
    }.ToJsonString());

    /// <exception cref="InvalidDataException">These are no settings.</exception>
    public static DetectorOptions ReadOptions(ReadOnlySpan<byte> octets) => RecordedSettings.Read(Parse(octets)).Detection with { Shards = 1 };

    /// <summary>What is known of a log; a service that the settings do not have is none.</summary>
    /// <exception cref="InvalidDataException">This is no log.</exception>
    public static LogSource ReadSource(ReadOnlySpan<byte> octets, int services)
    {
        try
        {
            var node = Parse(octets)!;
            var format = (string?)node["format"];
            if (format is not null && !LogFormat.TryParse(format, out _, out _))
                throw new InvalidDataException("the recording names a format that is none");
            return new LogSource((string)node["name"]!, (int)node["service"]! is >= 0 and var service && service < services ? service : -1)
            {
                FormatText = format,
                TrustedProxies = [.. node["trustedProxies"]!.AsArray().Select(static network => (string)network!)],
            };
        }
        catch (Exception error) when (error is InvalidOperationException or NullReferenceException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("the recording tells of a log that is none", error);
        }
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> octets)
    {
        try
        {
            return JsonNode.Parse(octets);
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new InvalidDataException("a record of the recording is no JSON", error);
        }
    }
}
