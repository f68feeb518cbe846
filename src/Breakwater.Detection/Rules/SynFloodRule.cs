namespace Breakwater.Detection.Rules;

/// <summary>SYN floods: connections that are opened and never completed.</summary>
internal static class SynFloodRule
{
    private const double LeastUnfinished = 0.2;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.SynFlood] is not { } counters || !context.MayExceed(counters, context.Floors.Syn))
            return;
        var opened = Settled(in context, counters);
        var completed = Math.Min(opened, context.Dossier.OpenFlows * 1.05);
        completed = Math.Min(completed, RuleContext.Unsampled(counters) ? context.Dossier.CompletedFlows : CompletedBySegments(in context, counters));
        var unfinished = context.Measure(Measures.UnfinishedShare, opened <= 0 ? 0 : 1 - (completed / opened));
        if (unfinished < LeastUnfinished)
            return;
        var rate = context.Test(counters, unfinished, context.Floors.Syn);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return;
        findings.Add(new Finding(
            Vector.SynFlood, counters, rate,
            [
                RuleContext.RateReason(in rate, "SYNs whose handshake was not completed"),
                new Reason(
                    RuleContext.Text($"{unfinished:P0} of about {opened:N0} connections tried within a minute were never completed"),
                    Measures.UnfinishedShare, Math.Round(unfinished, 3), LeastUnfinished, "would not fire if more than 80 % of the connections were completed",
                    0.19),
            ])
        {
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 6,
        });
    }

    /// <summary>
    /// Connections tried. Sampled, and where a good part goes on, without those of the last half second: a crowd that has just arrived has not
    /// sent the segments yet that speak for it.
    /// </summary>
    private static double Settled(in RuleContext context, Dossiers.ClassCounters counters)
    {
        var opened = context.Dossier.SynFlows;
        return RuleContext.Unsampled(counters) || context.Dossier.OpenSegments * 5 < opened
            ? opened : Math.Max(0, opened - (OpenedConnections.Young(counters, context.Tick) / counters.Weight));
    }

    /// <summary>
    /// Sampled, most segments of open connections are the only ones seen of theirs: an honest connection has four of them at least, one
    /// that is left alone only the acknowledgement that completes it.
    /// </summary>
    private static double CompletedBySegments(in RuleContext context, Dossiers.ClassCounters counters)
    {
        var segments = context.Dossier.OpenSegments;
        var (now, before) = context.Dossier.DataSegments;
        var isBare = now + before < 0.2 * segments * counters.Weight;
        return isBare ? segments : segments / 4.0;
    }
}
