using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Health;

/// <summary>What can be wrong with telemetry (docs/reference/telemetry-health.md).</summary>
internal enum HealthConditionKind : byte
{
    /// <summary>Nothing comes any more.</summary>
    Silent,

    /// <summary>Sequence numbers say that datagrams or records were lost on the way.</summary>
    Loss,

    /// <summary>Data came whose template is not known.</summary>
    TemplateMissing,

    /// <summary>Templates in use were not repeated for longer than their life.</summary>
    TemplateStale,

    /// <summary>Sets, samples or datagrams could not be read.</summary>
    Undecodable,

    /// <summary>Records tell no sampling rate, and none is configured.</summary>
    SamplingUnknown,

    /// <summary>Sampling rates in use were told before a restart, and not since.</summary>
    SamplingStale,

    /// <summary>Counters or configuration say another sampling rate than the records.</summary>
    SamplingContradicted,

    /// <summary>Roles go by the names of interfaces, and names are not known.</summary>
    InterfaceUnknown,

    /// <summary>The same datagrams come twice.</summary>
    Duplicates,

    /// <summary>The exporter's clock differs from this machine's.</summary>
    ClockSkew,

    /// <summary>Records tell of traffic long after it passed.</summary>
    LongActiveTimeout,

    /// <summary>The collector: datagrams of addresses that are no configured exporter.</summary>
    UnknownSenders,

    /// <summary>The collector: the kernel dropped datagrams before they were read.</summary>
    KernelDrops,

    /// <summary>The collector: ticks end late.</summary>
    Late,

    /// <summary>The collector: more came than can be judged, and a sample of it stands for the rest.</summary>
    Shedding,

    /// <summary>Logs: where reading stands cannot be kept.</summary>
    PositionUnkept,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What.</param>
/// <param name="Sentence">For the operator, with figures.</param>
/// <param name="Since">When it began; it lasts while it is listed.</param>
internal sealed record HealthCondition(HealthConditionKind Kind, string Sentence, DateTimeOffset Since);

/// <summary>How well one exporter's telemetry can be relied on; the collector itself is listed like one, without an address.</summary>
internal sealed record ExporterHealth
{
    /// <summary>Name of the entry that stands for the collector itself.</summary>
    public const string Collector = "collector";

    /// <summary>As configured.</summary>
    public required string Name { get; init; }

    /// <summary>Where its datagrams come from; null for the collector itself.</summary>
    public required Address? Address { get; init; }

    /// <summary>What is wrong, ordered by kind; empty: healthy.</summary>
    public required ImmutableArray<HealthCondition> Conditions { get; init; }

    /// <summary>Names of the formats that it sent: sflow, netflow5, netflow9, ipfix.</summary>
    public ImmutableArray<string> Formats { get; init; } = [];

    /// <summary>Arrival of its last datagram; null before the first.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Datagrams (over TCP: messages) since the start.</summary>
    public long Datagrams { get; init; }

    /// <summary>Records read from them.</summary>
    public long Records { get; init; }

    /// <summary>Units (datagrams or records) that its sequence numbers miss.</summary>
    public long Lost { get; init; }

    /// <summary>Share of <see cref="Lost"/> among all that was sent in the last minute, 0-1; null when nothing came.</summary>
    public double? LossShare { get; init; }

    /// <summary>1 in this many packets is seen; null when unknown or mixed.</summary>
    public uint? SamplingRate { get; init; }

    /// <summary>Its interfaces, by ifIndex.</summary>
    public ImmutableArray<LinkHealth> Links { get; init; } = [];

    /// <summary>Telemetry without a flaw.</summary>
    public bool IsHealthy => Conditions.IsEmpty;
}
