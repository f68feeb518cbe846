using System.Collections.Immutable;
using Breakwater.Response.Bgp;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Rules;

/// <summary>A rule as a BGP route: FlowSpec, or a unicast route with the community of RFC 7999.</summary>
internal static class RuleRoutes
{
    private const byte FirstFlags = 0x3F;

    /// <summary>The route of a rule that <see cref="RuleCheck"/> finds nothing wrong with; null when it cannot be expressed.</summary>
    public static BgpRoute? Of(FilterRule rule, uint asNumber)
    {
        var isIPv4 = rule.Match.Destination.Network.IsIPv4;
        if (rule.Action.Kind == FilterActionKind.Blackhole)
        {
            return new BgpRoute
            {
                Family = isIPv4 ? BgpFamilies.IPv4Unicast : BgpFamilies.IPv6Unicast,
                Prefix = rule.Match.Destination,
                Communities = [BgpCommunity.Blackhole, BgpCommunity.NoExport],
            };
        }

        var family = isIPv4 ? BgpFamilies.IPv4FlowSpec : BgpFamilies.IPv6FlowSpec;
        var writer = new FlowSpecWriter(stackalloc byte[1024], family);
        Write(rule.Match, ref writer);
        var action = rule.Action.Kind switch
        {
            FilterActionKind.RateLimit => FlowSpecAction.LimitBytes(asNumber, rule.Action.Value),
            FilterActionKind.Mark => new FlowSpecAction(FlowSpecActionKind.Mark, 0, rule.Action.Value),
            _ => FlowSpecAction.Discard(asNumber),
        };
        return writer.IsFaulty ? null : new BgpRoute { Family = family, Components = [.. writer.Components], Actions = [action.ToCommunity()] };
    }

    private static void Write(FilterMatch match, ref FlowSpecWriter writer)
    {
        writer.Prefix(FlowSpecComponent.DestinationPrefix, match.Destination.Network, match.Destination.Length);
        if (match.Source is { } source)
            writer.Prefix(FlowSpecComponent.SourcePrefix, source.Network, source.Length);
        Write(FlowSpecComponent.Protocol, match.Protocol, ref writer);
        Write(FlowSpecComponent.DestinationPort, match.DestinationPorts, ref writer);
        Write(FlowSpecComponent.SourcePort, match.SourcePorts, ref writer);
        Write(FlowSpecComponent.IcmpType, match.IcmpType, ref writer);
        Write(FlowSpecComponent.IcmpCode, match.IcmpCode, ref writer);
        if (match.TcpFlags is { } flags)
            Write(flags, ref writer);
        Write(FlowSpecComponent.PacketLength, match.PacketLengths, ref writer);
        if (match.Fragments != FragmentMatch.Any)
        {
            var operators = match.Fragments == FragmentMatch.Later ? BitmaskOperators.All : BitmaskOperators.Not | BitmaskOperators.All;
            writer.Bitmask(FlowSpecComponent.Fragment, [new BitmaskMatch(operators, (byte)FlowSpecFragment.IsFragment)]);
        }
    }

    private static void Write(FlowSpecComponent type, byte? value, ref FlowSpecWriter writer)
    {
        if (value is { } known)
            writer.Numeric(type, [new NumericMatch(NumericOperators.Equal, known)]);
    }

    private static void Write(FlowSpecComponent type, ImmutableArray<NumberRange> ranges, ref FlowSpecWriter writer)
    {
        if (ranges.IsEmpty)
            return;
        var matches = new List<NumericMatch>();
        foreach (var range in ranges)
        {
            // The two ends of a range are joined by AND; ranges by OR.
            if (range.Low == range.High)
            {
                matches.Add(new NumericMatch(NumericOperators.Equal, range.Low));
                continue;
            }

            matches.Add(new NumericMatch(NumericOperators.GreaterThan | NumericOperators.Equal, range.Low));
            matches.Add(new NumericMatch(NumericOperators.And | NumericOperators.LessThan | NumericOperators.Equal, range.High));
        }

        writer.Numeric(type, [.. matches]);
    }

    // All that is to be set is set, and none of what is to be clear (RFC 8955 §4.2.2.9).
    private static void Write(TcpFlagsMatch flags, ref FlowSpecWriter writer)
    {
        var matches = new List<BitmaskMatch>();
        if ((flags.Set & FirstFlags) != 0)
            matches.Add(new BitmaskMatch(BitmaskOperators.All, flags.Set));
        if ((flags.Clear & FirstFlags) != 0)
            matches.Add(new BitmaskMatch((matches.Count > 0 ? BitmaskOperators.And : 0) | BitmaskOperators.Not, flags.Clear));
        writer.Bitmask(FlowSpecComponent.TcpFlags, [.. matches]);
    }
}
