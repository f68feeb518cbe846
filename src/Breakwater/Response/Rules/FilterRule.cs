using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Response.Rules;

/// <summary>Numbers from one to another, both included.</summary>
internal readonly record struct NumberRange(ushort Low, ushort High)
{
    public static NumberRange Of(ushort value) => new(value, value);

    public bool Contains(int value) => value >= Low && value <= High;

    public override string ToString() =>
        Low == High ? Low.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Low}-{High}");
}

/// <summary>Which packets by their place among the fragments of one.</summary>
internal enum FragmentMatch
{
    /// <summary>All packets.</summary>
    Any,

    /// <summary>Fragments other than the first: those without ports.</summary>
    Later,

    /// <summary>Packets that are no later fragment.</summary>
    NotLater,
}

/// <summary>TCP flags that have to be set, and those that have to be clear; bits as in the header (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32).</summary>
internal readonly record struct TcpFlagsMatch(byte Set, byte Clear);

/// <summary>
/// What a filter matches. All that is given has to hold; of several ranges, one. A destination is always given: no filter of
/// Breakwater's is about everything.
/// </summary>
internal sealed record FilterMatch
{
    public required Prefix Destination { get; init; }

    /// <summary>Only of proven sources (rule 10); null: whatever the source.</summary>
    public Prefix? Source { get; init; }

    /// <summary>IP protocol number.</summary>
    public byte? Protocol { get; init; }

    public ImmutableArray<NumberRange> SourcePorts { get; init; } = [];

    public ImmutableArray<NumberRange> DestinationPorts { get; init; } = [];

    /// <summary>ICMP or ICMPv6 type and code; a code only beside a type.</summary>
    public byte? IcmpType { get; init; }

    public byte? IcmpCode { get; init; }

    public TcpFlagsMatch? TcpFlags { get; init; }

    /// <summary>Total lengths of the IP packet in bytes.</summary>
    public ImmutableArray<NumberRange> PacketLengths { get; init; } = [];

    public FragmentMatch Fragments { get; init; }

    public bool Equals(FilterMatch? other) => other is not null && RuleText.Of(this) == RuleText.Of(other);

    public override int GetHashCode() => RuleText.Of(this).GetHashCode(StringComparison.Ordinal);
}

/// <summary>What is done with what matches.</summary>
internal enum FilterActionKind
{
    Discard,

    /// <summary>Bytes per second pass, the rest is dropped.</summary>
    RateLimit,

    /// <summary>Everything towards the destination is dropped, by a route (RFC 7999): the target is given up. The match is the destination alone.</summary>
    Blackhole,

    /// <summary>The DSCP is set, for a queue that is served last.</summary>
    Mark,
}

/// <param name="Kind">What is done.</param>
/// <param name="Value">Bytes per second of a rate limit, DSCP of a mark; else 0.</param>
internal readonly record struct FilterAction(FilterActionKind Kind, long Value = 0)
{
    public static readonly FilterAction Discard = new(FilterActionKind.Discard);

    public static readonly FilterAction Blackhole = new(FilterActionKind.Blackhole);

    public static FilterAction RateLimit(long bytesPerSecond) => new(FilterActionKind.RateLimit, bytesPerSecond);
}

/// <summary>A filter: a match and what is done with it.</summary>
internal sealed record FilterRule(FilterMatch Match, FilterAction Action)
{
    /// <summary>The rule on one line, as <see cref="RuleText"/> reads it.</summary>
    public override string ToString() => RuleText.Of(this);
}
