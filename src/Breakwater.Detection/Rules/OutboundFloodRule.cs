using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>An own host that floods somebody: much traffic to few receivers, none of whom ever spoke to it.</summary>
internal static class OutboundFloodRule
{
    private const double MostReceivers = 64;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        var floors = context.Floors;
        Find(in context, findings, Vector.SynFlood, floors.Syn, "SYNs");
        Find(in context, findings, Vector.AckFlood, floors.Segments, "ACK segments");
        Find(in context, findings, Vector.RstFlood, floors.Segments, "resets");
        Find(in context, findings, Vector.TcpNullFlood, floors.Segments, "TCP segments without any flag");
        Find(in context, findings, Vector.TcpXmasFlood, floors.Segments, "TCP segments with FIN, PSH and URG");
        Find(in context, findings, Vector.UdpFlood, floors.Udp, "UDP packets");
        Find(in context, findings, Vector.DnsQueryFlood, floors.Udp, "DNS queries");
        Find(in context, findings, Vector.IcmpFlood, floors.Icmp, "ICMP messages");
        Find(in context, findings, Vector.FragmentFlood, floors.Fragments, "later fragments");
        Find(in context, findings, Vector.GreFlood, floors.Protocols, "GRE packets");
        Find(in context, findings, Vector.IpProtocolFlood, floors.Protocols, "packets of other IP protocols");
    }

    private static void Find(in RuleContext context, List<Finding> findings, Vector vector, double floor, string what)
    {
        if (context.Dossier[vector] is not { } counters)
            return;
        var rate = context.Test(counters, 1, floor);
        if (rate.Strength == Strength.None || IsConversation(in context, vector, counters))
            return;
        var unasked = context.UnaskedShare(counters);
        var receivers = context.Sources(counters);
        if (unasked < 0.9 || receivers > MostReceivers)
            return;
        findings.Add(new Finding(
            vector, counters, rate,
            [
                RuleContext.RateReason(in rate, what),
                new Reason(
                    RuleContext.Text($"{unasked:P0} of them go to about {receivers:N0} receivers that never spoke to the host"), Measures.UnaskedShare, Math.Round(unasked, 3),
                    0.9, "would not fire if the receivers had spoken to it", 0.5),
            ])
        {
            SourcePort = RuleContext.SourcePort(counters, out _),
            DestinationPort = RuleContext.DestinationPort(counters),
        });
    }

    /// <summary>Long conversations between fixed ports, as uploads and tunnels are, seen from one side.</summary>
    private static bool IsConversation(in RuleContext context, Vector vector, ClassCounters counters)
    {
        if (vector is not (Vector.AckFlood or Vector.UdpFlood or Vector.DnsQueryFlood or Vector.GreFlood or Vector.IpProtocolFlood))
            return false;
        if (vector is Vector.GreFlood or Vector.IpProtocolFlood)
            return !context.SeesQuestions(counters);
        return !RuleContext.DestinationsSpread(counters) && !RuleContext.SourcePortsSpread(counters)
            && context.PacketsPerFlow(counters) > 3;
    }
}
