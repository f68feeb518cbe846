using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>A route as an UPDATE for one peer.</summary>
internal static class RouteUpdate
{
    private const uint Preference = 100;

    /// <summary>Octets written; 0 when the route does not fit into a message.</summary>
    public static int Write(Span<byte> buffer, BgpRoute route, bool isWithdrawn, BgpPeerSettings settings, int octetsPerAs)
    {
        var writer = new BgpUpdateWriter(buffer);
        if (isWithdrawn)
            Withdraw(ref writer, route);
        else
            Announce(ref writer, route, settings, octetsPerAs);
        return writer.TryFinish(out var message) ? message.Length : 0;
    }

    private static void Withdraw(ref BgpUpdateWriter writer, BgpRoute route)
    {
        if (BgpFamily.IsFlowSpec(route.Family))
            writer.UnreachFlowSpec(route.Family, route.Components.AsSpan());
        else if (route.Family == BgpFamilies.IPv4Unicast)
            writer.Withdraw(route.Prefix.Network, route.Prefix.Length);
        else
            writer.UnreachUnicast(route.Family, route.Prefix.Network, route.Prefix.Length);
    }

    // Attributes in ascending order of their types; MP_REACH_NLRI is 14, between communities and extended ones.
    private static void Announce(ref BgpUpdateWriter writer, BgpRoute route, BgpPeerSettings settings, int octetsPerAs)
    {
        ReadOnlySpan<uint> path = settings.IsInternal ? [] : [settings.LocalAs];
        writer.Origin(BgpOrigin.Igp);
        writer.AsPath(path, octetsPerAs);
        if (route.Family == BgpFamilies.IPv4Unicast)
            writer.NextHop(settings.NextHopIPv4);
        if (settings.IsInternal)
            writer.LocalPreference(Preference);
        writer.Communities(route.Communities.AsSpan());
        if (BgpFamily.IsFlowSpec(route.Family))
            writer.ReachFlowSpec(route.Family, route.Components.AsSpan());
        else if (route.Family == BgpFamilies.IPv6Unicast)
            writer.ReachUnicast(route.Family, settings.NextHopIPv6, route.Prefix.Network, route.Prefix.Length);
        writer.ExtendedCommunities(route.Actions.AsSpan());
        if (octetsPerAs == 2 && !path.IsEmpty && settings.LocalAs > ushort.MaxValue)
            writer.As4Path(path);
        if (route.Family == BgpFamilies.IPv4Unicast)
            writer.Announce(route.Prefix.Network, route.Prefix.Length);
    }
}
