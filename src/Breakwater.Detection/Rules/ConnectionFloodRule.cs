using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>Connections that are completed and then left alone: they hold the server's places and ask for nothing.</summary>
internal static class ConnectionFloodRule
{
    private const double MostData = 0.5;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        // Packets show the SYNs; flow records show whole sessions.
        if (context.Dossier[Vector.SynFlood] is { } syns && syns.LastTick == context.Dossier.LastTick)
            Find(in context, syns, 1, findings);
        else if (context.Dossier.OfClass(TrafficClass.Session) is { } sessions)
            Find(in context, sessions, 1 / Math.Max(1, RuleContext.Samples(sessions) / Math.Max(1, RuleContext.Flows(sessions))), findings);
    }

    private static void Find(in RuleContext context, ClassCounters counters, double fraction, List<Finding> findings)
    {
        if (!context.MayExceed(counters, context.Floors.Connections))
            return;
        // Where requests can be read, they tell more than segments.
        if (findings.Exists(static finding => finding.Vector == Vector.SynFlood)
            || (context.Dossier[Vector.HttpFlood] is { } requests && RuleContext.Samples(requests) >= 50))
            return;
        var opened = context.Dossier.SynFlows;
        var completed = context.Measure(Measures.UnfinishedShare, opened <= 0 ? 0 : Math.Min(1, Completed(in context, counters) / opened));
        if (completed < 0.7)
            return;
        var rate = context.Test(counters, fraction * completed, context.Floors.Connections, Measures.Connections);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return;
        // The same for sampled and unsampled: both numbers are of packets.
        double connections = (counters.Current.Packets.Sum + counters.Previous.Packets.Sum) * fraction;
        var (now, before) = context.Dossier.DataSegments;
        var data = context.Measure(Measures.DataPerConnection, (now + before) / Math.Max(1, connections));
        if (data >= MostData && !ComesBack(in context, counters, data))
            return;
        findings.Add(new Finding(
            Vector.TcpConnectionFlood, counters, rate,
            [
                RuleContext.RateReason(in rate, "completed connections", Measures.Connections),
                new Reason(
                    RuleContext.Text($"{data:0.00} segments with data a connection: little or nothing is asked for"), Measures.DataPerConnection, Math.Round(data, 3),
                    MostData, "would not fire if connections were used for more than one small exchange", 10),
            ])
        {
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 6,
            IsProven = true,
        });
    }

    private static double Completed(in RuleContext context, ClassCounters counters) =>
        RuleContext.Unsampled(counters) ? context.Dossier.CompletedFlows : context.Dossier.OpenFlows * 1.05;

    /// <summary>
    /// A crowd of senders that open again and again, each time for one small exchange, and close nothing: visitors keep their
    /// connections and ask for more.
    /// </summary>
    private static bool ComesBack(in RuleContext context, ClassCounters counters, double data)
    {
        if (data >= 2.5 || !RuleContext.Unsampled(counters))
            return false;
        var sources = counters.Current.Sources.EstimateWith(counters.Previous.Sources);
        if (context.Dossier.SynFlows < 1.4 * sources)
            return false;
        var fins = context.Dossier[Vector.FinFlood] is { } ends ? ends.Current.Packets.Sum + ends.Previous.Packets.Sum + ends.Current.Asked + ends.Previous.Asked : 0;
        return sources >= context.Options.CrowdSources && fins * 5 < counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
    }
}
