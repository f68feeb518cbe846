using System.Diagnostics;
using Breakwater.Response.Rules;
using Breakwater.Response.Rules.Forms;

namespace Breakwater.Tests.Response;

/// <summary>Rules for people and for devices that speak no BGP with Breakwater.</summary>
public sealed class RuleFormTests
{
    private const string Reflection = "destination 203.0.113.7/32 protocol 17 source-port 53,100-200 packet-length 512-1500 then discard";
    private const string Syn = "destination 2001:db8::8/128 protocol 6 destination-port 443 tcp-flags 2/18 then rate-limit 125000";
    private const string Ping = "destination 203.0.113.0/24 source 198.51.100.0/24 protocol 1 icmp-type 8 icmp-code 0 then discard";
    private const string Fragments = "destination 203.0.113.5/32 protocol 17 fragment later then discard";
    private const string Gone = "destination 203.0.113.9/32 then blackhole";

    [Theory]
    [InlineData(Reflection, "Drop UDP packets to 203.0.113.7, from source port 53 or 100 to 200, with a total length in bytes of 512 to 1500.")]
    [InlineData(Syn, "Let pass at most 125000 bytes per second (1 Mbit/s) of TCP packets to 2001:db8::8, to destination port 443, with the flags SYN and without the flags ACK.")]
    [InlineData(Ping, "Drop ICMP packets to 203.0.113.0/24, from 198.51.100.0/24, of ICMP type 8 and code 0.")]
    [InlineData(Fragments, "Drop UDP packets to 203.0.113.5, that are fragments other than the first.")]
    [InlineData(Gone, "Drop all packets to 203.0.113.9: the address is given up until this is taken back.")]
    public void Plain_IsASentence(string rule, string said) => Assert.Equal(said, Of(rule, RuleForm.Plain));

    [Theory]
    [InlineData(Reflection, "ip daddr 203.0.113.7/32 meta l4proto 17 udp sport { 53, 100-200 } ip length 512-1500 ip frag-off & 0x1fff == 0 drop")]
    [InlineData(Syn, "ip6 daddr 2001:db8::8/128 jump { frag frag-off != 0 return; meta l4proto 6 tcp dport 443 tcp flags & 0x12 == 0x2 limit rate over 125000 bytes/second drop; }")]
    [InlineData(Ping, "ip daddr 203.0.113.0/24 ip saddr 198.51.100.0/24 meta l4proto 1 icmp type 8 icmp code 0 ip frag-off & 0x1fff == 0 drop")]
    [InlineData(Fragments, "ip daddr 203.0.113.5/32 meta l4proto 17 ip frag-off & 0x1fff != 0 drop")]
    [InlineData(Gone, "ip daddr 203.0.113.9/32 drop")]
    [InlineData("destination 2001:db8::8/128 packet-length 20-100 then discard", "ip6 daddr 2001:db8::8/128 ip6 length 0-60 drop")]
    [InlineData("destination 2001:db8::8/128 packet-length 20-30 then discard", null)]
    [InlineData("destination 2001:db8::8/128 fragment not-later then discard", "ip6 daddr 2001:db8::8/128 jump { frag frag-off != 0 return; drop; }")]
    [InlineData("destination 203.0.113.7/32 fragment not-later source-port 53 protocol 17 then discard", "ip daddr 203.0.113.7/32 meta l4proto 17 udp sport 53 ip frag-off & 0x1fff == 0 drop")]
    [InlineData("destination 203.0.113.7/32 protocol 17 then discard", "ip daddr 203.0.113.7/32 meta l4proto 17 drop")]
    public void Nftables_IsOneRule(string rule, string? said) => Assert.Equal(said, Of(rule, RuleForm.Nftables));

    [Theory]
    [InlineData(Reflection, "ipv4 access-list mit-1\n 10 deny udp any eq 53 host 203.0.113.7 packet-length range 512 1500\n 20 deny udp any range 100 200 host 203.0.113.7 packet-length range 512 1500\n 30 permit ipv4 any any\n")]
    [InlineData(Syn, null)]
    [InlineData(Ping, "ipv4 access-list mit-1\n 10 deny icmp 198.51.100.0/24 203.0.113.0/24 8 0\n 20 permit ipv4 any any\n")]
    [InlineData(Fragments, "ipv4 access-list mit-1\n 10 deny udp any host 203.0.113.5 fragments\n 20 permit ipv4 any any\n")]
    [InlineData("destination 2001:db8::8/128 protocol 17 then discard", "ipv6 access-list mit-1\n 10 deny udp any host 2001:db8::8\n 20 permit ipv6 any any\n")]
    [InlineData(Gone, "router static\n address-family ipv4 unicast\n  203.0.113.9/32 Null0\n")]
    public void Cisco_IsAnAccessListOrARoute(string rule, string? said) => Assert.Equal(said, Of(rule, RuleForm.Cisco));

    [Fact]
    public void Juniper_IsAFlowRoute()
    {
        const string start = "set routing-options rib inet6.0 flow route mit-1";
        Assert.Equal(
            $"{start} match destination 2001:db8::8/128\n{start} match protocol 6\n{start} match destination-port 443\n{start} match tcp-flags \"syn & !ack\"\n{start} then rate-limit 1000000\n",
            Of(Syn, RuleForm.Juniper));
        Assert.Contains("match source-port [ 53 100-200 ]\n", Of(Reflection, RuleForm.Juniper), StringComparison.Ordinal);
        Assert.Equal("set routing-options static route 203.0.113.9/32 discard\n", Of(Gone, RuleForm.Juniper));
    }

    [Theory]
    [InlineData(Reflection, "/ip firewall raw add chain=prerouting action=drop dst-address=203.0.113.7/32 protocol=17 src-port=53,100-200 packet-size=512-1500 comment=\"breakwater mit-1\"\n")]
    [InlineData(Syn, null)]
    [InlineData(Ping, "/ip firewall raw add chain=prerouting action=drop dst-address=203.0.113.0/24 src-address=198.51.100.0/24 protocol=1 icmp-options=8:0 comment=\"breakwater mit-1\"\n")]
    [InlineData(Fragments, "/ip firewall raw add chain=prerouting action=drop dst-address=203.0.113.5/32 protocol=17 fragment=yes comment=\"breakwater mit-1\"\n")]
    [InlineData(Gone, "/ip route add dst-address=203.0.113.9/32 blackhole comment=\"breakwater mit-1\"\n")]
    public void MikroTik_IsARawRuleOrARoute(string rule, string? said) => Assert.Equal(said, Of(rule, RuleForm.MikroTik));

    /// <summary>nft itself reads what is written; a rule with a mistake is refused, so the question means something.</summary>
    [Fact]
    [Trait("Tier", "daemon")]
    public void Nftables_OfEveryRule_IsReadByNft()
    {
        Assert.SkipUnless(RouterNamespace.Find("nft") is not null, "nft absent: ./test installs it only as root");
        Assert.SkipUnless(Environment.UserName == "root", "no network namespaces: needs root");
        foreach (var rule in RouterRules.All.Concat([Reflection, Syn, Ping, Fragments, Gone, "destination 203.0.113.5/32 fragment not-later then discard", "destination 2001:db8::5/128 fragment later then discard", "destination 2001:db8::5/128 fragment not-later then discard"]))
            Assert.Equal((rule, ""), (rule, Nft(Of(rule, RuleForm.Nftables)!)));
        Assert.NotEqual("", Nft("ip daddr 203.0.113.7/33 drop"));
    }

    /// <summary>What nft says of a chain with this rule, in a namespace of its own, without loading it.</summary>
    private static string Nft(string rule)
    {
        var start = new ProcessStartInfo("unshare", ["-n", RouterNamespace.Find("nft")!, "-c", "-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write($"table inet breakwater {{\n chain forward {{\n type filter hook forward priority 0\n {rule}\n }}\n}}\n");
        process.StandardInput.Close();
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : said + "refused";
    }

    private static string? Of(string text, RuleForm form)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        return RuleForms.Of(rule, form, "mit-1");
    }
}
