namespace Breakwater.Detection.Rules;

/// <summary>
/// Replies that nobody asked for: from the port of a known service, or from one unknown fixed port and many sources, or (once such
/// an attack is certain) from odd fixed ports to the same victim port, as devices answer that reply from an ephemeral port.
/// </summary>
internal static class ReflectionRule
{
    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        for (var vector = Vector.DnsAmplification; vector <= Vector.QuicReflection; vector++)
        {
            if (Vectors.IsAmplification(vector) && context.Dossier[vector] is { } counters && Listed(in context, vector, counters) is { } finding)
                findings.Add(finding);
        }
        if (context.Dossier[Vector.UdpFlood] is not { } unlisted)
            return;
        var other = FixedPort(in context, unlisted) ?? Diffracted(in context, unlisted, findings);
        if (other is not null)
            findings.Add(other);
    }

    private static Finding? Listed(in RuleContext context, Vector vector, ClassCounters counters)
    {
        var options = context.Options;
        var sources = RuleContext.Sources(counters);
        if (sources < options.ReflectionSources || !RuleContext.MostlyUnasked(counters, 0.5) || IsByChance(in context, counters))
            return null;
        var sourcePort = RuleContext.SourcePort(counters, out _);
        var destinationPort = RuleContext.DestinationPort(counters);
        var strength = context.Test(counters, 1, options.ShapedFloorPacketsPerSecond, out var margin);
        if (strength != Strength.None && !TellsFromClients(in context, vector, counters, sourcePort, destinationPort))
            strength = Strength.None;
        if (strength == Strength.Sufficient || (strength == Strength.Insufficient && !AnyRate(in context, counters, sourcePort, destinationPort)))
        {
            var rate = context.RateReason(
                counters, 1, options.ShapedFloorPacketsPerSecond, strength, $"unasked replies from {PortText(sourcePort)}");
            return new Finding(
                vector, counters, strength, margin, Horizon.Generations, sourcePort, destinationPort, 17, [rate, SourcesReason(sources, options)]);
        }
        if (!AnyRate(in context, counters, sourcePort, destinationPort))
            return null;
        var samples = RuleContext.Samples(counters);
        var unasked = new Reason(
            RuleContext.Text($"{samples:N0} replies from {PortText(sourcePort)} within a minute that the host did not ask for"),
            "unaskedReplies", samples, options.UnaskedRepliesFloorPackets,
            RuleContext.Text($"would not fire below {options.UnaskedRepliesFloorPackets:N0} such replies, or had the host sent questions"));
        return new Finding(
            vector, counters, Strength.Sufficient, (double)samples / options.UnaskedRepliesFloorPackets, Horizon.Generations, sourcePort,
            destinationPort, 17, [unasked, SourcesReason(sources, options)]);
    }

    /// <summary>
    /// A reply without a request is evidence at any rate, if the telemetry would have shown the request: unsampled, and the host's
    /// other direction was seen; or the replies go to a service's port, where no client of ours waits for answers.
    /// </summary>
    private static bool AnyRate(in RuleContext context, ClassCounters counters, ushort? sourcePort, ushort? destinationPort) =>
        context.PairsKnown && RuleContext.Unsampled(counters)
        && RuleContext.Samples(counters) >= context.Options.UnaskedRepliesFloorPackets
        && (context.Dossier.ReturnSeen || (destinationPort is < 1024 && destinationPort != sourcePort));

    /// <summary>
    /// High rates alone do not accuse where the questions cannot be seen: resolvers, time servers, browsers and players get many
    /// replies too. Then size and ports must differ from what clients of the service get.
    /// </summary>
    private static bool TellsFromClients(
        in RuleContext context, Vector vector, ClassCounters counters, ushort? sourcePort, ushort? destinationPort)
    {
        if (context.Dossier.ReturnSeen && context.PairsKnown && RuleContext.Unsampled(counters))
            return true;
        if (destinationPort is not null && destinationPort == sourcePort)
            return false;
        return vector switch
        {
            Vector.QuicReflection => false,
            Vector.DnsAmplification or Vector.NtpAmplification => RuleContext.MeanBytes(counters) >= 400,
            Vector.StunAmplification or Vector.SipAmplification or Vector.BittorrentAmplification or Vector.OpenvpnAmplification
                or Vector.SteamAmplification or Vector.QuakeAmplification => destinationPort is < 1024,
            _ => true,
        };
    }

    /// <summary>A flood from random source ports hits every listed port by chance; that is no reflection.</summary>
    private static bool IsByChance(in RuleContext context, ClassCounters counters) =>
        context.Dossier[Vector.UdpFlood] is { } unlisted
        && unlisted.Current.SourcePorts.IsSpread(unlisted.Previous.SourcePorts)
        && RuleContext.Samples(unlisted) > 20 * RuleContext.Samples(counters);

    private static Finding? FixedPort(in RuleContext context, ClassCounters counters)
    {
        var options = context.Options;
        var sourcePort = RuleContext.SourcePort(counters, out var share);
        var destinationPort = RuleContext.DestinationPort(counters);
        var sources = RuleContext.Sources(counters);
        var needed = context.Dossier.ReturnSeen && context.PairsKnown ? 4 * options.ReflectionSources : options.CrowdSources;
        // DHCP clients ask from port 68 (RFC 2131 §4.1): a fixed port, but no reflector's.
        if (sourcePort is null or 68 || share < 0.8 || sourcePort == destinationPort || sources < needed || !RuleContext.MostlyUnasked(counters, 0.5))
            return null;
        var strength = context.Test(counters, share, options.ShapedFloorPacketsPerSecond, out var margin);
        if (strength == Strength.None)
            return null;
        var rate = context.RateReason(
            counters, share, options.ShapedFloorPacketsPerSecond, strength, $"packets from {PortText(sourcePort)}, one fixed source port");
        return new Finding(
            Vector.UdpReflection, counters, strength, margin, Horizon.Generations, sourcePort, destinationPort, 17,
            [rate, SourcesReason(sources, options)]);
    }

    /// <summary>Reflectors behind address translation, and SSDP devices, answer from other ports than they were asked on.</summary>
    private static Finding? Diffracted(in RuleContext context, ClassCounters counters, List<Finding> findings)
    {
        var floor = context.Options.UnaskedRepliesFloorPackets;
        if (counters.LifePackets.Samples < floor || counters.LifePackets is not { Sampled: 0, UnknownRate: 0 })
            return null;
        var victimPort = counters.LifeDestinationPorts.Majority(counters.LifeDestinationPorts, out _);
        var sourcePort = counters.LifeSourcePorts.Majority(counters.LifeSourcePorts, out _);
        if (victimPort is null or >= 1024 || sourcePort is null || sourcePort == victimPort)
            return null;
        foreach (var sure in findings)
        {
            if (sure.Strength != Strength.Sufficient || sure.DestinationPort != victimPort || !Vectors.IsAmplification(sure.Vector))
                continue;
            var reason = new Reason(
                RuleContext.Text($"{counters.LifePackets.Samples:N0} unasked packets to the same port {victimPort} from fixed odd ports, most from {PortText(sourcePort)}"),
                "unaskedReplies", counters.LifePackets.Samples, floor,
                RuleContext.Text($"would not fire below {floor:N0} such packets, or without the certain {Vectors.Name(sure.Vector)}"));
            return new Finding(
                Vector.UdpReflection, counters, Strength.Sufficient, (double)counters.LifePackets.Samples / floor, Horizon.Life, sourcePort,
                victimPort, 17, [reason]);
        }
        return null;
    }

    private static Reason SourcesReason(double sources, DetectorOptions options) => new(
        RuleContext.Text($"about {sources:N0} different senders within a minute"), "distinctSources", Math.Round(sources),
        options.ReflectionSources, RuleContext.Text($"would not fire with fewer than {options.ReflectionSources} senders"));

    private static string PortText(ushort? port) => port is null ? "ports of one service" : RuleContext.Text($"UDP port {port}");
}
