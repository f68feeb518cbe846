using System.Collections.Immutable;

namespace Breakwater.Detection.Web;

/// <summary>
/// What packets and what web logs tell of one event at one service, as one incident with the vectors of both. The network's incident keeps its target
/// and sizes; requests, rules and the card come from the log.
/// </summary>
public static class WebJoin
{
    private const string Sentence = "packets and web log tell of it: packets, bytes and senders are the network's, requests and rules are the log's";

    /// <summary>True when both are about the same service and one was open while the other was.</summary>
    /// <param name="network">An incident of packets or flows.</param>
    /// <param name="web">An incident of logs.</param>
    /// <param name="quietSeconds">How long an incident stays open after its last sign.</param>
    public static bool AreOne(Incident network, Incident web, int quietSeconds) => AreOfOneService(network, web)
        && network.StartedNanoseconds is { } started && web.StartedNanoseconds is { } webStarted
        && started <= End(web, quietSeconds) && webStarted <= End(network, quietSeconds);

    /// <summary>True when both are about the same configured service, inbound. A host that clients name is none, whatever it is called.</summary>
    public static bool AreOfOneService(Incident network, Incident web) => web.IsOfService && web.Target is { Kind: TargetKind.Service, Direction: Direction.Inbound, Service: { } service }
        && network.Target.Service == service && network.Target.Direction == Direction.Inbound;

    /// <summary>The network's with all of the logs', in whatever order these come.</summary>
    /// <param name="network">The network's incident.</param>
    /// <param name="web">Incidents of logs that belong to it.</param>
    public static Incident Merge(Incident network, IEnumerable<Incident> web)
    {
        var parts = web.OrderBy(static part => part.StartedNanoseconds).ThenBy(static part => part.Site, StringComparer.Ordinal)
            .ThenBy(static part => part.DetectedNanoseconds).ThenBy(static part => part.Requests?.Value).ToList();
        return parts.Count == 0 ? network : Merge(network, parts.Aggregate(Combine));
    }

    /// <summary>Both as one.</summary>
    public static Incident Merge(Incident network, Incident web)
    {
        var (verdict, confidence) = Judge(network, web);
        var state = (IncidentState)Math.Min((byte)network.State, (byte)web.State);
        return network with
        {
            Verdict = verdict,
            Confidence = confidence,
            State = state,
            Site = web.Site ?? network.Site,
            Vectors = [.. network.Vectors, .. web.Vectors.Where(vector => network.Vectors.All(known => known.Vector != vector.Vector))],
            StartedNanoseconds = Math.Min(network.StartedNanoseconds ?? long.MaxValue, web.StartedNanoseconds ?? long.MaxValue),
            DetectedNanoseconds = Detected(network, web, verdict),
            EndedNanoseconds = state == IncidentState.Active ? null : Math.Max(network.EndedNanoseconds ?? 0, web.EndedNanoseconds ?? 0),
            Peak = network.Peak with { RequestsPerSecond = web.Peak.RequestsPerSecond },
            Requests = web.Requests,
            SeenBeforeShare = web.SeenBeforeShare ?? network.SeenBeforeShare,
            Reasons = [.. network.Reasons, .. web.Reasons],
            Limits = [.. network.Limits.Concat(web.Limits).Append(Sentence).Distinct(StringComparer.Ordinal)],
            WebRules = [.. network.WebRules, .. web.WebRules],
        };
    }

    /// <summary>
    /// All of a run's incidents, each of a log joined with the one of the network that began first; several logs of one service can join one. Whatever
    /// joins none stands by itself, after the network's.
    /// </summary>
    /// <param name="network">Incidents of packets and flows, in their order.</param>
    /// <param name="web">Incidents of logs, in their order.</param>
    /// <param name="quietSeconds">How long an incident stays open after its last sign.</param>
    public static ImmutableArray<Incident> All(ImmutableArray<Incident> network, ImmutableArray<Incident> web, int quietSeconds)
    {
        var parts = Array.ConvertAll(network.ToArray(), static _ => new List<Incident>());
        var alone = new List<Incident>();
        foreach (var incident in web)
        {
            var best = -1;
            for (var index = 0; index < parts.Length; index++)
            {
                if (AreOne(network[index], incident, quietSeconds) && (best < 0 || network[index].StartedNanoseconds < network[best].StartedNanoseconds))
                    best = index;
            }

            if (best < 0)
                alone.Add(incident);
            else
                parts[best].Add(incident);
        }

        return [.. network.Select((incident, index) => Merge(incident, parts[index])), .. alone];
    }

    /// <summary>
    /// The graver verdict of both. Where packets say no more than that many requests come, and the log knows them for people's, both are right about
    /// what they see, and neither is sure.
    /// </summary>
    private static (Verdict Verdict, Confidence Confidence) Judge(Incident network, Incident web)
    {
        var isOfRequests = network.Vectors.All(static vector => vector.Vector == Vector.HttpFlood);
        if (isOfRequests && (network.Verdict, web.Verdict) is (Verdict.Attack, Verdict.FlashCrowd))
            return (Verdict.Undetermined, Confidence.Low);
        // Of requests the log tells more than packets do.
        if (isOfRequests && web.Verdict is Verdict.Attack or Verdict.FlashCrowd)
            return (web.Verdict, web.Confidence);
        return network.Verdict == web.Verdict ? (network.Verdict, (Confidence)Math.Max((byte)network.Confidence, (byte)web.Confidence))
            : network.Verdict > web.Verdict ? (network.Verdict, network.Confidence) : (web.Verdict, web.Confidence);
    }

    /// <summary>Two incidents of one service's logs as one: requests of both, the higher peak, the graver verdict and what speaks for it.</summary>
    private static Incident Combine(Incident one, Incident other)
    {
        var graver = (other.Verdict, other.Confidence).CompareTo((one.Verdict, one.Confidence)) > 0 ? other : one;
        var state = (IncidentState)Math.Min((byte)one.State, (byte)other.State);
        return graver with
        {
            State = state,
            Vectors = [.. one.Vectors, .. other.Vectors.Where(vector => one.Vectors.All(known => known.Vector != vector.Vector))],
            StartedNanoseconds = Math.Min(one.StartedNanoseconds ?? long.MaxValue, other.StartedNanoseconds ?? long.MaxValue),
            DetectedNanoseconds = Detected(one, other, graver.Verdict),
            EndedNanoseconds = state == IncidentState.Active ? null : Math.Max(one.EndedNanoseconds ?? 0, other.EndedNanoseconds ?? 0),
            Peak = graver.Peak with { RequestsPerSecond = Larger(one.Peak.RequestsPerSecond, other.Peak.RequestsPerSecond) },
            Requests = Sum(one.Requests, other.Requests),
            Reasons = [.. one.Reasons, .. other.Reasons],
            Limits = [.. one.Limits.Concat(other.Limits).Distinct(StringComparer.Ordinal)],
            WebRules = [.. one.WebRules, .. other.WebRules],
        };
    }

    private static Estimate? Larger(Estimate? one, Estimate? other) => one is null || other?.Value > one.Value.Value ? other : one;

    private static Estimate? Sum(Estimate? one, Estimate? other) => one is not { } a ? other : other is not { } b ? one
        : new Estimate(a.Value + b.Value, a.Low + b.Low, a.High + b.High, a.Samples + b.Samples);

    private static long? Detected(Incident network, Incident web, Verdict verdict) => (network.Verdict == verdict, web.Verdict == verdict) switch
    {
        (true, false) => network.DetectedNanoseconds,
        (false, true) => web.DetectedNanoseconds,
        (true, true) => Math.Min(network.DetectedNanoseconds ?? long.MaxValue, web.DetectedNanoseconds ?? long.MaxValue),
        _ => Math.Max(network.DetectedNanoseconds ?? 0, web.DetectedNanoseconds ?? 0),
    };

    private static long End(Incident incident, int quietSeconds) =>
        incident.EndedNanoseconds is { } ended ? ended + (quietSeconds * 1_000_000_000L) : long.MaxValue;
}
