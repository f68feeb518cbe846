using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Rules;

/// <summary>TCP connections opened to a target in the last 30-60 s. Packets, and sampled records of one packet, show the SYNs; flow records show whole sessions.</summary>
/// <param name="Counters">The class that shows more of them: SYNs or sessions.</param>
/// <param name="Fraction">Connections ÷ packets of that class.</param>
internal readonly record struct OpenedConnections(ClassCounters Counters, double Fraction)
{
    /// <summary>Part of the connections that must have been completed before they count as such.</summary>
    public const double LeastCompleted = 0.7;

    /// <summary>Ticks within which a sender far away comes to its first request: three round trips of 160 ms.</summary>
    private const int SettlingTicks = 5;

    /// <summary>Connections, scaled.</summary>
    public double Count => Counters.RecentPackets * Fraction;

    private bool AreSessions => Counters.TrafficClass == TrafficClass.Session;

    /// <summary>The connections opened to a host; null when there are not enough for the floor.</summary>
    public static OpenedConnections? Of(in RuleContext context)
    {
        var dossier = context.Dossier;
        OpenedConnections? most = null;
        if (dossier[Vector.SynFlood] is { } syns && context.MayExceed(syns, context.Floors.Connections))
            most = new OpenedConnections(syns, 1);
        if (dossier.OfClass(TrafficClass.Session) is { } sessions && context.MayExceed(sessions, context.Floors.Connections))
        {
            var whole = new OpenedConnections(sessions, 1 / Math.Max(1, RuleContext.Samples(sessions) / Math.Max(1, RuleContext.Flows(sessions))));
            if (most is null || whole.Count > most.Value.Count)
                most = whole;
        }
        return most is { } found && found.Counters.LastTick == dossier.LastTick && context.MayExceed(found.Counters, context.Floors.Connections / found.Fraction)
            ? found : null;
    }

    /// <summary>Part of the connections whose handshake was completed.</summary>
    public double CompletedShare(in RuleContext context)
    {
        var opened = context.Dossier.SynFlows;
        var completed = RuleContext.Unsampled(Counters) ? context.Dossier.CompletedFlows : context.Dossier.OpenFlows * 1.05;
        return context.Measure(Measures.UnfinishedShare, opened <= 0 ? 0 : Math.Min(1, completed / opened));
    }

    /// <summary>Connections that are half a second old, scaled. Records of whole sessions tell all of theirs.</summary>
    public double Settled(long tick) => AreSessions ? Count : Math.Max(0, Count - Young(Counters, tick));

    /// <summary>Segments with data, scaled, of connections of any age.</summary>
    public static double DataSegments(in RuleContext context)
    {
        var (now, before) = context.Dossier.DataSegments;
        return now + before;
    }

    /// <summary>Connections that a sender opened, on the average. Sampled, senders of whom nothing was seen count as the others do.</summary>
    public double PerSource(in RuleContext context, out double sources)
    {
        var all = new HyperLogLog(ClassCounters.SourcePrecision);
        Take(context.Dossier[Vector.SynFlood]);
        Take(context.Dossier.OfClass(TrafficClass.Session));
        sources = all.Estimate();
        // Two standard errors in favour of the senders.
        var seen = context.Dossier.SynFlows * (1 - (2 * all.StandardErrorAt(sources) / Math.Max(1, sources))) / Math.Max(1, sources);
        return RuleContext.Unsampled(Counters) ? seen : MeanOfSeen(seen) * Counters.Weight;

        void Take(ClassCounters? counters)
        {
            if (counters is null)
                return;
            all.Merge(counters.Current.Sources);
            all.Merge(counters.Previous.Sources);
        }
    }

    /// <summary>Mean of a Poisson count whose mean, where it is not zero, is <paramref name="mean"/>.</summary>
    internal static double MeanOfSeen(double mean)
    {
        if (mean <= 1)
            return 0;
        var rate = mean;
        for (var step = 0; step < 60; step++)
            rate = mean * (1 - Math.Exp(-rate));
        return rate;
    }

    /// <summary>Packets of the last half second, scaled.</summary>
    public static double Young(ClassCounters counters, long tick)
    {
        long packets = 0;
        for (var each = tick - SettlingTicks + 1; each <= tick; each++)
            packets += counters.Rates.TickAt(each).Packets;
        return packets;
    }
}
