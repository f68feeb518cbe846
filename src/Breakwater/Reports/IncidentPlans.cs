using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;

namespace Breakwater.Reports;

/// <summary>What would stop the attacks of a report, from the standing samples of the run.</summary>
internal static class IncidentPlans
{
    /// <summary>Attacks that have a plan: the first of the report.</summary>
    public const int MostPlanned = 20;

    private const long BeforeNanoseconds = 3_600_000_000_000;
    private const long LongestNanoseconds = 600_000_000_000;

    /// <summary>Plans by the identifiers of their incidents; attacks from outside that records of packets or flows show.</summary>
    /// <param name="detector">The finished one.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="options">What it was told.</param>
    public static ImmutableDictionary<string, FilterPlan> Of(Detector detector, DetectionResult result, DetectorOptions options)
    {
        var plans = ImmutableDictionary.CreateBuilder<string, FilterPlan>(StringComparer.Ordinal);
        foreach (var incident in result.Incidents.Where(static incident => incident is { Verdict: Verdict.Attack, Target.Direction: Direction.Inbound, StartedNanoseconds: not null }).Take(MostPlanned))
            plans[IncidentJson.Id(incident)] = FilterPlanner.Plan(Question(detector, result, options, incident));
        return plans.ToImmutable();
    }

    private static FilterQuestion Question(Detector detector, DetectionResult result, DetectorOptions options, Incident incident)
    {
        var started = incident.StartedNanoseconds!.Value;
        var ended = Math.Max(started, Math.Min(incident.EndedNanoseconds ?? result.LastNanoseconds ?? started, started + LongestNanoseconds));
        var records = new List<StandingRecord>();
        var service = incident.Target.Service is { } name ? Number(options, name) : -1;
        detector.CopySamples(service, Math.Max(0, started - BeforeNanoseconds), ended, FilterQuestion.MaxRecords, records);
        return new FilterQuestion
        {
            Target = incident.Target.Prefix,
            Vectors = [.. incident.Vectors.Select(static vector => Vectors.Name(vector.Vector))],
            StartedNanoseconds = started,
            NowNanoseconds = ended,
            Records = records,
            Limits = new SynthesisLimits(),
            Profile = RouterProfiles.Generic,
            // Only proven senders are named, and only when all are known.
            ProvenSources = [.. IncidentJson.TopSources(incident).Where(_ => IncidentText.AreProven(incident)).Select(static source => source.Address)],
            Seed = options.Seed,
        };
    }

    private static int Number(DetectorOptions options, string name)
    {
        for (var number = 0; number < options.Services.Length; number++)
        {
            if (options.Services[number].Name == name)
                return number;
        }

        return -1;
    }
}
