using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>
/// DNS queries whose names show a machine: one name again and again, or ever new names of one domain (random subdomains, which no
/// cache can answer). Queries of a crowd of resolvers are about many names of many domains.
/// </summary>
internal static class DnsQueryRule
{
    private const double LeastShare = 0.6;
    private const int FewestNames = 100;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.DnsQueryFlood] is not { } counters || !context.MayExceed(counters, context.Floors.Queries)
            || counters.RecentNames() is not { } names)
            return;
        double packets = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        var rate = context.Test(counters, Math.Min(1, names.Scaled / Math.Max(1, packets)), context.Floors.Queries);
        if (rate.Strength == Strength.None || names.Samples < FewestNames)
            return;
        var reason = RandomNames(in context, names);
        var vector = reason is null ? Vector.DnsQueryFlood : Vector.DnsRandomSubdomain;
        // A crowd that the host does not answer is a flood whatever it asks for (UdpFloodRule): then the name alone turns nothing.
        var isUnanswered = context.SeesQuestions(counters) && context.UnaskedShare(counters) >= 0.5;
        reason ??= OneName(in context, names, isUnanswered ? ", and the host spoke to their senders" : "");
        if (reason is null)
            return;
        findings.Add(new Finding(vector, counters, rate, [RuleContext.RateReason(in rate, "DNS queries"), reason])
        {
            SourcePort = RuleContext.SourcePort(counters, out _),
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 17,
        });
    }

    private static Reason? RandomNames(in RuleContext context, NameCounts names)
    {
        var domain = context.Measure(Measures.DomainShare, names.TopResourceShare);
        var fresh = Math.Min(1, names.Variants / names.Samples);
        if (domain < LeastShare || fresh < 0.5 || names.Variants < FewestNames)
            return null;
        return new Reason(
            RuleContext.Text($"{domain:P0} of them are about one domain, with about {names.Variants:N0} different names in {names.Samples:N0} queries seen"),
            Measures.DomainShare, Math.Round(domain, 3), LeastShare, "would not fire if fewer than 60 % were about one domain", 0.59);
    }

    private static Reason? OneName(in RuleContext context, NameCounts names, string condition)
    {
        var top = context.Measure(Measures.DomainShare, context.Measure(Measures.TopNameShare, names.TopVariantShare));
        return top < LeastShare ? null : new Reason(
            RuleContext.Text($"{top:P0} of them ask for the same name and type"), Measures.TopNameShare, Math.Round(top, 3), LeastShare,
            "would not fire if fewer than 60 % asked for one name" + condition, 0.59);
    }
}
