namespace Breakwater.Detection.Rules;

/// <summary>Floods that show by their protocol and rate alone.</summary>
internal static class PlainFlood
{
    public static void Evaluate(
        in RuleContext context, List<Finding> findings, Vector vector, double floor, int fewestSources, byte? protocol, string what)
    {
        if (context.Dossier[vector] is not { } counters)
            return;
        var rate = context.Test(counters, 1, floor);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return;
        var unasked = context.UnaskedShare(counters);
        var sources = context.Sources(counters);
        if (unasked < 0.5 || sources < fewestSources)
            return;
        Reason[] reasons = fewestSources > 1
            ? [RuleContext.RateReason(in rate, what), RuleContext.SourcesReason(sources, fewestSources)]
            : [RuleContext.RateReason(in rate, what)];
        findings.Add(new Finding(vector, counters, rate, reasons) { Protocol = protocol });
    }
}

/// <summary>ICMP that nobody asked for: echo requests, echo replies without a request, and other messages.</summary>
internal static class IcmpFloodRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings) =>
        PlainFlood.Evaluate(in context, findings, Vector.IcmpFlood, context.Floors.Icmp, 1, null, "unasked ICMP messages");
}

/// <summary>IPv6 packets with chains of extension headers, which many routers handle in software (RFC 9098 §6).</summary>
internal static class ExtensionHeaderRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings) => PlainFlood.Evaluate(
        in context, findings, Vector.IPv6ExtensionHeaderFlood, context.Floors.Icmp, 1, null, "packets with IPv6 extension headers");
}

/// <summary>GRE and other IP protocols from so many senders as no tunnel has.</summary>
internal static class ProtocolFloodRule
{
    private const int FewestSources = 64;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        PlainFlood.Evaluate(in context, findings, Vector.GreFlood, context.Floors.Protocols, FewestSources, 47, "GRE packets");
        PlainFlood.Evaluate(
            in context, findings, Vector.IpProtocolFlood, context.Floors.Protocols, FewestSources, null,
            "packets of IP protocols other than TCP, UDP, ICMP and GRE");
    }
}

/// <summary>Later fragments whose first fragment never comes.</summary>
internal static class FragmentFloodRule
{
    /// <summary>A datagram of 64 KiB in pieces of 1,480 bytes has 44 later fragments.</summary>
    private const ulong MostPerFirst = 45;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.FragmentFlood] is not { } fragments)
            return;
        // Later fragments carry no ports: they go with the packets whose first fragments can account for them, unless a crowd sends
        // them that the host never spoke to.
        var haveFirsts = context.Dossier.FirstFragments * MostPerFirst >= fragments.RecentPackets;
        if (haveFirsts && !(context.SeesQuestions(fragments) && context.Sources(fragments) >= context.Options.CrowdSources
            && findings.TrueForAll(static finding => finding.Protocol != 17)))
            return;
        PlainFlood.Evaluate(
            in context, findings, Vector.FragmentFlood, context.Floors.Fragments, 1, null, "later fragments of packets whose first never came");
    }
}
