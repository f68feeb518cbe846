using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>
/// A reply without a request is evidence at any rate, if the telemetry would have shown the request: unsampled, and the host's other
/// direction was seen; or the replies go to a service's port, where no client of ours waits for answers. This finds slow reflections.
/// </summary>
internal static class UnaskedRepliesRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        foreach (var vector in Reflectors.All)
        {
            if (context.Dossier[vector] is not { } counters || RuleContext.HasFinding(findings, counters))
                continue;
            if (Find(in context, vector, counters) is { } finding)
                findings.Add(finding);
        }
    }

    private static Finding? Find(in RuleContext context, Vector vector, ClassCounters counters)
    {
        var floor = context.Options.UnaskedRepliesFloorPackets;
        var replies = context.Measure(Measures.Unasked, RuleContext.Samples(counters));
        // "At a rate so low" means: with so few replies.
        if (context.Changed == Measures.Rate || replies < floor || !context.PairsKnown || !RuleContext.Unsampled(counters))
            return null;
        var sources = context.Sources(counters);
        var sourcePort = RuleContext.SourcePort(counters, out _);
        var destinationPort = RuleContext.DestinationPort(counters);
        if (sources < context.Options.ReflectionSources || context.UnaskedShare(counters) < 0.5 || Reflectors.IsByChance(in context, counters))
            return null;
        if (!context.Dossier.ReturnSeen && !(destinationPort is < 1024 && destinationPort != sourcePort))
            return null;
        var rate = new RateEvidence(Strength.Sufficient, replies / floor, 60, replies, floor);
        return new Finding(
            vector, counters, rate,
            [
                new Reason(
                    RuleContext.Text($"{replies:N0} replies from {Reflectors.PortText(sourcePort)} within a minute that the host did not ask for"),
                    Measures.Unasked, replies, floor, RuleContext.Text($"would not fire below {floor:N0} such replies, or had the host sent questions"),
                    floor - 1),
                RuleContext.SourcesReason(sources, context.Options.ReflectionSources),
            ])
        {
            Horizon = Horizon.Life,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Protocol = 17,
        };
    }
}
