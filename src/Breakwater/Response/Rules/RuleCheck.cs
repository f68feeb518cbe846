namespace Breakwater.Response.Rules;

/// <summary>Whether a match makes sense by itself: a rule that no packet can meet, or that a router would read as wider, is none.</summary>
internal static class RuleCheck
{
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte IcmpV6 = 58;

    /// <summary>What is wrong, as a sentence without its full stop; null: nothing.</summary>
    public static string? Fault(FilterMatch match, FilterAction action)
    {
        if (match.Source is { } source && source.Network.IsIPv4 != match.Destination.Network.IsIPv4)
            return "source and destination are of two families";
        var hasPorts = !match.SourcePorts.IsEmpty || !match.DestinationPorts.IsEmpty;
        if (hasPorts && match.Protocol is not (Tcp or Udp))
            return "ports need protocol 6 or 17";
        if (hasPorts && match.Fragments == FragmentMatch.Later)
            return "later fragments have no ports";
        if (match.TcpFlags is not null && match.Protocol != Tcp)
            return "tcp-flags need protocol 6";
        if (match.IcmpType is not null && match.Protocol != (match.Destination.Network.IsIPv4 ? Icmp : IcmpV6))
            return "icmp-type needs protocol 1, and 58 for IPv6";
        if (match.IcmpCode is not null && match.IcmpType is null)
            return "icmp-code needs an icmp-type";
        return action.Kind == FilterActionKind.Blackhole && match != new FilterMatch { Destination = match.Destination }
            ? "a blackhole has a destination and nothing else"
            : null;
    }
}
