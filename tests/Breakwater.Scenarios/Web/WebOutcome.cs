using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Samples;
using Breakwater.Samples.Web;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Scenarios.Web;

/// <summary>What detection said of one scenario.</summary>
/// <param name="Family">Its family.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Incident">The largest incident of the time in question; null where there is none.</param>
/// <param name="Early">An incident before it: of ordinary traffic there is to be none.</param>
/// <param name="Rates">Requests a second before and during.</param>
/// <param name="Delay">Seconds from the beginning to the verdict.</param>
internal sealed record WebOutcome(WebFamily Family, ulong Seed, Incident? Incident, Incident? Early, (double Before, double During) Rates, double? Delay)
{
    /// <summary>The odds against an attack where nothing was worth a word.</summary>
    private const double Silent = 0.05;

    /// <summary>What its rules state, and what they really meet.</summary>
    public IReadOnlyList<WebRuleTruth> Rules { get; private init; } = [];

    /// <summary>Probability of an attack, as the evidence card states it.</summary>
    public double Probability => Incident is null ? Silent : 1 / (1 + Math.Exp(-Incident.Reasons.Sum(static reason => reason.Weight ?? 0)));

    public bool IsUndetermined => Incident is { Verdict: Verdict.Undetermined or Verdict.InsufficientEvidence };

    public bool IsWrong => Family.IsAttack ? Incident is null || Incident.Verdict == Verdict.FlashCrowd : Incident is { Verdict: Verdict.Attack };

    public static WebOutcome Of(WebFamily family, ulong seed)
    {
        var scenario = family.Make(seed);
        var hits = LogTraffic.Of(scenario);
        var result = Detect(hits, scenario.Flood is { HoldSeconds: > 0 });
        var start = SampleRun.EpochNanoseconds + (scenario.BeforeSeconds * 1_000_000_000L);
        var incident = result.Incidents.Where(found => found.StartedNanoseconds >= start - 6_000_000_000).MaxBy(static found => found.Requests!.Value.Value);
        var early = result.Incidents.FirstOrDefault(found => found.StartedNanoseconds < start - 6_000_000_000);
        var before = hits.Count(hit => hit.Millisecond < scenario.BeforeSeconds * 1000) / (double)scenario.BeforeSeconds;
        var during = hits.Count(hit => hit.Millisecond / 1000 >= scenario.BeforeSeconds && hit.Millisecond / 1000 < scenario.BeforeSeconds + scenario.DuringSeconds) / (double)scenario.DuringSeconds;
        return new WebOutcome(family, seed, incident, early, (before, during), incident is { Verdict: Verdict.Attack or Verdict.FlashCrowd } ? (incident.DetectedNanoseconds - start) / 1e9 : null)
        {
            Rules = family.IsAttack ? WebRuleTruth.Of(scenario, hits, incident) : [],
        };
    }

    public static WebResult Detect(List<LogHit> hits, bool isTimed, DetectorOptions? options = null)
    {
        var format = LogFormat.Known.First(known => known.Name == (isTimed ? "nginx_json" : "combined"));
        using var log = new MemoryStream();
        foreach (var hit in hits)
            LogLines.Write(log, in hit, isTimed);
        log.Position = 0;
        var reader = new LogLineReader(log);
        var decoder = new LogDecoder([format], TrustedProxies.None);
        var detector = new WebDetector(options ?? new DetectorOptions());
        var request = default(LogRequest);
        while (reader.TryRead(out var line))
        {
            if (decoder.Decode(line, ref request) == LogError.None)
                detector.Count(line, in request);
        }

        return detector.Finish();
    }
}
