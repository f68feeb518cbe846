using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>What an incident is judged to be.</summary>
public enum Verdict : byte
{
    /// <summary>The evidence is too thin: a capture shorter than a second, records without times, or without the requests that would tell.</summary>
    InsufficientEvidence,

    /// <summary>Enough evidence, and it points both ways.</summary>
    Undetermined,

    /// <summary>Popular, not attacked.</summary>
    FlashCrowd,

    /// <summary>An attack.</summary>
    Attack,
}

/// <summary>How firmly the verdict stands.</summary>
public enum Confidence : byte
{
    /// <summary>Barely: the verdict is insufficient-evidence or undetermined.</summary>
    Low,

    /// <summary>Above the floor, by less than twice, or seen in one direction only.</summary>
    Medium,

    /// <summary>At least twice the floor even at the lower bound.</summary>
    High,
}

/// <summary>Where an incident stands in its life.</summary>
public enum IncidentState : byte
{
    /// <summary>The signal was there when the records ended.</summary>
    Active,

    /// <summary>The signal is gone, for less than the quiet period.</summary>
    Quiet,

    /// <summary>The quiet period has passed.</summary>
    Closed,
}

/// <summary>One argument of a verdict: a measure, its value, the threshold that it crossed, and what would have turned it.</summary>
/// <param name="Text">The argument as a sentence.</param>
/// <param name="Measure">Name of the measure.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Threshold">What it had to cross.</param>
/// <param name="Counterfactual">What would have turned it, as a sentence.</param>
/// <param name="Turned">A value of the measure at which the detector, evaluated again, does not find this vector.</param>
public sealed record Reason(string Text, string Measure, double Value, double Threshold, string Counterfactual, double Turned)
{
    /// <summary>Log-likelihood ratio of the argument where a sum of them decides; null elsewhere.</summary>
    public double? Weight { get; init; }
}

/// <summary>A sender of the incident, in a sample of all.</summary>
public readonly record struct SampledSource(Address Address, ulong Packets);

/// <summary>One technique seen in an incident.</summary>
/// <param name="Vector">The technique.</param>
/// <param name="Protocol">IP protocol number, null when mixed.</param>
/// <param name="SourcePort">Port that more than half of the packets came from, null when none.</param>
/// <param name="DestinationPort">Port that more than half of the packets went to, null when none.</param>
/// <param name="Share">Its part of the incident's packets, 0-1.</param>
public sealed record IncidentVector(Vector Vector, byte? Protocol, ushort? SourcePort, ushort? DestinationPort, double Share);

/// <summary>The largest second of an incident (of the capture, when that is shorter); requests are null when no vector counts them.</summary>
public sealed record Peak(double WindowSeconds, Estimate PacketsPerSecond, Estimate BitsPerSecond, Estimate? RequestsPerSecond);

/// <summary>One event against one target.</summary>
public sealed record Incident
{
    public required Target Target { get; init; }

    /// <summary>The host of the web logs that it rests on; null where they name none, and without logs.</summary>
    public string? Site { get; init; }

    /// <summary>Its target's service is one of the configuration, not the host that clients named.</summary>
    public bool IsOfService { get; init; }

    public required Shape Shape { get; init; }

    public required Verdict Verdict { get; init; }

    public required Confidence Confidence { get; init; }

    public required IncidentState State { get; init; }

    public required ImmutableArray<IncidentVector> Vectors { get; init; }

    /// <summary>First packet of the attack traffic; nanoseconds since 1970-01-01 UTC, null when the records have no time of arrival.</summary>
    public required long? StartedNanoseconds { get; init; }

    /// <summary>End of the tick in which the verdict stood.</summary>
    public required long? DetectedNanoseconds { get; init; }

    /// <summary>Last packet of the attack traffic; null while it goes on.</summary>
    public required long? EndedNanoseconds { get; init; }

    public required Peak Peak { get; init; }

    public required Estimate Packets { get; init; }

    public required Estimate Bytes { get; init; }

    /// <summary>Distinct source addresses among the packets seen.</summary>
    public required Estimate Sources { get; init; }

    /// <summary>Distinct senders that completed a handshake.</summary>
    public required Estimate Proven { get; init; }

    /// <summary>A uniform sample of the senders, in the order of their hashes; of outbound incidents the receivers.</summary>
    public required ImmutableArray<SampledSource> SourceSample { get; init; }

    /// <summary>The sample holds every sender there was.</summary>
    public required bool SourceSampleIsComplete { get; init; }

    /// <summary>Share of the sampled senders whose network had been seen before the incident; null without enough of a past.</summary>
    public double? SeenBeforeShare { get; init; }

    /// <summary>HTTP requests, null when no vector counts them.</summary>
    public required Estimate? Requests { get; init; }

    public required ImmutableArray<Reason> Reasons { get; init; }

    /// <summary>1 in this many packets was seen; null when unknown or mixed.</summary>
    public required uint? SamplingRate { get; init; }

    /// <summary>What must be kept in mind when reading this incident.</summary>
    public required ImmutableArray<string> Limits { get; init; }

    /// <summary>Conditions that tell the surge of a web log from what was there before; empty for packets and flows.</summary>
    public ImmutableArray<Web.WebRule> WebRules { get; init; } = [];

    /// <summary>Attack packets over time, equal steps from the first to the last packet (for a sparkline).</summary>
    public required ImmutableArray<ulong> Series { get; init; }

    /// <summary>The same incident when the records carry no time of arrival: rates prove nothing then.</summary>
    internal Incident WithoutTimes() => this with
    {
        Verdict = Verdict.InsufficientEvidence,
        Confidence = Confidence.Low,
        StartedNanoseconds = null,
        DetectedNanoseconds = null,
        EndedNanoseconds = null,
        Limits = Limits.Add("the records have no time of arrival: no verdict can rest on their rate"),
    };
}

/// <summary>What a detector found, and what it could not look at.</summary>
public sealed record DetectionResult
{
    /// <summary>The reason of <see cref="LeftOut"/> that is no lack: ARP and the like.</summary>
    public const string WithoutAddresses = "without IP addresses";

    /// <summary>Incidents in the order of detection, then target.</summary>
    public required ImmutableArray<Incident> Incidents { get; init; }

    /// <summary>Records counted.</summary>
    public required long Records { get; init; }

    /// <summary>First and last time of arrival, nanoseconds since 1970-01-01 UTC; null when no record has one.</summary>
    public required long? FirstNanoseconds { get; init; }

    /// <inheritdoc cref="FirstNanoseconds"/>
    public required long? LastNanoseconds { get; init; }

    /// <summary>Destination hosts counted.</summary>
    public required int Hosts { get; init; }

    /// <summary>Records left out of the verdicts, by reason; only reasons that occurred.</summary>
    public required ImmutableArray<(string Reason, long Records)> LeftOut { get; init; }

    /// <summary>Counterfactuals that were evaluated again, and the sentences of those that did not turn their finding
    /// (<see cref="DetectorOptions.VerifyCounterfactuals"/>).</summary>
    public required (long Evaluated, ImmutableArray<string> Failed) Counterfactuals { get; init; }

    /// <summary>Records whose sampling rate is unknown: their sums are lower bounds.</summary>
    public required long UnknownRateRecords { get; init; }
}
