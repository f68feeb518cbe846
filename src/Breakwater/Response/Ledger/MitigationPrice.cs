using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Response.Price;

namespace Breakwater.Response.Ledger;

/// <summary>What a filter does, as shares from 0 to 1; what is not known is null.</summary>
/// <param name="AttackCovered">Of the attack, what it removes.</param>
/// <param name="Packets">Of the legitimate packets, what it drops.</param>
/// <param name="Bytes">Likewise, of the bytes.</param>
/// <param name="Clients">Likewise, of the clients.</param>
internal sealed record MitigationPrice(Estimate AttackCovered, Estimate Packets, Estimate Bytes, Estimate Clients)
{
    /// <summary>The highest upper end of what it drops, as <see cref="FilterPrice.WorstCase"/>.</summary>
    public double WorstCase => new FilterPrice(Packets, Bytes, Clients).WorstCase;

    /// <summary>As the ledger keeps it.</summary>
    public string ToText() => new JsonObject
    {
        ["attackCovered"] = Write(AttackCovered),
        ["packets"] = Write(Packets),
        ["bytes"] = Write(Bytes),
        ["clients"] = Write(Clients),
    }.ToJsonString();

    /// <summary>Null for what is no such text.</summary>
    public static MitigationPrice? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject price
                ? new MitigationPrice(Read(price["attackCovered"]), Read(price["packets"]), Read(price["bytes"]), Read(price["clients"])) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static JsonObject Write(Estimate estimate) => new()
    {
        ["value"] = Rounded(estimate.Value),
        ["low"] = Rounded(estimate.Low),
        ["high"] = Rounded(estimate.High),
        ["samples"] = estimate.Samples,
    };

    /// <summary>A share in words: "0.2 % (0 to 0.9 %)"; "unknown" where nothing is known.</summary>
    public static string Told(Estimate share) => share switch
    {
        { Value: { } value, Low: { } low, High: { } high } => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.##} % ({low * 100:0.##} to {high * 100:0.##} %)"),
        { High: { } most } => string.Create(CultureInfo.InvariantCulture, $"at most {most * 100:0.##} %"),
        { Low: { } least } => string.Create(CultureInfo.InvariantCulture, $"at least {least * 100:0.##} %"),
        _ => "unknown",
    };

    private static JsonNode? Rounded(double? share) => share is { } known && double.IsFinite(known) ? Math.Round(known, 6) : null;

    private static Estimate Read(JsonNode? node) => new((double?)node?["value"], (double?)node?["low"], (double?)node?["high"], (long?)node?["samples"] ?? 0);
}
