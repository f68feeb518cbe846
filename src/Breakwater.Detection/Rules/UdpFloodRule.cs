using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>UDP floods: no telling source port, and not the shape of a few busy conversations; those of requests to QUIC, SIP and DNS too.</summary>
internal static class UdpFloodRule
{
    /// <summary>UDP packets that a flooded host sends for each that it gets, at most.</summary>
    private const double MostReturned = 0.1;

    /// <summary>Of so many packets seen, one answer in ten would have shown four times at least: all but surely.</summary>
    private const int FewestUnanswered = 200;

    private static readonly Vector[] _classes = [Vector.UdpFlood, Vector.DnsQueryFlood, Vector.QuicFlood, Vector.SipFlood];

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        foreach (var trafficClass in _classes)
        {
            if (context.Dossier[trafficClass] is not { } counters || RuleContext.HasFinding(findings, counters))
                continue;
            if (Find(in context, trafficClass, counters, findings) is { } finding)
                findings.Add(finding);
        }
    }

    private static Finding? Find(in RuleContext context, Vector trafficClass, ClassCounters counters, List<Finding> findings)
    {
        if (trafficClass == Vector.UdpFlood && findings.Exists(static finding => finding.Vector == Vector.FragmentFlood)
            && context.Dossier.FirstFragments * 2 > counters.RecentPackets)
            return null;
        // "One name less" means: to senders that the host spoke to (DnsQueryRule).
        if (trafficClass == Vector.DnsQueryFlood && context.Changed == Measures.TopNameShare)
            return null;
        var floor = trafficClass == Vector.DnsQueryFlood && context.SeesQuestions(counters) ? context.Floors.Queries : context.Floors.Udp;
        var rate = context.Test(counters, 1, floor);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return null;
        var unasked = context.UnaskedShare(counters);
        if (unasked < 0.5 || Crowd(in context, trafficClass, counters) is not { } crowd)
            return null;
        return new Finding(
            Name(trafficClass, counters), counters, rate, [RuleContext.RateReason(in rate, "unasked UDP packets"), .. crowd.Reasons])
        {
            Verdict = crowd.Verdict,
            SourcePort = RuleContext.SourcePort(counters, out _),
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 17,
        };
    }

    /// <summary>
    /// A flood of requests has the port and the size of its service's requests: DNS queries are short (RFC 1035 §4.2.1 and an OPT
    /// record), a client's first QUIC packet is padded to 1,200 bytes (RFC 9000 §14.1), a SIP request has its headers (RFC 3261 §8.1.1).
    /// </summary>
    private static Vector Name(Vector trafficClass, ClassCounters counters)
    {
        if (AreRequests(counters))
            return trafficClass;
        var meanBytes = RuleContext.MeanBytes(counters);
        return trafficClass switch
        {
            Vector.DnsQueryFlood when meanBytes is >= 40 and <= 160 => Vector.DnsQueryFlood,
            Vector.QuicFlood when meanBytes >= 1200 => Vector.QuicFlood,
            Vector.SipFlood when meanBytes >= 250 => Vector.SipFlood,
            _ => Vector.UdpFlood,
        };
    }

    /// <summary>Nine packets in ten are requests by their content.</summary>
    private static bool AreRequests(ClassCounters counters) =>
        (counters.Current.Requests + counters.Previous.Requests) * 10 >= counters.RecentPackets * 9;

    /// <summary>
    /// Why it is no traffic of clients; null when it may be. Services that a crowd of honest clients uses by UDP (DNS, QUIC, SIP, VPN)
    /// look like floods from one direction: there both directions must be seen.
    /// </summary>
    private static (Reason[] Reasons, Verdict Verdict)? Crowd(in RuleContext context, Vector trafficClass, ClassCounters counters)
    {
        var options = context.Options;
        var destinationPort = RuleContext.DestinationPort(counters);
        var sources = context.Sources(counters);
        var isSpread = RuleContext.DestinationsSpread(counters) || (context.Dossier.ReturnSeen && RuleContext.SourcePortsSpread(counters) && destinationPort is null);
        var where = destinationPort is null ? ", no common destination port" : RuleContext.Text($", most to port {destinationPort}");
        if (context.SeesQuestions(counters))
        {
            if (isSpread)
                return ([Unasked(in context, counters)], Verdict.Attack);
            if (sources >= options.CrowdSources)
                return ([Unasked(in context, counters), RuleContext.SourcesReason(sources, options.CrowdSources, where)], Verdict.Attack);
            return ByWays(in context, counters, Unanswered(in context, trafficClass, counters), sources, where);
        }
        // One sender on every port of the host: no conversation needs so many.
        return ByWays(in context, counters, [.. Ways(in context, trafficClass, counters, isSpread), .. Unanswered(in context, trafficClass, counters)], sources, where)
            ?? (isSpread && sources < 5 ? ([], Verdict.Attack) : null);
    }

    /// <summary>
    /// Several ways lead to the same finding, the firmer ones first: each reason is stated with the bound at which none of those that hold would
    /// hold any more, and only when all of them rest on it.
    /// </summary>
    private static (Reason[] Reasons, Verdict Verdict)? ByWays(in RuleContext context, ClassCounters counters, List<Way> ways, double sources, string where)
    {
        var perFlow = context.PacketsPerFlow(counters);
        double received = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        var returned = context.Measure(Measures.ReturnedShare, context.Dossier.Sent.UdpPackets / Math.Max(1, received));
        ways.RemoveAll(way => sources < way.FewestSources || perFlow > way.MostPerFlow || returned > way.MostReturned);
        if (ways.Count == 0)
            return null;
        var verdict = ways.Max(static way => way.Verdict);
        ways.RemoveAll(way => way.Verdict != verdict);
        var reasons = new List<Reason> { RuleContext.SourcesReason(sources, ways.Min(static way => way.FewestSources), where) };
        if (ways.Max(static way => way.MostPerFlow) is var most && double.IsFinite(most))
            reasons.Add(ShortConversations(perFlow, most));
        if (ways.TrueForAll(static way => double.IsFinite(way.MostReturned)))
        {
            reasons.Add(new Reason(
                RuleContext.Text($"the host sends {returned:P0} as many UDP packets as it gets"), Measures.ReturnedShare, Math.Round(returned, 3), MostReturned,
                "would not fire if the host answered one in ten", 2 * MostReturned));
        }
        return ([.. reasons], verdict);
    }

    /// <summary>What tells a flood from a crowd of clients in one direction, or sampled; infinite where a way asks for no such bound.</summary>
    private static List<Way> Ways(in RuleContext context, Vector trafficClass, ClassCounters counters, bool isSpread)
    {
        var crowd = context.Options.CrowdSources;
        var isSampled = !RuleContext.Unsampled(counters);
        var ways = new List<Way>();
        if (trafficClass == Vector.UdpFlood && !FacesCrowds(RuleContext.DestinationPort(counters)))
        {
            ways.Add(isSampled ? new Way(4 * crowd, 1.1) : new Way(crowd, 3));
            if (isSpread && !isSampled)
                ways.Add(new Way(crowd));
        }
        // A crowd of conversations, each seen once, to which the host sends next to nothing.
        if (context.Dossier.Sent.IsVisible)
        {
            ways.Add(new Way(crowd / 4, 1.2, MostReturned));
            return ways;
        }
        // Single requests, by their content: two thousand a second are those of 120,000 phones that register every minute.
        if (trafficClass == Vector.SipFlood && !isSampled && AreRequests(counters))
            ways.Add(new Way(crowd, 1.2));
        if (trafficClass == Vector.UdpFlood && RuleContext.DestinationsSpread(counters))
            ways.Add(new Way(crowd / 2));
        return ways;
    }

    /// <summary>
    /// The telemetry shows what hosts send, but of this one nothing: to a service's crowd of which each sends once or twice. Sampled, its answers
    /// would have shown had there been one for ten packets; that they take another way out is left open.
    /// </summary>
    private static List<Way> Unanswered(in RuleContext context, Vector trafficClass, ClassCounters counters)
    {
        var crowd = context.Options.CrowdSources;
        var ways = new List<Way>();
        // Of many hosts together nobody notes what they send.
        if (context.Dossier.IsAggregate || context.Dossier.Sent.IsVisible || !context.PairsKnown || trafficClass == Vector.UdpFlood)
            return ways;
        if (trafficClass != Vector.DnsQueryFlood && context.BothWays && RuleContext.Unsampled(counters))
            ways.Add(new Way(crowd, 3));
        if (context.SeesSenders && RuleContext.Samples(counters) >= FewestUnanswered)
            ways.Add(new Way(crowd / 8, 1.2, MostReturned, trafficClass == Vector.SipFlood && AreRequests(counters) ? Verdict.Attack : Verdict.Undetermined));
        return ways;
    }

    private readonly record struct Way(
        double FewestSources, double MostPerFlow = double.PositiveInfinity, double MostReturned = double.PositiveInfinity, Verdict Verdict = Verdict.Attack);

    private static Reason ShortConversations(double perFlow, double most) => new(
        RuleContext.Text($"{perFlow:0.0} packets a conversation, where those of clients have many"), Measures.PacketsPerFlow, Math.Round(perFlow, 2), most,
        RuleContext.Text($"would not fire with more than {most:0.#} packets a conversation"), most + 0.1);

    private static Reason Unasked(in RuleContext context, ClassCounters counters)
    {
        var unasked = context.UnaskedShare(counters);
        return new Reason(
            RuleContext.Text($"the host never spoke to the senders of {unasked:P0} of them"), Measures.UnaskedShare, Math.Round(unasked, 3), 0.5,
            "would not fire if most belonged to conversations of the host", 0.49);
    }

    private static bool FacesCrowds(ushort? port) => port is 53 or 123 or 443 or 500 or 1194 or 3478 or 4500 or 5060 or 51820;
}
