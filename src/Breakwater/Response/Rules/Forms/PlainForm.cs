using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as a sentence, for a person at an upstream.</summary>
internal static class PlainForm
{
    public static string Of(FilterRule rule)
    {
        var match = rule.Match;
        if (rule.Action.Kind == FilterActionKind.Blackhole)
            return $"Drop all packets to {Name(match.Destination)}: the address is given up until this is taken back.";
        var parts = new List<string> { $"to {Name(match.Destination)}" };
        if (match.Source is { } source)
            parts.Add($"from {Name(source)}");
        Add(parts, "from source port", match.SourcePorts);
        Add(parts, "to destination port", match.DestinationPorts);
        if (match.IcmpType is { } type)
            parts.Add(RuleForms.Text($"of ICMP type {type}{(match.IcmpCode is { } code ? $" and code {code}" : "")}"));
        if (match.TcpFlags is { } flags)
            parts.Add(string.Join(" and ", Flags(flags)));
        Add(parts, "with a total length in bytes of", match.PacketLengths);
        if (match.Fragments != FragmentMatch.Any)
            parts.Add(match.Fragments == FragmentMatch.Later ? "that are fragments other than the first" : "that are no later fragments");
        var protocol = match.Protocol switch
        {
            null => "all packets",
            RuleForms.Icmp or RuleForms.IcmpV6 => "ICMP packets",
            RuleForms.Tcp => "TCP packets",
            RuleForms.Udp => "UDP packets",
            { } number => RuleForms.Text($"packets of IP protocol {number}"),
        };
        return $"{Start(rule.Action, protocol)} {string.Join(", ", parts)}.";
    }

    private static string Start(FilterAction action, string what) => action.Kind switch
    {
        FilterActionKind.RateLimit => RuleForms.Text($"Let pass at most {action.Value} bytes per second ({action.Value * 8 / 1e6:0.###} Mbit/s) of {what}"),
        FilterActionKind.Mark => RuleForms.Text($"Set the DSCP to {action.Value} on {what}"),
        _ => $"Drop {what}",
    };

    private static IEnumerable<string> Flags(TcpFlagsMatch flags)
    {
        if (flags.Set != 0)
            yield return $"with the flags {string.Join(", ", RuleForms.Flags(flags.Set)).ToUpperInvariant()}";
        if (flags.Clear != 0)
            yield return $"without the flags {string.Join(", ", RuleForms.Flags(flags.Clear)).ToUpperInvariant()}";
    }

    private static void Add(List<string> parts, string words, ImmutableArray<NumberRange> ranges)
    {
        if (!ranges.IsEmpty)
            parts.Add($"{words} {string.Join(" or ", ranges.Select(static range => range.ToString().Replace("-", " to ", StringComparison.Ordinal)))}");
    }

    private static string Name(Prefix prefix) => prefix.Length == (prefix.Network.IsIPv4 ? 32 : 128) ? prefix.Network.ToString() : prefix.ToString();
}
