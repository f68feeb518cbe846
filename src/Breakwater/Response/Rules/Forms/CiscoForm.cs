using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as an access list of Cisco IOS XR ("IP Addresses and Services Command Reference": deny), a blackhole as a static route.</summary>
internal static class CiscoForm
{
    public static string? Of(FilterRule rule, string name)
    {
        var match = rule.Match;
        var family = RuleForms.IsIPv4(rule) ? "ipv4" : "ipv6";
        if (rule.Action.Kind == FilterActionKind.Blackhole)
            return $"router static\n address-family {family} unicast\n  {match.Destination} Null0\n";
        // A rate or a mark needs a policy on an interface, which nobody knows here.
        if (rule.Action.Kind != FilterActionKind.Discard || match.Fragments == FragmentMatch.NotLater)
            return null;
        var lines = new List<string>();
        foreach (var source in OrAny(match.SourcePorts))
        {
            foreach (var destination in OrAny(match.DestinationPorts))
            {
                foreach (var length in OrAny(match.PacketLengths))
                    lines.Add(RuleForms.Text($" {10 * (lines.Count + 1)} deny {Protocol(match, family)} {Name(match.Source)}{Port(source)} {Name(match.Destination)}{Port(destination)}{Rest(match, length)}"));
            }
        }

        // An access list ends with a deny of everything that nobody wrote: what the filter does not name has to be let pass.
        lines.Add(RuleForms.Text($" {10 * (lines.Count + 1)} permit {family} any any"));
        return $"{family} access-list {name}\n{string.Join('\n', lines)}\n";
    }

    private static string Protocol(FilterMatch match, string family) => match.Protocol switch
    {
        null => family,
        RuleForms.Tcp => "tcp",
        RuleForms.Udp => "udp",
        RuleForms.Icmp => "icmp",
        RuleForms.IcmpV6 => "icmpv6",
        { } number => RuleForms.Text($"{number}"),
    };

    private static string Rest(FilterMatch match, NumberRange? length)
    {
        var rest = "";
        if (match.IcmpType is { } type)
            rest += RuleForms.Text($" {type}{(match.IcmpCode is { } code ? $" {code}" : "")}");
        if (match.TcpFlags is { } flags)
            rest += $" match-all {string.Join(' ', RuleForms.Flags(flags.Set).Select(static flag => "+" + flag).Concat(RuleForms.Flags(flags.Clear).Select(static flag => "-" + flag)))}";
        if (length is { } range)
            rest += range.Low == range.High ? RuleForms.Text($" packet-length eq {range.Low}") : RuleForms.Text($" packet-length range {range.Low} {range.High}");
        return match.Fragments == FragmentMatch.Later ? rest + " fragments" : rest;
    }

    private static string Port(NumberRange? port) => port is not { } range ? "" : range.Low == range.High ? RuleForms.Text($" eq {range.Low}") : RuleForms.Text($" range {range.Low} {range.High}");

    private static IEnumerable<NumberRange?> OrAny(ImmutableArray<NumberRange> ranges) => ranges.IsEmpty ? [null] : ranges.Select(static range => (NumberRange?)range);

    private static string Name(Prefix? prefix) => prefix switch
    {
        null => "any",
        { } one when one.Length == (one.Network.IsIPv4 ? 32 : 128) => $"host {one.Network}",
        { } other => other.ToString(),
    };
}
