using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Response;

/// <summary>Rules of every kind that is announced, and how each router spells them: what identifies the rule, and what its action reads as.</summary>
internal static class RouterRules
{
    private static readonly (string Rule, string[] InBird, string[] InGoBgp, string[] InFrr)[] _table =
    [
        ("destination 203.0.113.7/32 protocol 17 source-port 53 packet-length 512-1500 then discard",
            ["flow4 { dst 203.0.113.7/32; proto 17; sport 53; length 512..1500; }", "(generic, 0x8006fde9, 0x0)"],
            ["[destination: 203.0.113.7/32][protocol: ==udp][source-port: ==53][packet-length: >=512&<=1500]", "discard(as: 65001)"],
            ["Destination Address 203.0.113.7/32 IP Protocol = 17 Source Port = 53 Packet Length >= 512 , <= 1500 FS:rate 0.000000"]),
        ("destination 203.0.113.8/32 protocol 6 destination-port 443 tcp-flags 2/18 then rate-limit 125000",
            ["flow4 { dst 203.0.113.8/32; proto 6; dport 443; tcp flags 0x2/0x2 && 0x0/0x10; }", "(generic, 0x8006fde9, 0x47f42400)"],
            ["[destination: 203.0.113.8/32][protocol: ==tcp][destination-port: ==443][tcp-flags: =S&!A]", "rate: 125000.000000(as: 65001)"],
            ["Destination Address 203.0.113.8/32 IP Protocol = 6 Destination Port = 443 TCP Flags = 2,&∋ ! 16 FS:rate 125000.000000"]),
        ("destination 203.0.113.6/32 source 198.51.100.0/24 protocol 1 icmp-type 8 icmp-code 0 then discard",
            ["flow4 { dst 203.0.113.6/32; src 198.51.100.0/24; proto 1; icmp type 8; icmp code 0; }", "(generic, 0x8006fde9, 0x0)"],
            ["[destination: 203.0.113.6/32][source: 198.51.100.0/24][protocol: ==icmp][icmp-type: ==8][icmp-code: ==0]", "discard(as: 65001)"],
            ["Destination Address 203.0.113.6/32 Source Address 198.51.100.0/24 IP Protocol = 1 ICMP Type = 8 ICMP Code = 0 FS:rate 0.000000"]),
        ("destination 203.0.113.5/32 protocol 17 fragment later then mark 8",
            ["flow4 { dst 203.0.113.5/32; proto 17; fragment is_fragment; }", "(generic, 0x80090000, 0x8)"],
            ["[destination: 203.0.113.5/32][protocol: ==udp][fragment: =is-fragment]", "remark: 8"],
            ["Destination Address 203.0.113.5/32 IP Protocol = 17 Packet Fragment = 2 FS:marking 8"]),
        ("destination 203.0.113.9/32 then blackhole",
            ["203.0.113.9/32       blackhole", "BGP.community: (65535,666) (65535,65281)"],
            ["203.0.113.9/32 ", "Communities: blackhole, no-export"],
            ["BGP routing table entry for 203.0.113.9/32", "best (First path received)", "Community: blackhole no-export"]),
        ("destination 2001:db8::7/128 protocol 17 source-port 19,123 then discard",
            ["flow6 { dst 2001:db8::7/128; next header 17; sport 19,123; }", "(generic, 0x8006fde9, 0x0)"],
            ["[destination: 2001:db8::7/128/0][protocol: ==udp][source-port: ==19 ==123]", "discard(as: 65001)"],
            ["Destination Address 2001:db8::7/128/off 0 IP Protocol = 17 Source Port = 19 , = 123 FS:rate 0.000000"]),
        ("destination 2001:db8::8/128 protocol 6 then rate-limit 1000000",
            ["flow6 { dst 2001:db8::8/128; next header 6; }", "(generic, 0x8006fde9, 0x49742400)"],
            ["[destination: 2001:db8::8/128/0][protocol: ==tcp]", "rate: 1000000.000000(as: 65001)"],
            ["Destination Address 2001:db8::8/128/off 0 IP Protocol = 6 FS:rate 1000000.000000"]),
        ("destination 2001:db8::9/128 then blackhole",
            ["2001:db8::9/128      blackhole", "BGP.community: (65535,666) (65535,65281)"],
            ["2001:db8::9/128 ", "Communities: blackhole, no-export"],
            ["BGP routing table entry for 2001:db8::9/128", "best (First path received)", "Community: blackhole no-export"]),
    ];

    /// <summary>As Breakwater writes them.</summary>
    public static string[] All { get; } = [.. _table.Select(static row => row.Rule)];

    /// <summary>How many of the rules BIRD holds exactly as meant: the line of the rule, and its action in the lines under it.</summary>
    public static int CountInBird(string said) => _table.Count(row => HoldsInOne(Blocks(said, static line => !line.StartsWith('\t')), row.InBird));

    public static int CountInGoBgp(string said) => _table.Count(row => HoldsInOne(said.Split('\n'), row.InGoBgp));

    /// <summary>As above; what FRR prints on lines of their own is joined here.</summary>
    public static int CountInFrr(string said) =>
        _table.Count(row => HoldsInOne(Blocks(said, static line => line.StartsWith("BGP ", StringComparison.Ordinal)).Select(Joined), row.InFrr));

    /// <summary>The configuration that a page of the docs shows: its first block of text.</summary>
    public static string Configuration(string page)
    {
        var text = SourceTree.Read(page);
        var start = text.IndexOf("```text\n", StringComparison.Ordinal) + 8;
        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static bool HoldsInOne(IEnumerable<string> blocks, string[] parts) => blocks.Any(block => parts.All(part => block.Contains(part, StringComparison.Ordinal)));

    private static string Joined(string block) => string.Join(' ', block.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Blocks(string said, Func<string, bool> isFirst)
    {
        var block = new List<string>();
        foreach (var line in said.Split('\n'))
        {
            if (isFirst(line) && block.Count > 0)
            {
                yield return string.Join('\n', block);
                block.Clear();
            }

            block.Add(line);
        }

        yield return string.Join('\n', block);
    }
}
