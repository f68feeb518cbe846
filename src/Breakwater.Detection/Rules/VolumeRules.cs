namespace Breakwater.Detection.Rules;

/// <summary>UDP floods: no telling source port, and not the shape of a few busy conversations.</summary>
internal static class UdpFloodRule
{
    /// <summary>Services that a crowd of honest clients uses by UDP: from one direction, crowd and flood look alike there.</summary>
    private static bool FacesCrowds(ushort? port) => port is 53 or 123 or 443 or 500 or 1194 or 3478 or 4500 or 5060 or 51820;

    /// <summary>
    /// A flood of requests has the port and the size of its service's requests: DNS queries are short (RFC 1035 §4.2.1 and an OPT
    /// record), a client's first QUIC packet is padded to 1,200 bytes (RFC 9000 §14.1), a BOOTP message has 300 (RFC 1542 §2.1).
    /// </summary>
    private static Vector Name(ushort? destinationPort, double meanBytes) => destinationPort switch
    {
        53 when meanBytes is >= 40 and <= 160 => Vector.DnsQueryFlood,
        67 when meanBytes is >= 250 and <= 650 => Vector.DhcpFlood,
        443 when meanBytes >= 1200 => Vector.QuicFlood,
        5060 when meanBytes >= 250 => Vector.SipFlood,
        _ => Vector.UdpFlood,
    };

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.UdpFlood] is not { } counters || findings.Exists(static finding => finding.Vector == Vector.UdpReflection))
            return;
        var floor = context.Options.UdpFloorPacketsPerSecond;
        var strength = context.Test(counters, 1, floor, out var margin);
        if (strength == Strength.None || !RuleContext.MostlyUnasked(counters, 0.5) || context.LooksLikeScan(counters, floor))
            return;
        var sources = RuleContext.Sources(counters);
        var destinationPort = RuleContext.DestinationPort(counters);
        if (!IsFlood(in context, counters, sources, destinationPort))
            return;
        var crowd = new Reason(
            RuleContext.Text($"about {sources:N0} different senders within a minute, {(destinationPort is null ? "no common destination port" : RuleContext.Text($"most to port {destinationPort}"))}"),
            "distinctSources", Math.Round(sources), context.Options.CrowdSources,
            "would not fire for a few lasting conversations between fixed ports");
        findings.Add(new Finding(
            Name(destinationPort, RuleContext.MeanBytes(counters)), counters, strength, margin, Horizon.Window, RuleContext.SourcePort(counters, out _), destinationPort, 17,
            [context.RateReason(counters, 1, floor, strength, "unasked UDP packets"), crowd]));
    }

    private static bool IsFlood(in RuleContext context, ClassCounters counters, double sources, ushort? destinationPort)
    {
        var isSpread = counters.Current.DestinationPorts.IsSpread(counters.Previous.DestinationPorts)
            || (context.Dossier.ReturnSeen && counters.Current.SourcePorts.IsSpread(counters.Previous.SourcePorts));
        if (context.Dossier.ReturnSeen && context.PairsKnown && RuleContext.Unsampled(counters))
            return isSpread || sources >= context.Options.CrowdSources;
        if (sources >= context.Options.CrowdSources && !FacesCrowds(destinationPort))
        {
            var flows = counters.Current.Flows.EstimateWith(counters.Previous.Flows);
            var samples = RuleContext.Samples(counters);
            return RuleContext.Unsampled(counters) ? samples <= 3 * flows || isSpread : sources >= 1024 && samples <= 1.1 * sources;
        }
        return isSpread && sources < 5;
    }
}

/// <summary>Floods that show by their protocol and rate: ICMP, IPv6 extension headers, fragments, GRE and other protocols.</summary>
internal static class ProtocolFloodRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        var options = context.Options;
        Plain(in context, findings, Vector.IcmpFlood, options.ShapedFloorPacketsPerSecond, 1, null, "unasked ICMP messages");
        Plain(
            in context, findings, Vector.IPv6ExtensionHeaderFlood, options.ShapedFloorPacketsPerSecond, 1, null,
            "packets with IPv6 extension headers");
        Plain(in context, findings, Vector.GreFlood, options.TunnelFloorPacketsPerSecond, 64, 47, "GRE packets");
        Plain(
            in context, findings, Vector.IpProtocolFlood, options.TunnelFloorPacketsPerSecond, 64, null,
            "packets of IP protocols other than TCP, UDP, ICMP and GRE");
        if (context.Dossier[Vector.FragmentFlood] is { } fragments && !HaveFirsts(in context, fragments))
            Plain(in context, findings, Vector.FragmentFlood, options.SegmentFloorPacketsPerSecond, 1, null, "later fragments");
    }

    private static void Plain(
        in RuleContext context, List<Finding> findings, Vector vector, int floor, int fewestSources, byte? protocol, string what)
    {
        if (context.Dossier[vector] is not { } counters)
            return;
        var strength = context.Test(counters, 1, floor, out var margin);
        if (strength == Strength.None || !RuleContext.MostlyUnasked(counters, 0.5) || RuleContext.Sources(counters) < fewestSources)
            return;
        findings.Add(new Finding(
            vector, counters, strength, margin, Horizon.Window, null, null, protocol,
            [context.RateReason(counters, 1, floor, strength, what)]));
    }

    /// <summary>Later fragments carry no ports: they go with the packets whose first fragments can account for them (64 KiB ÷ 1,480).</summary>
    private static bool HaveFirsts(in RuleContext context, ClassCounters fragments) =>
        context.Dossier.FirstFragments * 45 >= fragments.LifePackets.Sum;
}
