using System.Text.Json.Serialization;

namespace Breakwater.Response.Nftables;

/// <summary>One line to the agent: rules to set (each with its lease), to clear, or a question for the counters.</summary>
internal sealed record AgentRequest
{
    public const string SetOperation = "set";
    public const string ClearOperation = "clear";
    public const string CountersOperation = "counters";

    /// <summary>Most rules of one line: they are one transaction.</summary>
    public const int MaximumRules = 200;

    public required string? Operation { get; init; }

    /// <summary>Rules as <see cref="Rules.RuleText"/> writes them; what the other end leaves out, or gives as null, is null.</summary>
    public AgentRule?[]? Rules { get; init; }
}

/// <param name="Rule">The rule on one line.</param>
/// <param name="LeaseMilliseconds">How long it stands; 0 where it is cleared.</param>
internal sealed record AgentRule(string? Rule, long LeaseMilliseconds = 0);

/// <summary>What the agent says first to everybody who may speak to it.</summary>
internal sealed record AgentGreeting(string? Agent, int Version, string[]? Interfaces, string[]? Prefixes, int MaxRules)
{
    public const string Name = "breakwater";
    public const int SupportedVersion = 1;
}

/// <summary>The answer to one line.</summary>
internal sealed record AgentAnswer
{
    /// <summary>Why nothing was done at all; null: it was, but for <see cref="Refused"/>.</summary>
    public string? Fault { get; init; }

    public RefusedRule?[]? Refused { get; init; }

    /// <summary>Of the operation "counters".</summary>
    public CountedRule?[]? Counters { get; init; }
}

internal sealed record RefusedRule(string? Rule, string? Fault);

internal sealed record CountedRule(string? Rule, long LeaseLeftMilliseconds, long MatchedPackets, long MatchedBytes, long DroppedPackets, long DroppedBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(AgentGreeting))]
[JsonSerializable(typeof(AgentAnswer))]
internal sealed partial class AgentJson : JsonSerializerContext;
