using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>
/// The last look at a route before it is sent, whoever asked: it reads the octets that would go out, not what they were made from. Nothing
/// outside the allowed prefixes, never a default route, never an allow-listed address, never more than the cap (rule 7).
/// </summary>
internal sealed class AnnouncementGuard(ImmutableArray<Prefix> allowed, ImmutableArray<Prefix> neverTouched, int mostRoutes)
{
    /// <summary>Most routes at a time, whatever is configured.</summary>
    public const int MaxRoutes = 1_000;

    /// <summary>Shortest destinations that may be announced at all: a /16 of IPv4 and a /32 of IPv6 are whole networks of others.</summary>
    private const int ShortestIPv4 = 16;
    private const int ShortestIPv6 = 32;

    private volatile Bounds _bounds = new(allowed, neverTouched, Math.Min(mostRoutes, MaxRoutes));

    /// <summary>Most routes at a time.</summary>
    public int MostRoutes => _bounds.MostRoutes;

    /// <summary>Other bounds from now on: what stands outside of them is refused at its next renewal, and lapses.</summary>
    public void Replace(ImmutableArray<Prefix> prefixes, ImmutableArray<Prefix> never, int most) => _bounds = new Bounds(prefixes, never, Math.Min(most, MaxRoutes));

    /// <summary>Why the route must not be sent, as a sentence without its full stop; null: it may.</summary>
    /// <param name="route">What is to be sent.</param>
    /// <param name="others">Routes that are announced already; null: this one is among them, so that the cap does not count.</param>
    public string? Fault(BgpRoute route, int? others)
    {
        if (others >= MostRoutes)
            return $"{MostRoutes} routes are announced already, and no more are allowed";
        if (!BgpFamily.IsFlowSpec(route.Family))
            return Unicast(route);
        var sink = default(Prefixes);
        var error = FlowSpecDecoder.Decode(route.Components.AsSpan(), route.Family, ref sink);
        if (error != DecodeError.None)
            return $"the rule cannot be read ({error})";
        if (sink.Destination is not { } destination)
            return "the rule has no destination";
        if (sink.HasOffset)
            return "the rule compares a part of an address only";
        if (route.Actions.IsEmpty || !route.Actions.All(IsHarmless))
            return "the rule has no action that is allowed, or another one: only rates and marks are";
        if (Fault(destination, route.Family) is { } fault)
            return fault;
        if (sink.Source is not { } source)
            return null;
        return source.Length == 0 ? "the source is everything" : Touched(source, "source");
    }

    private string? Unicast(BgpRoute route)
    {
        if (!route.Communities.Contains(BgpCommunity.Blackhole))
            return "a unicast route needs the community BLACKHOLE";
        if (!route.Actions.IsEmpty)
            return "a unicast route has no actions";
        if (Decoded(route) is not { } prefix)
            return $"{route.Prefix} is no prefix of the family {route.Family}";
        // The table knows a route by its prefix as given: two spellings of one would take each other back.
        return prefix == route.Prefix ? Fault(prefix, route.Family) : $"{route.Prefix} goes out as {prefix}";
    }

    /// <summary>The prefix that a router would read; null when it would read none, or the octets cannot be written.</summary>
    private static Prefix? Decoded(BgpRoute route)
    {
        var (network, length) = (route.Prefix.Network, route.Prefix.Length);
        var isIPv4 = BgpFamily.IsIPv4(route.Family);
        if (network.IsIPv4 != isIPv4 || length < 0 || length > (isIPv4 ? 32 : 128))
            return null;
        var writer = new BgpUpdateWriter(stackalloc byte[BgpHeader.LongestMessageBytes]);
        if (isIPv4)
            writer.Withdraw(network, length);
        else
            writer.UnreachUnicast(route.Family, network, length);
        var sink = default(RouteCounter);
        if (!writer.TryFinish(out var message) || BgpUpdateDecoder.Decode(message[BgpHeader.HeaderBytes..], 4, ref sink) != DecodeError.None)
            return null;
        return sink.Routes == 1 ? sink.Prefix : null;
    }

    private static bool IsHarmless(ulong action) =>
        FlowSpecAction.FromCommunity(action).Kind is FlowSpecActionKind.RateBytes or FlowSpecActionKind.RatePackets or FlowSpecActionKind.Mark;

    private string? Fault(Prefix destination, BgpFamilies family)
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        if (destination.Network.IsIPv4 != isIPv4)
            return $"{destination} is not of the family {family}";
        if (destination.Length < (isIPv4 ? ShortestIPv4 : ShortestIPv6))
            return $"{destination} is too wide";
        return _bounds.Allowed.Any(prefix => Covers(prefix, destination)) ? Touched(destination, "destination") : $"{destination} is outside the allowed prefixes";
    }

    private string? Touched(Prefix prefix, string role)
    {
        foreach (var never in _bounds.NeverTouched)
        {
            if (Covers(never, prefix) || Covers(prefix, never))
                return $"the {role} {prefix} touches {never}, which is on the allow-list";
        }

        return null;
    }

    private static bool Covers(Prefix wide, Prefix narrow) => wide.Length <= narrow.Length && wide.Contains(narrow.Network);

    private sealed record Bounds(ImmutableArray<Prefix> Allowed, ImmutableArray<Prefix> NeverTouched, int MostRoutes);

    private struct Prefixes : IFlowSpecSink
    {
        public Prefix? Destination;
        public Prefix? Source;
        public bool HasOffset;

        public void OnPrefix(FlowSpecComponent type, Address network, int length, int offset)
        {
            HasOffset |= offset > 0;
            if (type == FlowSpecComponent.DestinationPrefix)
                Destination = new Prefix(network, length);
            else
                Source = new Prefix(network, length);
        }

        public readonly void OnNumeric(FlowSpecComponent type, NumericMatch match)
        {
        }

        public readonly void OnBitmask(FlowSpecComponent type, BitmaskMatch match)
        {
        }
    }
}
