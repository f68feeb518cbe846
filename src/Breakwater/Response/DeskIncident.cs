using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Wire;

namespace Breakwater.Response;

/// <summary>What the desk needs to know of an incident, read from what the journal keeps.</summary>
internal sealed record DeskIncident
{
    public required string Id { get; init; }

    public required string? Service { get; init; }

    /// <summary>What is attacked, of several networks of a service the first; null where it is not ours.</summary>
    public required Prefix? Target { get; init; }

    /// <summary>All networks of a service that is attacked as a whole; empty: <see cref="Target"/> is all.</summary>
    public ImmutableArray<Prefix> Networks { get; init; } = [];

    public required bool IsInbound { get; init; }

    public required KeptState State { get; init; }

    /// <summary>As JSON spells it.</summary>
    public required string Verdict { get; init; }

    public required Confidence Confidence { get; init; }

    public required ImmutableArray<string> Vectors { get; init; }

    /// <summary>The wider incident that goes on with a closed one; null: it is over.</summary>
    public string? TakenOverBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>True while it goes on.</summary>
    public bool IsRunning => State is KeptState.Active or KeptState.Reopened;

    public bool IsOpen => State != KeptState.Closed;

    public bool IsAttack => Verdict == "attack";

    /// <summary>Null for a document that cannot be read.</summary>
    /// <param name="kept">As the journal has it.</param>
    /// <param name="config">Says which addresses a service has.</param>
    public static DeskIncident? Of(KeptIncident kept, BreakwaterConfig config)
    {
        try
        {
            return JsonNode.Parse(kept.Json) is JsonObject document ? Read(kept, document, config) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static DeskIncident Read(KeptIncident kept, JsonObject document, BreakwaterConfig config) => new()
    {
        Id = kept.Id,
        Service = kept.Service,
        Target = TargetOf(document["target"], config),
        Networks = NetworksOf(document["target"], config) is { Length: > 1 } several ? several : [],
        IsInbound = (string?)document["target"]?["direction"] == "inbound",
        State = kept.State,
        TakenOverBy = kept.IsOpen ? null : (string?)document["takenOverBy"],
        Verdict = kept.Verdict,
        Confidence = (string?)document["confidence"] switch
        {
            "high" => Confidence.High,
            "medium" => Confidence.Medium,
            _ => Confidence.Low,
        },
        Vectors = [.. (document["vectors"] as JsonArray ?? []).Select(static vector => (string?)vector?["name"]).OfType<string>().Order(StringComparer.Ordinal)],
        StartedAt = DateTimeOffset.TryParse((string?)document["startedAt"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var started) ? started : kept.OpenedAt,
    };

    private static ImmutableArray<Prefix> NetworksOf(JsonNode? target, BreakwaterConfig config) =>
        (string?)target?["kind"] == "service" && config.Services.FirstOrDefault(service => service.Name == (string?)target["value"]) is { } service ? service.Addresses : [];

    private static Prefix? TargetOf(JsonNode? target, BreakwaterConfig config)
    {
        var value = (string?)target?["value"];
        if ((string?)target?["kind"] == "service")
            return NetworksOf(target, config) is [var first, ..] ? first : null;
        return value is not null && Prefix.TryParse(value, out var prefix) ? prefix : null;
    }
}
