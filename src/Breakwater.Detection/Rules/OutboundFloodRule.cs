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
        Find(in context, findings, Vector.DnsQueryFlood, floors.Queries, "DNS queries");
        Find(in context, findings, Vector.IcmpFlood, floors.Icmp, "ICMP messages");
        Find(in context, findings, Vector.FragmentFlood, floors.Fragments, "later fragments");
        Find(in context, findings, Vector.GreFlood, floors.Protocols, "GRE packets");
        Find(in context, findings, Vector.IpProtocolFlood, floors.Protocols, "packets of other IP protocols");
        foreach (var vector in Reflectors.All)
            Find(in context, findings, vector, floors.Amplification, "replies of a reflecting service");
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
                    RuleContext.Text($"{unasked:P0} of them go to {Receivers(receivers)} that never spoke to the host"), Measures.UnaskedShare, Math.Round(unasked, 3),
                    0.9, "would not fire if the receivers had spoken to it", 0.5),
            ])
        {
            SourcePort = RuleContext.SourcePort(counters, out _),
            DestinationPort = RuleContext.DestinationPort(counters),
        });
    }

    private static string Receivers(double count) => count < 1.5 ? "one receiver" : RuleContext.Text($"about {count:N0} receivers");

    /// <summary>
    /// What services send all day: answers, uploads, tunnels. Where questions cannot be seen (sampled, or one direction only) all of it
    /// may be that, but for packets to one receiver's every port.
    /// </summary>
    private static bool IsConversation(in RuleContext context, Vector vector, ClassCounters counters)
    {
        if (vector is Vector.SynFlood or Vector.TcpNullFlood or Vector.TcpXmasFlood or Vector.IcmpFlood or Vector.FragmentFlood)
            return false;
        if (!context.BothWays || !context.PairsKnown || !RuleContext.Unsampled(counters))
            return vector != Vector.UdpFlood || !RuleContext.DestinationsSpread(counters) || context.Sources(counters) >= 5;
        return vector is Vector.AckFlood or Vector.UdpFlood && !RuleContext.DestinationsSpread(counters) && !RuleContext.SourcePortsSpread(counters)
            && context.PacketsPerFlow(counters) > 3;
    }
}
