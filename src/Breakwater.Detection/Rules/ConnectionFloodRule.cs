using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>Connections that are completed and then left alone: they hold the server's places and ask for nothing.</summary>
internal static class ConnectionFloodRule
{
    private const double MostData = 0.5;

    /// <summary>Fewest connections seen whose senders had the time to ask for something.</summary>
    private const double FewestSettled = 20;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (OpenedConnections.Of(in context) is not { } opened)
            return;
        // Where requests can be read, they tell more than segments.
        if (findings.Exists(static finding => finding.Vector == Vector.SynFlood)
            || (context.Dossier[Vector.HttpFlood] is { } requests && RuleContext.Samples(requests) >= 50))
            return;
        var counters = opened.Counters;
        var completed = opened.CompletedShare(in context);
        if (completed < OpenedConnections.LeastCompleted)
            return;
        var rate = context.Test(counters, opened.Fraction * completed, context.Floors.Connections, Measures.Connections);
        if (rate.Strength == Strength.None || context.LooksLikeScan(counters, in rate))
            return;
        // Whoever opened a connection a moment ago may not have come to a first request.
        var settled = opened.Settled(context.Tick);
        if (settled < FewestSettled * counters.Weight)
            return;
        var data = context.Measure(Measures.DataPerConnection, OpenedConnections.DataSegments(in context) / settled);
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

    /// <summary>
    /// A crowd of senders that open again and again, each time for one small exchange, and close nothing: visitors keep their
    /// connections and ask for more.
    /// </summary>
    private static bool ComesBack(in RuleContext context, ClassCounters counters, double data)
    {
        if (data >= 2.5 || !RuleContext.Unsampled(counters))
            return false;
        var sources = counters.RecentSources;
        if (context.Dossier.SynFlows < 1.4 * sources)
            return false;
        var fins = context.Dossier[Vector.FinFlood] is { } ends ? ends.Current.Packets.Sum + ends.Previous.Packets.Sum + ends.Current.Asked + ends.Previous.Asked : 0;
        return sources >= context.Options.CrowdSources && fins * 5 < counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
    }
}
