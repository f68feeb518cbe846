using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>One route that Breakwater announces: a unicast prefix (blackhole) or a FlowSpec rule.</summary>
internal sealed record BgpRoute
{
    public required BgpFamilies Family { get; init; }

    /// <summary>Of a unicast route.</summary>
    public Prefix Prefix { get; init; }

    /// <summary>Of a FlowSpec rule, as on the wire, without the length.</summary>
    public ImmutableArray<byte> Components { get; init; } = [];

    public ImmutableArray<uint> Communities { get; init; } = [];

    /// <summary>Extended communities: the actions of a FlowSpec rule.</summary>
    public ImmutableArray<ulong> Actions { get; init; } = [];

    /// <summary>Which route it is: a second one of the same match takes the place of the first, so its actions are no part of this.</summary>
    public string Key => BgpFamily.IsFlowSpec(Family) ? $"{Family} {Convert.ToHexStringLower(Components.AsSpan())}" : $"{Family} {Prefix}";

    public bool Equals(BgpRoute? other) =>
        other is not null && Key == other.Key && Communities.SequenceEqual(other.Communities) && Actions.SequenceEqual(other.Actions);

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
