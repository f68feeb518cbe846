namespace Breakwater.Detection.Rules;

/// <summary>SYN-ACKs without a SYN: reflected by servers when many of them answer from a service port, else sent directly.</summary>
internal static class SynAckRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.SynAckFlood] is not { } counters || !context.MayExceed(counters, context.Floors.SynAck))
            return;
        var flows = RuleContext.Flows(counters);
        var continued = flows <= 0 ? 0 : Math.Min(1, context.Dossier.OpenFlows * 1.05 / flows);
        var unfinished = context.Measure(Measures.UnfinishedShare, 1 - continued);
        if (unfinished < 0.2)
            return;
        var rate = context.Test(counters, unfinished, context.Floors.SynAck);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return;
        var unasked = context.UnaskedShare(counters);
        if (unasked < 0.5)
            return;
        var sources = context.Sources(counters);
        var sourcePort = RuleContext.SourcePort(counters, out _);
        var needed = 4 * context.Options.ReflectionSources;
        var isReflection = sources >= needed && sourcePort is not null;
        // Answers of one attacked host to forged senders fall on whole networks: its own trouble, not theirs.
        if (context.Dossier.IsAggregate && !isReflection)
            return;
        var reasons = new List<Reason> { RuleContext.RateReason(in rate, "SYN-ACKs that nobody asked for and nothing followed") };
        if (isReflection)
        {
            reasons.Add(new Reason(
                RuleContext.Text($"about {sources:N0} different senders within a minute, most from port {sourcePort}"), Measures.Sources, Math.Round(sources), needed,
                RuleContext.Text($"fewer than {needed:N0} senders would make it a syn-ack-flood sent directly"), needed - 1));
        }
        findings.Add(new Finding(isReflection ? Vector.TcpReflection : Vector.SynAckFlood, counters, rate, [.. reasons])
        {
            SourcePort = sourcePort,
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 6,
        });
    }
}
