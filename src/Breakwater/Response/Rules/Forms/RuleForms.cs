using System.Collections.Immutable;
using System.Globalization;

namespace Breakwater.Response.Rules.Forms;

/// <summary>How a filter is told to people and devices that speak no BGP with Breakwater.</summary>
internal enum RuleForm
{
    /// <summary>A sentence for a person.</summary>
    Plain,

    /// <summary>Breakwater's own line, in the terms of FlowSpec (RFC 8955).</summary>
    FlowSpec,

    /// <summary>A rule of an nftables chain of the family netdev or inet.</summary>
    Nftables,

    /// <summary>An access list, or a static route, of Cisco IOS XR.</summary>
    Cisco,

    /// <summary>A flow route, or a discard route, of Junos.</summary>
    Juniper,

    /// <summary>A raw firewall rule, or a blackhole route, of RouterOS 7.</summary>
    MikroTik,
}

/// <summary>A rule in one of the forms.</summary>
internal static class RuleForms
{
    internal const byte Icmp = 1;
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    internal const byte IcmpV6 = 58;

    /// <summary>The flags of a TCP header by name, from bit 0 on.</summary>
    private static readonly ImmutableArray<string> _flags = ["fin", "syn", "rst", "psh", "ack", "urg"];

    /// <summary>The text; null when the form cannot say what the rule means: a wider or narrower filter would be worse than none.</summary>
    /// <param name="rule">One that <see cref="RuleCheck"/> finds nothing wrong with.</param>
    /// <param name="form">Which.</param>
    /// <param name="name">What the device is to call it, such as <c>mit-17</c>; where the form has names.</param>
    public static string? Of(FilterRule rule, RuleForm form, string name) => form switch
    {
        RuleForm.Plain => PlainForm.Of(rule),
        RuleForm.FlowSpec => RuleText.Of(rule),
        RuleForm.Nftables => NftablesForm.Of(rule),
        RuleForm.Cisco => CiscoForm.Of(rule, name),
        RuleForm.Juniper => JuniperForm.Of(rule, name),
        RuleForm.MikroTik => MikroTikForm.Of(rule, name),
        _ => null,
    };

    internal static bool IsIPv4(FilterRule rule) => rule.Match.Destination.Network.IsIPv4;

    /// <summary>Names of flags that are set in a mask.</summary>
    internal static IEnumerable<string> Flags(byte mask) => Enumerable.Range(0, _flags.Length).Where(bit => (mask >> bit & 1) != 0).Select(static bit => _flags[bit]);

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
