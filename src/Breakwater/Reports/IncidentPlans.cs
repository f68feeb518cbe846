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
    /// <param name="allow">Senders that no filter may meet.</param>
    public static ImmutableDictionary<string, FilterPlan> Of(Detector detector, DetectionResult result, DetectorOptions options, ImmutableArray<Prefix> allow)
    {
        var plans = ImmutableDictionary.CreateBuilder<string, FilterPlan>(StringComparer.Ordinal);
        foreach (var incident in result.Incidents.Where(static incident => incident is { Verdict: Verdict.Attack, Target.Direction: Direction.Inbound, StartedNanoseconds: not null }).Take(MostPlanned))
            plans[IncidentJson.Id(incident)] = FilterPlanner.Plan(Question(detector, result, options, incident) with { Allow = allow });
        return plans.ToImmutable();
    }

    private static FilterQuestion Question(Detector detector, DetectionResult result, DetectorOptions options, Incident incident)
    {
        var started = incident.StartedNanoseconds!.Value;
        var ended = Math.Min(EndOf(incident, result), started + LongestNanoseconds);
        var records = new List<StandingRecord>();
        var service = incident.Target.Service is { } name ? Number(options, name) : -1;
        detector.CopySamples(service, Math.Max(0, started - BeforeNanoseconds), ended, FilterQuestion.MaxRecords, records);
        return new FilterQuestion
        {
            Target = incident.Target.Prefix,
            Networks = service >= 0 ? options.Services[service].Prefixes : [],
            Vectors = [.. incident.Vectors.Select(static vector => Vectors.Name(vector.Vector))],
            StartedNanoseconds = started,
            NowNanoseconds = ended,
            Records = records,
            Limits = new SynthesisLimits(),
            Profile = RouterProfiles.Generic,
            // Handshakes are counted for all senders together: whose was seen is not known of any, so that none is named.
            ProvenSources = [],
            OtherAttacks = [.. result.Incidents.Where(other => other != incident && IsAt(other, incident)).Select(other => (other.StartedNanoseconds!.Value, EndOf(other, result)))],
            Seed = options.Seed,
        };
    }

    /// <summary>What else was no ordinary traffic of that target or of a part of it.</summary>
    private static bool IsAt(Incident other, Incident incident) => other is { Verdict: not Verdict.FlashCrowd, StartedNanoseconds: not null, Target.Direction: Direction.Inbound }
        && FilterPlanner.Overlap(other.Target.Prefix, incident.Target.Prefix);

    private static long EndOf(Incident incident, DetectionResult result)
    {
        var started = incident.StartedNanoseconds!.Value;
        return Math.Max(started, incident.EndedNanoseconds ?? result.LastNanoseconds ?? started);
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
