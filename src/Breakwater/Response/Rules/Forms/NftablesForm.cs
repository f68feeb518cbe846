using System.Collections.Immutable;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as a rule of an nftables chain (nft(8)).</summary>
internal static class NftablesForm
{
    private const int IPv6HeaderBytes = 40;

    public static string? Of(FilterRule rule)
    {
        var match = rule.Match;
        var family = RuleForms.IsIPv4(rule) ? "ip" : "ip6";
        // IPv6 has its fragments in an extension header that most packets lack: "no later fragment" is no single match there.
        if (match.Fragments == FragmentMatch.NotLater && family == "ip6")
            return null;
        var parts = new List<string> { $"{family} daddr {match.Destination}" };
        if (match.Source is { } source)
            parts.Add($"{family} saddr {source}");
        var protocol = match.Protocol == RuleForms.Tcp ? "tcp" : "udp";
        if (match.Protocol is { } number)
            parts.Add(RuleForms.Text($"meta l4proto {number}"));
        Add(parts, $"{protocol} sport", match.SourcePorts);
        Add(parts, $"{protocol} dport", match.DestinationPorts);
        var icmp = family == "ip" ? "icmp" : "icmpv6";
        if (match.IcmpType is { } type)
            parts.Add(RuleForms.Text($"{icmp} type {type}"));
        if (match.IcmpCode is { } code)
            parts.Add(RuleForms.Text($"{icmp} code {code}"));
        if (match.TcpFlags is { } flags)
            parts.Add(RuleForms.Text($"tcp flags & 0x{flags.Set | flags.Clear:x} == 0x{flags.Set:x}"));
        if (!AddLengths(parts, family, match.PacketLengths))
            return null;
        if (match.Fragments != FragmentMatch.Any)
            parts.Add(family == "ip6" ? "frag frag-off != 0" : $"ip frag-off & 0x1fff {(match.Fragments == FragmentMatch.Later ? "!=" : "==")} 0");
        parts.Add(rule.Action.Kind switch
        {
            FilterActionKind.RateLimit => RuleForms.Text($"limit rate over {rule.Action.Value} bytes/second drop"),
            FilterActionKind.Mark => RuleForms.Text($"{family} dscp set {rule.Action.Value}"),
            _ => "drop",
        });
        return string.Join(' ', parts);
    }

    // IPv6 tells the length of what follows its header.
    private static bool AddLengths(List<string> parts, string family, ImmutableArray<NumberRange> lengths)
    {
        if (family == "ip")
        {
            Add(parts, "ip length", lengths);
            return true;
        }

        var payloads = lengths.Where(static range => range.High >= IPv6HeaderBytes)
            .Select(static range => new NumberRange((ushort)Math.Max(0, range.Low - IPv6HeaderBytes), (ushort)(range.High - IPv6HeaderBytes)))
            .ToImmutableArray();
        Add(parts, "ip6 length", payloads);
        return lengths.IsEmpty || !payloads.IsEmpty;
    }

    private static void Add(List<string> parts, string name, ImmutableArray<NumberRange> ranges)
    {
        if (ranges.Length == 1)
            parts.Add($"{name} {ranges[0]}");
        else if (!ranges.IsEmpty)
            parts.Add($"{name} {{ {string.Join(", ", ranges)} }}");
    }
}
