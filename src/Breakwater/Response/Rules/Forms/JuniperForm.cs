using System.Collections.Immutable;

namespace Breakwater.Response.Rules.Forms;

/// <summary>A filter as a flow route of Junos ("Routing Policies User Guide": flow), a blackhole as a discard route.</summary>
internal static class JuniperForm
{
    public static string? Of(FilterRule rule, string name)
    {
        var match = rule.Match;
        var table = RuleForms.IsIPv4(rule) ? "set routing-options" : "set routing-options rib inet6.0";
        if (rule.Action.Kind == FilterActionKind.Blackhole)
            return $"{table} static route {match.Destination} discard\n";
        if (rule.Action.Kind == FilterActionKind.Mark || match.Fragments == FragmentMatch.NotLater)
            return null;
        var start = $"{table} flow route {name}";
        var lines = new List<string> { $"{start} match destination {match.Destination}" };
        if (match.Source is { } source)
            lines.Add($"{start} match source {source}");
        if (match.Protocol is { } protocol)
            lines.Add(RuleForms.Text($"{start} match protocol {protocol}"));
        Add(lines, $"{start} match destination-port", match.DestinationPorts);
        Add(lines, $"{start} match source-port", match.SourcePorts);
        if (match.IcmpType is { } type)
            lines.Add(RuleForms.Text($"{start} match icmp-type {type}"));
        if (match.IcmpCode is { } code)
            lines.Add(RuleForms.Text($"{start} match icmp-code {code}"));
        if (match.TcpFlags is { } flags)
            lines.Add($"{start} match tcp-flags \"{string.Join(" & ", RuleForms.Flags(flags.Set).Concat(RuleForms.Flags(flags.Clear).Select(static flag => "!" + flag)))}\"");
        Add(lines, $"{start} match packet-length", match.PacketLengths);
        if (match.Fragments == FragmentMatch.Later)
            lines.Add($"{start} match fragment is-fragment");
        // Junos counts the rate in bits per second.
        lines.Add(rule.Action.Kind == FilterActionKind.RateLimit ? RuleForms.Text($"{start} then rate-limit {rule.Action.Value * 8}") : $"{start} then discard");
        return string.Join('\n', lines) + "\n";
    }

    private static void Add(List<string> lines, string start, ImmutableArray<NumberRange> ranges)
    {
        if (ranges.Length == 1)
            lines.Add($"{start} {ranges[0]}");
        else if (!ranges.IsEmpty)
            lines.Add($"{start} [ {string.Join(' ', ranges)} ]");
    }
}
