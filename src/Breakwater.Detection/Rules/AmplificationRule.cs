using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>Replies from ports of reflecting services, at a rate and from so many senders as no client of theirs gets.</summary>
internal static class AmplificationRule
{
    /// <summary>With one question for every three replies, so many replies without a question seen are one chance in twenty thousand.</summary>
    private const int FewestSampledReplies = 30;

    /// <summary>With one packet sent for twenty that come, so many without one seen are one chance in three million.</summary>
    private const int FewestSampledOfTwoWays = 300;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        foreach (var vector in Reflectors.All)
        {
            if (context.Dossier[vector] is { } counters && Find(in context, vector, counters) is { } finding)
                findings.Add(finding);
        }
    }

    private static Finding? Find(in RuleContext context, Vector vector, ClassCounters counters)
    {
        var unanswered = Unanswered(in context, vector, counters);
        var rate = context.Test(counters, unanswered, context.Floors.Amplification);
        if (rate.Strength == Strength.None)
            return null;
        var sources = context.Sources(counters);
        if (sources < context.Options.ReflectionSources || context.UnaskedShare(counters) < 0.5 || Reflectors.IsByChance(in context, counters))
            return null;
        var sourcePort = RuleContext.SourcePort(counters, out _);
        var destinationPort = RuleContext.DestinationPort(counters);
        var isTold = TellsFromClients(in context, vector, counters, sourcePort, destinationPort);
        if (!isTold && !IsTooMuchForClients(in context, vector, in rate, sources))
            return null;
        // SIP asks and answers from the same port: a reflector answers again and again, where requests with forged senders have one each.
        var areRequests = vector == Vector.SipAmplification && sourcePort is not null && sourcePort == destinationPort && PerSource(counters) < 3;
        var isSure = isTold && (!areRequests || RuleContext.Unsampled(counters));
        return new Finding(
            areRequests ? Vector.SipFlood : vector, counters, rate,
            [
                Rate(in rate, sourcePort, context.Options.UnaskedRepliesFloorPackets),
                RuleContext.SourcesReason(sources, context.Options.ReflectionSources),
            ])
        {
            Verdict = isSure ? Verdict.Attack : Verdict.Undetermined,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Protocol = 17,
        };
    }

    /// <summary>Calls, games and tunnels of one host come from few servers, and slower: a crowd of them is left open.</summary>
    private static bool IsTooMuchForClients(in RuleContext context, Vector vector, in RateEvidence rate, double sources) =>
        vector is Vector.SipAmplification or Vector.StunAmplification or Vector.OpenvpnAmplification or Vector.QuakeAmplification or Vector.SteamAmplification
        && sources >= context.Options.CrowdSources && rate.PerSecond >= 8 * rate.Floor;

    private static double PerSource(ClassCounters counters) =>
        RuleContext.Samples(counters) / Math.Max(1, counters.RecentSources);

    /// <summary>At a low rate the count within a minute still accuses (<see cref="UnaskedRepliesRule"/>): the counterfactual says both.</summary>
    private static Reason Rate(in RateEvidence rate, ushort? sourcePort, int floorPackets)
    {
        var reason = RuleContext.RateReason(in rate, $"unasked replies from {Reflectors.PortText(sourcePort)}");
        return reason with { Counterfactual = RuleContext.Text($"{reason.Counterfactual}, with fewer than {floorPackets:N0} in a minute") };
    }

    /// <summary>The host's questions would show in sum; those of many hosts are not summed up.</summary>
    private static bool SeesSums(in RuleContext context) => !context.Dossier.IsAggregate && (context.Dossier.Sent.IsVisible || context.SeesSenders);

    /// <summary>
    /// Part of the replies that the host's own questions to this service, counted in sum, cannot account for: each is given ten answers,
    /// where transfers and media run the other way forty.
    /// </summary>
    private static double Unanswered(in RuleContext context, Vector vector, ClassCounters counters)
    {
        if (!SeesSums(in context))
            return 1;
        double asks = context.Dossier.Sent.Asks(vector);
        if (!RuleContext.Unsampled(counters))
        {
            // Sampled, a few replies may come before the first question is seen by chance, and few questions may stand for many.
            if (asks == 0 && RuleContext.Samples(counters) < (RunsBothWays(vector) ? FewestSampledOfTwoWays : FewestSampledReplies))
                return 0;
            asks = asks == 0 ? 0 : MostBehind(asks / counters.Weight) * counters.Weight;
        }
        double replies = counters.Current.Packets.Sum + counters.Previous.Packets.Sum + counters.Current.Asked + counters.Previous.Asked;
        double each = RunsBothWays(vector) ? 40 : 10;
        return Math.Clamp(1 - (each * asks / Math.Max(1, replies)), 0, 1);
    }

    /// <summary>Transfers, media and games: most packets run the other way, and the host sends one for some twenty.</summary>
    private static bool RunsBothWays(Vector vector) => vector is Vector.QuicReflection or Vector.OpenvpnAmplification or Vector.BittorrentAmplification
        or Vector.StunAmplification or Vector.QuakeAmplification or Vector.SteamAmplification or Vector.TftpAmplification or Vector.SipAmplification;

    /// <summary>The largest Poisson mean that leaves a chance of one in a million to see no more than this (square root transform, Anscombe 1948).</summary>
    private static double MostBehind(double seen)
    {
        var root = Math.Sqrt(seen + 1) + (4.75 / 2);
        return root * root;
    }

    /// <summary>
    /// High rates alone do not accuse where the questions cannot be seen: resolvers, time servers, browsers and players get many
    /// replies too. Then size and ports must differ from what clients of the service get.
    /// </summary>
    private static bool TellsFromClients(
        in RuleContext context, Vector vector, ClassCounters counters, ushort? sourcePort, ushort? destinationPort)
    {
        if (context.SeesQuestions(counters) || SeesSums(in context))
            return true;
        if (destinationPort is not null && destinationPort == sourcePort)
            return false;
        return vector switch
        {
            Vector.QuicReflection => false,
            Vector.DnsAmplification or Vector.NtpAmplification => context.Measure(Measures.MeanBytes, RuleContext.MeanBytes(counters)) >= 400,
            Vector.StunAmplification or Vector.SipAmplification or Vector.BittorrentAmplification or Vector.OpenvpnAmplification
                or Vector.SteamAmplification or Vector.QuakeAmplification => destinationPort is < 1024,
            _ => true,
        };
    }
}

/// <summary>What the rules on reflections share.</summary>
internal static class Reflectors
{
    /// <summary>The vectors named after a reflecting service.</summary>
    public static readonly Vector[] All = [.. Vectors.All.Where(Vectors.IsAmplification)];

    /// <summary>A flood from random source ports hits every listed port by chance; that is no reflection.</summary>
    public static bool IsByChance(in RuleContext context, ClassCounters counters) =>
        context.Dossier[Vector.UdpFlood] is { } unlisted && RuleContext.SourcePortsSpread(unlisted)
        && RuleContext.Samples(unlisted) > 20 * RuleContext.Samples(counters);

    public static string PortText(ushort? port) => port is null ? "ports of one service" : RuleContext.Text($"UDP port {port}");
}
