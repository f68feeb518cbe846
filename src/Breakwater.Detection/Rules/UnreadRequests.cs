namespace Breakwater.Detection.Rules;

/// <summary>
/// Connections to a web service, completed and used, whose requests the records do not hold (flow records, encryption), from many senders of whom
/// each opens far more than a browser does. A flood of requests looks so, but what would tell it from a crowd is not there: insufficient evidence.
/// </summary>
internal static class UnreadRequests
{
    /// <summary>Connections of a sender within a minute: a browser keeps a handful and uses them again.</summary>
    private const double FewestPerSource = 20;

    /// <summary>Sampled: fewest connections of a sender seen on the average. One alone may be all there was.</summary>
    private const double FewestSeen = 0.25;

    public static Finding? Find(in RuleContext context)
    {
        // Crowds of one host only: half of a prefix's may be another service's.
        if (context.Dossier.IsAggregate || OpenedConnections.Of(in context) is not { } opened)
            return null;
        var counters = opened.Counters;
        var port = RuleContext.DestinationPort(counters);
        if (!IsWeb(port) || (context.Dossier[Vector.HttpFlood] is { } requests && requests.RecentPackets * 10 >= opened.Count))
            return null;
        var completed = opened.CompletedShare(in context);
        if (completed < OpenedConnections.LeastCompleted || OpenedConnections.DataSegments(in context) < opened.Count / 2)
            return null;
        var rate = context.Test(counters, opened.Fraction * completed, context.Floors.Connections, Measures.Connections);
        if (rate.Strength == Strength.None)
            return null;
        var perSource = context.Measure(Measures.ConnectionsPerSource, opened.PerSource(in context, out var sources));
        // A fleet of proxies or monitors is smaller than this, and may do the same all day.
        var fewestSources = context.Options.CrowdSources / 4;
        sources = context.Measure(Measures.Sources, sources);
        if (sources < fewestSources || perSource < Math.Max(FewestPerSource, FewestSeen * counters.Weight * Sampled(counters)))
            return null;
        return new Finding(
            Vector.HttpFlood, counters, rate,
            [
                RuleContext.RateReason(in rate, "connections whose requests the records do not hold", Measures.Connections),
                RuleContext.SourcesReason(sources, fewestSources),
                new Reason(
                    RuleContext.Text($"each opens about {perSource:N0} connections within a minute, where browsers use theirs again"), Measures.ConnectionsPerSource,
                    Math.Round(perSource, 1), FewestPerSource, RuleContext.Text($"would not be mentioned below {FewestPerSource:0} connections a sender"), 1),
            ])
        {
            Verdict = Verdict.InsufficientEvidence,
            DestinationPort = port,
            Protocol = 6,
            IsProven = true,
        };
    }

    private static double Sampled(Dossiers.ClassCounters counters) => RuleContext.Unsampled(counters) ? 0 : 1;

    private static bool IsWeb(ushort? port) => port is 80 or 443 or 8000 or 8080 or 8443;
}
