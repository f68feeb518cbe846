namespace Breakwater.Detection.Rules;

/// <summary>SYN floods: connections that are opened and never completed.</summary>
internal static class SynFloodRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.SynFlood] is not { } counters)
            return;
        var floor = context.Options.ShapedFloorPacketsPerSecond;
        if (counters.WindowPackets.Sum == 0 || context.LooksLikeScan(counters, floor))
            return;
        // Completed connections show up as flows with an ACK; the sketch's error is given to the host's favour.
        var opened = context.Dossier.SynFlows;
        var completed = Math.Min(opened, context.Dossier.OpenFlows * 1.05);
        var unfinished = opened <= 0 ? 0 : 1 - (completed / opened);
        var strength = context.Test(counters, unfinished, floor, out var margin);
        if (strength == Strength.None || unfinished < 0.2)
            return;
        var rate = context.RateReason(counters, unfinished, floor, strength, "SYNs whose handshake was not completed");
        var share = new Reason(
            RuleContext.Text($"{unfinished:P0} of about {opened:N0} connections tried within a minute were never completed"),
            "unfinishedShare", unfinished, 0.2, "would not fire if more than 80 % of the connections were completed");
        findings.Add(new Finding(
            Vector.SynFlood, counters, strength, margin, Horizon.Window, null, RuleContext.DestinationPort(counters), 6, [rate, share]));
    }
}

/// <summary>SYN-ACKs without a SYN: reflected by servers when many of them answer from service ports, else sent directly.</summary>
internal static class SynAckRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.SynAckFlood] is not { } counters)
            return;
        var floor = context.Options.ShapedFloorPacketsPerSecond;
        var flows = counters.Current.Flows.EstimateWith(counters.Previous.Flows);
        var continued = flows <= 0 ? 0 : Math.Min(1, context.Dossier.OpenFlows * 1.05 / flows);
        var strength = context.Test(counters, 1 - continued, floor, out var margin);
        if (strength == Strength.None || continued > 0.8 || !RuleContext.MostlyUnasked(counters, 0.5))
            return;
        var sources = RuleContext.Sources(counters);
        var sourcePort = RuleContext.SourcePort(counters, out _);
        var isReflection = sources >= 4 * context.Options.ReflectionSources && sourcePort is not null;
        var reason = context.RateReason(counters, 1 - continued, floor, strength, "SYN-ACKs that nobody asked for and nothing followed");
        var senders = new Reason(
            RuleContext.Text($"about {sources:N0} different senders, {(sourcePort is null ? "no common port" : RuleContext.Text($"most from port {sourcePort}"))}"),
            "distinctSources", Math.Round(sources), 4 * context.Options.ReflectionSources,
            "fewer senders, or no common port, would make it a syn-ack-flood sent directly");
        findings.Add(new Finding(
            isReflection ? Vector.TcpReflection : Vector.SynAckFlood, counters, strength, margin, Horizon.Window, sourcePort,
            RuleContext.DestinationPort(counters), 6, [reason, senders]));
    }
}

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
            var floor = context.Options.SegmentFloorPacketsPerSecond;
            var strength = context.Test(counters, 1, floor, out var margin);
            if (strength == Strength.None || context.LooksLikeScan(counters, floor) || !IsStray(in context, vector, counters))
                continue;
            findings.Add(new Finding(
                vector, counters, strength, margin, Horizon.Window, null, RuleContext.DestinationPort(counters), 6,
                [context.RateReason(counters, 1, floor, strength, what)]));
        }
    }

    private static bool IsStray(in RuleContext context, Vector vector, ClassCounters counters)
    {
        if (vector is Vector.TcpNullFlood or Vector.TcpXmasFlood)
            return true;
        if (context.Dossier.ReturnSeen && context.PairsKnown && RuleContext.Unsampled(counters))
            return RuleContext.MostlyUnasked(counters, 0.5);
        if (vector is not Vector.AckFlood)
        {
            var (unasked, asked) = context.Dossier.TcpPackets();
            return 2 * (counters.Current.Packets.Sum + counters.Previous.Packets.Sum) > unasked + asked;
        }
        // One direction only: a crowd that sends a packet or two per connection and never opens one is no crowd of clients.
        var flows = counters.Current.Flows.EstimateWith(counters.Previous.Flows);
        return RuleContext.Unsampled(counters) && RuleContext.Sources(counters) >= context.Options.CrowdSources
            && RuleContext.Samples(counters) <= 3 * flows && context.Dossier.SynFlows < 0.1 * flows;
    }
}
