using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Breakwater.Scenarios;

/// <summary>One file of families/: variants of one kind of event, each with what a detector is to say about it.</summary>
internal sealed record FamilyFile
{
    public required string Family { get; init; }

    public required string About { get; init; }

    /// <summary>True for families that no threshold was ever tuned on: all of their seeds belong to the closing figures.</summary>
    public bool ClosingOnly { get; init; }

    public required SeedTable Seeds { get; init; }

    /// <summary>What variants do not say themselves.</summary>
    public Variant Defaults { get; init; } = new();

    public required ImmutableArray<Variant> Variants { get; init; }

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    /// <exception cref="JsonException">The text is no family file; the message says where.</exception>
    public static FamilyFile Parse(string json) =>
        JsonSerializer.Deserialize<FamilyFile>(json, _options) ?? throw new JsonException("a family file is an object");
}

/// <summary>Seeds of the two halves; they never overlap.</summary>
internal sealed record SeedTable(ImmutableArray<ulong> Tuning, ImmutableArray<ulong> Closing);

/// <summary>One row of a family's table: arguments of <c>sample</c>, how the traffic is told, and the truth. Null: as the defaults say.</summary>
internal sealed record Variant
{
    public string? Name { get; init; }

    public string? Kind { get; init; }

    public string? Duration { get; init; }

    /// <summary>The row is repeated for each rate.</summary>
    public string[]? Rates { get; init; }

    /// <summary>The row is repeated for each sampling rate.</summary>
    public uint[]? Samplings { get; init; }

    /// <summary><c>packets</c> (records made of frames), <c>sflow</c>, <c>ipfix</c> or <c>netflow9</c>; the row is repeated for each.</summary>
    public string[]? Formats { get; init; }

    public string? Mix { get; init; }

    public string? Shape { get; init; }

    public string? Hosts { get; init; }

    public string? On { get; init; }

    public string? Off { get; init; }

    public string[]? And { get; init; }

    public bool? Mimic { get; init; }

    public string? Outbound { get; init; }

    public bool? AlreadyRunning { get; init; }

    /// <summary>How long it is quiet before the attack, or before the crowd of a quiet kind comes.</summary>
    public string? Before { get; init; }

    /// <summary>Configuration: the protected networks. Null: the own networks of samples.</summary>
    public string[]? Protect { get; init; }

    /// <summary>The incidents that are to be there. Empty: none.</summary>
    public Expected[]? Expected { get; init; }

    /// <summary>Verdicts of further incidents that are no mistake, such as a flash crowd that is called one.</summary>
    public string[]? Tolerated { get; init; }

    /// <summary>This row over the family's defaults.</summary>
    public Variant Over(Variant defaults) => new()
    {
        Name = Name,
        Kind = Kind ?? defaults.Kind,
        Duration = Duration ?? defaults.Duration,
        Rates = Rates ?? defaults.Rates,
        Samplings = Samplings ?? defaults.Samplings ?? [1],
        Formats = Formats ?? defaults.Formats ?? ["packets"],
        Mix = Mix ?? defaults.Mix,
        Shape = Shape ?? defaults.Shape,
        Hosts = Hosts ?? defaults.Hosts,
        On = On ?? defaults.On,
        Off = Off ?? defaults.Off,
        And = And ?? defaults.And,
        Mimic = Mimic ?? defaults.Mimic,
        Outbound = Outbound ?? defaults.Outbound,
        AlreadyRunning = AlreadyRunning ?? defaults.AlreadyRunning,
        Before = Before ?? defaults.Before,
        Protect = Protect ?? defaults.Protect,
        Expected = Expected ?? defaults.Expected,
        Tolerated = Tolerated ?? defaults.Tolerated,
    };
}

/// <summary>An incident that is to be there.</summary>
internal sealed record Expected
{
    /// <summary>Host or network.</summary>
    public string Target { get; init; } = "203.0.113.10";

    public string Direction { get; init; } = "inbound";

    public string Shape { get; init; } = "host";

    /// <summary>Each of these is to be named.</summary>
    public required string[] Vectors { get; init; }

    /// <summary>These may be named beside them: what the same packets may also be called with good reason.</summary>
    public string[] AllowedVectors { get; init; } = [];

    /// <summary>Any one of <see cref="Vectors"/> and <see cref="AllowedVectors"/> will do, where a technique has two fair names.</summary>
    public bool AnyOf { get; init; }

    public string[] Verdicts { get; init; } = ["attack"];

    /// <summary>Lowest rate of an attack per host, by the defaults; null: that of the first vector. 0: evidence at any rate.</summary>
    public int? Floor { get; init; }

    /// <summary>Seconds from the first packet of the attack until it can be called one; null: 0, or for ramps until the floor is reached.</summary>
    public double? StartedAfterSeconds { get; init; }
}
