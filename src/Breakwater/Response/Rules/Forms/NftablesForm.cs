using System.Collections.Immutable;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as a rule of an nftables chain (nft(8)).</summary>
internal static class NftablesForm
{
    private const string LaterIPv4 = "ip frag-off & 0x1fff != 0";
    private const string NotLaterIPv4 = "ip frag-off & 0x1fff == 0";
    private const string LaterIPv6 = "frag frag-off != 0";

    private const int IPv6HeaderBytes = 40;

    /// <summary>The largest rate that the kernel counts: it multiplies by 10⁹ in 64 bits.</summary>
    public const long MaxBytesPerSecond = 18_000_000_000;

    public static string? Of(FilterRule rule)
    {
        if (Conditions(rule) is not { } conditions)
            return null;
        var begin = $"{Family(rule)} daddr {rule.Match.Destination}";
        var rest = string.Join(' ', [.. conditions, Action(rule, "")]);
        if (IsForLaterFragmentsToo(rule.Match))
            return $"{begin} {rest}";
        if (Family(rule) == "ip")
            return string.Join(' ', [begin, .. conditions.Where(static condition => condition != NotLaterIPv4), NotLaterIPv4, Action(rule, "")]);
        // IPv6 has its fragments in an extension header that most packets lack: "no later fragment" is no single match there, but a chain without a name can say it.
        return $"{begin} jump {{ {LaterIPv6} return; {rest}; }}";
    }

    /// <summary>
    /// False where later fragments are to go by: the kernel reads the octets that stand where a first fragment has its ports (seen with Linux 6.18), and most IPv6 packets
    /// have no fragment header, so those that are no later fragment have no match in common.
    /// </summary>
    internal static bool IsForLaterFragmentsToo(FilterMatch match) => match.Fragments switch
    {
        FragmentMatch.Later => true,
        FragmentMatch.NotLater => false,
        _ => match.SourcePorts.IsEmpty && match.DestinationPorts.IsEmpty && match.TcpFlags is null && match.IcmpType is null,
    };

    /// <summary><c>ip</c> or <c>ip6</c>.</summary>
    internal static string Family(FilterRule rule) => RuleForms.IsIPv4(rule) ? "ip" : "ip6";

    /// <summary>What has to hold besides the destination, and besides <see cref="FragmentMatch.NotLater"/> of IPv6; null when no packet can fulfil it.</summary>
    internal static List<string>? Conditions(FilterRule rule)
    {
        var match = rule.Match;
        var family = Family(rule);
        var parts = new List<string>();
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
        if (match.Fragments == FragmentMatch.Later)
            parts.Add(Later(rule));
        else if (match.Fragments == FragmentMatch.NotLater && family == "ip")
            parts.Add(NotLaterIPv4);
        return parts;
    }

    /// <summary>Fragments other than the first.</summary>
    internal static string Later(FilterRule rule) => RuleForms.IsIPv4(rule) ? LaterIPv4 : LaterIPv6;

    /// <summary>What is done, as the end of a rule.</summary>
    /// <param name="rule">Whose action.</param>
    /// <param name="counter">Stands before a drop of a rate limit; with a blank behind it, or empty.</param>
    internal static string Action(FilterRule rule, string counter) => rule.Action.Kind switch
    {
        FilterActionKind.RateLimit => RuleForms.Text($"limit rate over {rule.Action.Value} bytes/second {counter}drop"),
        FilterActionKind.Mark => RuleForms.Text($"{Family(rule)} dscp set {rule.Action.Value}"),
        _ => "drop",
    };

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
