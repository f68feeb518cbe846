using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>Segments that belong to no connection: ACK, RST, FIN, null and Xmas floods.</summary>
internal static class StraySegmentRule
{
    private static readonly (Vector Vector, string What)[] _kinds =
    [
        (Vector.AckFlood, "ACK segments of no known connection"),
        (Vector.RstFlood, "resets of no known connection"),
        (Vector.FinFlood, "FIN segments of no known connection"),
        (Vector.TcpNullFlood, "TCP segments without any flag"),
        (Vector.TcpXmasFlood, "TCP segments with FIN, PSH and URG"),
    ];

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        foreach (var (vector, what) in _kinds)
        {
            // Resets that come back with reflected SYN-ACKs are one thing with them.
            if (vector == Vector.RstFlood && findings.Exists(static finding => finding.Vector == Vector.TcpReflection))
                continue;
            if (context.Dossier[vector] is not { } counters)
                continue;
            var rate = context.Test(counters, 1, context.Floors.Segments);
            if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate) || Stray(in context, vector, counters) is not { } reason)
                continue;
            findings.Add(new Finding(vector, counters, rate, [RuleContext.RateReason(in rate, what), .. reason])
            {
                DestinationPort = RuleContext.DestinationPort(counters),
                Protocol = 6,
            });
        }
    }

    /// <summary>Why the segments belong to no connection; null when they may, nothing when their flags alone say so.</summary>
    private static Reason[]? Stray(in RuleContext context, Vector vector, ClassCounters counters)
    {
        if (vector is Vector.TcpNullFlood or Vector.TcpXmasFlood)
            return [];
        if (context.SeesQuestions(counters))
        {
            var unasked = context.UnaskedShare(counters);
            return unasked < 0.5 ? null :
            [
                new Reason(
                    RuleContext.Text($"the host never spoke to the senders of {unasked:P0} of them"), Measures.UnaskedShare, Math.Round(unasked, 3), 0.5,
                    "would not fire if most belonged to conversations of the host", 0.49),
            ];
        }
        return vector == Vector.AckFlood ? OneWay(in context, counters) : Dominant(in context, counters);
    }

    /// <summary>One direction only: resets and FINs end connections, so that most of a host's segments are others.</summary>
    private static Reason[]? Dominant(in RuleContext context, ClassCounters counters)
    {
        var (unasked, asked) = context.Dossier.TcpPackets();
        double own = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        var share = context.Measure(Measures.UnfinishedShare, own / Math.Max(1, unasked + asked));
        return share <= 0.5 ? null :
        [
            new Reason(
                RuleContext.Text($"{share:P0} of the TCP segments to the host are such, where honest connections have a few of them"),
                Measures.UnfinishedShare, Math.Round(share, 3), 0.5, "would not fire if other segments were the majority", 0.5),
        ];
    }

    /// <summary>One direction only: a crowd that sends a packet or two per connection and never opens one is no crowd of clients.</summary>
    private static Reason[]? OneWay(in RuleContext context, ClassCounters counters)
    {
        var flows = RuleContext.Flows(counters);
        var perFlow = context.PacketsPerFlow(counters);
        var sources = context.Sources(counters);
        var isSampled = !RuleContext.Unsampled(counters);
        // Sampled, a conversation shows once at most: then only a crowd of senders far larger than the samples of clients can be told.
        var most = isSampled ? 1.1 : 3;
        var fewest = isSampled ? 4 * context.Options.CrowdSources : context.Options.CrowdSources;
        if (sources < fewest || perFlow > most || context.Dossier.SynFlows >= 0.1 * flows)
            return null;
        if (isSampled && (context.Dossier.DataSegments.Now + context.Dossier.DataSegments.Before) * 20 > counters.LifePackets.Sum)
            return null;
        return
        [
            RuleContext.SourcesReason(sources, fewest),
            new Reason(
                RuleContext.Text($"{perFlow:0.0} segments a conversation, where clients of a service send many"), Measures.PacketsPerFlow, Math.Round(perFlow, 2), most,
                RuleContext.Text($"would not fire with more than {most:0.#} segments a conversation"), most + 0.1),
        ];
    }
}
