using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>
/// More than is usual, from many senders, without the shape of any known attack: the cumulated excess over the usual rate of this hour
/// (CUSUM, alarm at 8), a static floor, and a crowd. A crowd that opens connections and asks for things is popular interest; otherwise
/// it is left open.
/// </summary>
internal static class VolumeRule
{
    private const double AlarmExcess = 8;
    private const double LeastTimesUsual = 3;
    private const double LeastCompleted = 0.8;

    private static readonly Vector[] _candidates = [Vector.AckFlood, Vector.UdpFlood, Vector.QuicFlood, Vector.HttpFlood, Vector.DnsQueryFlood, Vector.SynFlood];

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        var usual = context.Dossier.Usual;
        if (findings.Count > 0 || !usual.IsKnown || usual.Excess < AlarmExcess || context.Dossier.IsAggregate)
            return;
        if ((Visitors(in context) ?? Largest(in context)) is { } finding)
            findings.Add(finding);
    }

    /// <summary>
    /// Three times the usual number of new connections, opened and used as visitors do. What belongs to conversations of the host is
    /// excused and not counted, so the crowd is measured by the SYNs that nothing excuses; their usual rate follows from their share.
    /// </summary>
    private static Finding? Visitors(in RuleContext context)
    {
        var dossier = context.Dossier;
        if (dossier[Vector.SynFlood] is not { } counters || counters.LastTick != context.Tick || !context.SeesQuestions(counters))
            return null;
        var (unasked, asked) = dossier.TcpPackets();
        var (now, before) = dossier.DataSegments;
        var opened = dossier.SynFlows;
        if (opened < 50 || dossier.OpenFlows < LeastCompleted * opened || now + before < opened || asked < unasked)
            return null;
        var share = counters.RecentPackets / (double)Math.Max(1, dossier.RecentPackets);
        var floor = Math.Max(context.Floors.Connections, LeastTimesUsual * share * dossier.Usual.PacketsPerSecond);
        return Unusual(in context, Vector.SynFlood, counters, floor, share, "new connections") is { } finding
            ? finding with { Verdict = Verdict.FlashCrowd, Protocol = 6, IsProven = true } : null;
    }

    /// <summary>The kind of traffic that has most of what nothing excuses.</summary>
    private static Finding? Largest(in RuleContext context)
    {
        ClassCounters? largest = null;
        var vector = Vector.None;
        foreach (var candidate in _candidates)
        {
            if (context.Dossier[candidate] is { } counters && counters.LastTick == context.Tick
                && (largest is null || counters.Current.Packets.Sum > largest.Current.Packets.Sum))
                (largest, vector) = (counters, candidate);
        }
        if (largest is null)
            return null;
        var floor = Math.Max(context.Floors.Udp, LeastTimesUsual * context.Dossier.Usual.PacketsPerSecond);
        return Unusual(in context, vector, largest, floor, 1, "packets");
    }

    /// <summary>The finding when the rate is above the floor and a crowd sends it.</summary>
    private static Finding? Unusual(in RuleContext context, Vector vector, ClassCounters counters, double floor, double share, string what)
    {
        var rate = context.Test(counters, 1, floor);
        var sources = context.Sources(counters);
        if (rate.Strength != Strength.Sufficient || sources < context.Options.CrowdSources)
            return null;
        if (context.Floors.VolumeBitsPerSecond is { } bits && rate.PerSecond * RuleContext.MeanBytes(counters) * 8 < bits * share)
            return null;
        var times = context.Dossier.Usual.TimesUsualPackets(rate.PerSecond / share);
        return new Finding(
            vector, counters, rate,
            [
                RuleContext.RateReason(in rate, RuleContext.Text($"{what}, {times:0.#} times what is usual")),
                RuleContext.SourcesReason(sources, context.Options.CrowdSources),
            ])
        {
            Verdict = Verdict.Undetermined,
            SourcePort = RuleContext.SourcePort(counters, out _),
            DestinationPort = RuleContext.DestinationPort(counters),
        };
    }
}
