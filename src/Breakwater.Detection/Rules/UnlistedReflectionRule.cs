using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>
/// Reflections from ports that no list names: one fixed source port and many senders; or, once a reflection is certain, odd fixed ports
/// to the same victim port, as devices answer that reply from an ephemeral port.
/// </summary>
internal static class UnlistedReflectionRule
{
    private static readonly Vector[] _classes = [Vector.UdpFlood, Vector.QuicFlood, Vector.DnsQueryFlood, Vector.SipFlood];

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        foreach (var trafficClass in _classes)
        {
            if (context.Dossier[trafficClass] is not { } counters)
                continue;
            var finding = FixedPort(in context, counters) ?? Diffracted(in context, counters);
            if (finding is not null)
                findings.Add(finding);
        }
    }

    private static Finding? FixedPort(in RuleContext context, ClassCounters counters)
    {
        if (!context.MayExceed(counters, context.Floors.Amplification))
            return null;
        var options = context.Options;
        var sourcePort = RuleContext.SourcePort(counters, out var share);
        share = context.Measure(Measures.SourcePortShare, share);
        // DHCP clients ask from port 68 (RFC 2131 §4.1): a fixed port, but no reflector's.
        if (sourcePort is null or 68 || share < 0.8)
            return null;
        var rate = context.Test(counters, share, context.Floors.Amplification);
        if (rate.Strength == Strength.None)
            return null;
        var destinationPort = RuleContext.DestinationPort(counters);
        var sources = context.Sources(counters);
        var needed = context.SeesQuestions(counters) ? 4 * options.ReflectionSources : options.CrowdSources;
        if (sourcePort == destinationPort || sources < needed || context.UnaskedShare(counters) < 0.5)
            return null;
        return new Finding(
            Vector.UdpReflection, counters, rate,
            [
                RuleContext.RateReason(in rate, $"packets from {Reflectors.PortText(sourcePort)}, one fixed source port"),
                RuleContext.SourcesReason(sources, needed),
                new Reason(
                    RuleContext.Text($"{share:P0} of them come from this port, which clients would draw at random"), Measures.SourcePortShare,
                    Math.Round(share, 3), 0.8, "would not fire if fewer than 80 % had one source port", 0.79),
            ])
        {
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Protocol = 17,
        };
    }

    /// <summary>Reflectors behind address translation, and SSDP devices, answer from other ports than they were asked on.</summary>
    private static Finding? Diffracted(in RuleContext context, ClassCounters counters)
    {
        var floor = context.Options.UnaskedRepliesFloorPackets;
        var replies = context.Measure(Measures.Unasked, counters.LifePackets.Samples);
        if (replies < floor || counters.LifePackets is not { Sampled: 0, UnknownRate: 0 })
            return null;
        if (context.Dossier.Reflection is not { } sure)
            return null;
        var (sources, destinations) = counters.LifePorts();
        var victimPort = destinations.Majority(null, out _);
        var sourcePort = sources.Majority(null, out _);
        if (victimPort is null or >= 1024 || sourcePort is null || sourcePort == victimPort || sure.Port != victimPort)
            return null;
        var reason = new Reason(
            RuleContext.Text($"{replies:N0} unasked packets to the same port {victimPort} from fixed odd ports, most from {Reflectors.PortText(sourcePort)}"),
            Measures.Unasked, replies, floor,
            RuleContext.Text($"would not fire below {floor:N0} such packets, or without the certain {Vectors.Name(sure.Vector)}"), floor - 1);
        return new Finding(Vector.UdpReflection, counters, new RateEvidence(Strength.Sufficient, replies / floor, 60, replies, floor), [reason])
        {
            Horizon = Horizon.Life,
            SourcePort = sourcePort,
            DestinationPort = victimPort,
            Protocol = 17,
        };
    }
}
