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

    private static readonly Vector[] _candidates = [Vector.AckFlood, Vector.UdpFlood, Vector.QuicFlood, Vector.HttpFlood, Vector.DnsQueryFlood, Vector.SynFlood];

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        var usual = context.Dossier.Usual;
        if (findings.Count > 0 || !usual.IsKnown || usual.Excess < AlarmExcess || context.Dossier.IsAggregate)
            return;
        ClassCounters? largest = null;
        var vector = Vector.None;
        foreach (var candidate in _candidates)
        {
            if (context.Dossier[candidate] is { } counters && counters.LastTick == context.Tick
                && (largest is null || counters.Current.Packets.Sum > largest.Current.Packets.Sum))
                (largest, vector) = (counters, candidate);
        }
        if (largest is null)
            return;
        var floor = Math.Max(context.Floors.Udp, LeastTimesUsual * usual.PacketsPerSecond);
        var rate = context.Test(largest, 1, floor);
        var sources = context.Sources(largest);
        if (rate.Strength != Strength.Sufficient || sources < context.Options.CrowdSources)
            return;
        if (context.Floors.VolumeBitsPerSecond is { } bits && rate.PerSecond * RuleContext.MeanBytes(largest) * 8 < bits)
            return;
        var times = usual.TimesUsualPackets(rate.PerSecond);
        findings.Add(new Finding(
            vector, largest, rate,
            [
                RuleContext.RateReason(in rate, RuleContext.Text($"packets, {times:0.#} times what is usual")),
                RuleContext.SourcesReason(sources, context.Options.CrowdSources),
            ])
        {
            Verdict = IsVisited(in context, largest) ? Verdict.FlashCrowd : Verdict.Undetermined,
            SourcePort = RuleContext.SourcePort(largest, out _),
            DestinationPort = RuleContext.DestinationPort(largest),
        });
    }

    /// <summary>Visitors open connections, get answers and send requests; the counters of a class with answers hold few that were not asked.</summary>
    private static bool IsVisited(in RuleContext context, ClassCounters counters)
    {
        var (now, before) = context.Dossier.DataSegments;
        var opened = context.Dossier.SynFlows;
        return opened >= 50 && context.Dossier.OpenFlows >= 0.8 * opened && (now + before) >= opened && context.UnaskedShare(counters) < 0.9;
    }
}
