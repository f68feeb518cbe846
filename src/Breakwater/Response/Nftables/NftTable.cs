using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Response.Rules;
using Breakwater.Response.Rules.Forms;
using Breakwater.Wire;

namespace Breakwater.Response.Nftables;

/// <summary>One filter in the table.</summary>
/// <param name="Number">Names its set <c>s17</c> and its chain <c>f17</c>; never used twice.</param>
/// <param name="Rule">What it is.</param>
internal sealed record HostFilter(long Number, FilterRule Rule);

/// <summary>
/// The agent's table as commands of nft(8). The chain at the hook only jumps: a packet goes into a filter's chain when its destination stands in the filter's
/// set, whose one element lapses by the kernel's own clock (<see href="https://wiki.nftables.org/wiki-nftables/index.php/Element_timeout">element timeouts</see>).
/// Jumps keep no state, so they are written anew with each change; counters and limits live in the filters' own chains.
/// </summary>
internal static class NftTable
{
    public const string Name = "netdev breakwater";

    /// <summary>Before all chains at the usual priority (0) of the same hook: a dropped packet costs nothing else.</summary>
    public const int Priority = -300;

    /// <summary>The chain at the hook.</summary>
    public const string HookChain = "ingress";

    private const int IPv4Bits = 32;
    private const int IPv6Bits = 128;

    /// <summary>An empty table in place of whatever table of this name there is.</summary>
    public static string Fresh(ImmutableArray<string> interfaces) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        add table {{Name}}
        delete table {{Name}}
        add table {{Name}}
        add chain {{Name}} {{HookChain}} { type filter hook ingress devices = { {{string.Join(", ", interfaces.Select(static name => $"\"{name}\""))}} } priority {{Priority}}; policy accept; }

        """);

    /// <summary>Takes the table away, also where it is none.</summary>
    public static string Gone => $"add table {Name}\ndelete table {Name}\n";

    public static string SetName(HostFilter filter) => string.Create(CultureInfo.InvariantCulture, $"s{filter.Number}");

    public static string ChainName(HostFilter filter) => string.Create(CultureInfo.InvariantCulture, $"f{filter.Number}");

    /// <summary>A filter that is not in the table yet; its jump comes with <see cref="Jumps"/>.</summary>
    public static void Add(StringBuilder text, HostFilter filter, TimeSpan lease)
    {
        var type = NftablesForm.Family(filter.Rule) == "ip" ? "ipv4_addr" : "ipv6_addr";
        text.Append(CultureInfo.InvariantCulture, $"add set {Name} {SetName(filter)} {{ type {type}; flags timeout; }}\n");
        text.Append(CultureInfo.InvariantCulture, $"add chain {Name} {ChainName(filter)}\n");
        Fill(text, filter);
        text.Append("add ").Append(Element(filter, lease));
    }

    /// <summary>The filter's chain with another rule in it: same match, other action.</summary>
    public static void Replace(StringBuilder text, HostFilter filter)
    {
        text.Append(CultureInfo.InvariantCulture, $"flush chain {Name} {ChainName(filter)}\n");
        Fill(text, filter);
    }

    /// <summary>
    /// The lease begins anew. Adding an element that is there does not make it last, so it is deleted and added within one transaction; added before too, since an
    /// element that lapsed meanwhile cannot be deleted.
    /// </summary>
    public static void Renew(StringBuilder text, HostFilter filter, TimeSpan lease)
    {
        var element = Element(filter, lease);
        text.Append("add ").Append(element);
        text.Append(CultureInfo.InvariantCulture, $"delete element {Name} {SetName(filter)} {{ {Key(filter)} }}\n");
        text.Append("add ").Append(element);
    }

    /// <summary>Takes a filter out; its jump has to be gone by then, within the same transaction.</summary>
    public static void Remove(StringBuilder text, HostFilter filter)
    {
        text.Append(CultureInfo.InvariantCulture, $"delete chain {Name} {ChainName(filter)}\n");
        text.Append(CultureInfo.InvariantCulture, $"delete set {Name} {SetName(filter)}\n");
    }

    /// <summary>All jumps, in place of those that are there.</summary>
    public static void Jumps(StringBuilder text, IEnumerable<HostFilter> filters)
    {
        text.Append(CultureInfo.InvariantCulture, $"flush chain {Name} {HookChain}\n");
        foreach (var filter in filters)
            text.Append(CultureInfo.InvariantCulture, $"add rule {Name} {HookChain} {NftablesForm.Family(filter.Rule)} daddr {Mask(filter.Rule.Match.Destination)}@{SetName(filter)} jump {ChainName(filter)}\n");
    }

    private static void Fill(StringBuilder text, HostFilter filter)
    {
        if (!NftablesForm.IsForLaterFragmentsToo(filter.Rule.Match))
            text.Append(CultureInfo.InvariantCulture, $"add rule {Name} {ChainName(filter)} {NftablesForm.Later(filter.Rule)} return\n");
        var conditions = string.Concat(NftablesForm.Conditions(filter.Rule)!.Select(static condition => condition + " "));
        text.Append(CultureInfo.InvariantCulture, $"add rule {Name} {ChainName(filter)} {conditions}counter {NftablesForm.Action(filter.Rule, "counter ")}\n");
    }

    private static string Element(HostFilter filter, TimeSpan lease) =>
        string.Create(CultureInfo.InvariantCulture, $"element {Name} {SetName(filter)} {{ {Key(filter)} timeout {(long)lease.TotalMilliseconds}ms }}\n");

    private static string Key(HostFilter filter) => filter.Rule.Match.Destination.Network.ToString();

    /// <summary>What makes an address a network of this length; nothing for a host.</summary>
    private static string Mask(Prefix prefix)
    {
        var bits = prefix.Network.IsIPv4 ? IPv4Bits : IPv6Bits;
        if (prefix.Length == bits)
            return "";
        Span<byte> octets = stackalloc byte[bits / 8];
        octets.Clear();
        for (var bit = 0; bit < prefix.Length; bit++)
            octets[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return $"& {new System.Net.IPAddress(octets)} ";
    }
}
