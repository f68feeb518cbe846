using System.Collections.Immutable;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as a raw firewall rule of RouterOS 7 ("Filter", "Raw", "Mangle"), a blackhole as a route.</summary>
internal static class MikroTikForm
{
    public static string? Of(FilterRule rule, string name)
    {
        var match = rule.Match;
        var family = RuleForms.IsIPv4(rule) ? "/ip" : "/ipv6";
        if (rule.Action.Kind == FilterActionKind.Blackhole)
            return $"{family} route add dst-address={match.Destination} blackhole comment=\"breakwater {name}\"\n";
        // Its limits count packets, not bytes; only IPv4 has fragments to match on.
        if (rule.Action.Kind == FilterActionKind.RateLimit || match.Fragments == FragmentMatch.NotLater || (match.Fragments != FragmentMatch.Any && family == "/ipv6"))
            return null;
        var parts = new List<string>
        {
            rule.Action.Kind == FilterActionKind.Mark
                ? RuleForms.Text($"{family} firewall mangle add chain=prerouting action=change-dscp new-dscp={rule.Action.Value}")
                : $"{family} firewall raw add chain=prerouting action=drop",
            $"dst-address={match.Destination}",
        };
        if (match.Source is { } source)
            parts.Add($"src-address={source}");
        if (match.Protocol is { } protocol)
            parts.Add(RuleForms.Text($"protocol={protocol}"));
        Add(parts, "dst-port", match.DestinationPorts);
        Add(parts, "src-port", match.SourcePorts);
        if (match.IcmpType is { } type)
            parts.Add(RuleForms.Text($"icmp-options={type}:{(match.IcmpCode is { } code ? $"{code}" : "0-255")}"));
        if (match.TcpFlags is { } flags)
            parts.Add($"tcp-flags={string.Join(',', RuleForms.Flags(flags.Set).Concat(RuleForms.Flags(flags.Clear).Select(static flag => "!" + flag)))}");
        if (match.PacketLengths.Length > 1)
            return null;
        Add(parts, "packet-size", match.PacketLengths);
        if (match.Fragments == FragmentMatch.Later)
            parts.Add("fragment=yes");
        parts.Add($"comment=\"breakwater {name}\"");
        return string.Join(' ', parts) + "\n";
    }

    private static void Add(List<string> parts, string name, ImmutableArray<NumberRange> ranges)
    {
        if (!ranges.IsEmpty)
            parts.Add($"{name}={string.Join(',', ranges)}");
    }
}
