using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Scenarios;

/// <summary>How one expected incident fared.</summary>
/// <param name="Expected">What was to be there.</param>
/// <param name="MustBeFound">False where no test could have seen it: then silence is right.</param>
/// <param name="Found">An incident with the right target, direction and verdict was there.</param>
/// <param name="VectorIsRight">It named the right vectors and no others; null when it was not found.</param>
/// <param name="ShapeIsRight">Its shape; null when it was not found or told none.</param>
/// <param name="SecondsToVerdict">Record time from the start of the attack to the verdict; null when it was not found.</param>
internal sealed record Match(Expected Expected, bool MustBeFound, bool Found, bool? VectorIsRight, bool? ShapeIsRight, double? SecondsToVerdict);

/// <summary>How a detector fared on one scenario.</summary>
/// <param name="FalseIncidents">Incidents with a target, direction or verdict that nobody expected; those inside one expected network count once.</param>
/// <param name="Faults">What was wrong, one line each; empty when the scenario is passed.</param>
internal sealed record Outcome(ScenarioCase Scenario, ImmutableArray<Match> Matches, int FalseIncidents, ImmutableArray<string> Faults)
{
    public bool Passed => Faults.IsEmpty;
}

/// <summary>Compares findings with the truth. Both detectors are judged by these lines.</summary>
internal static class Scoring
{
    private const string InsufficientEvidence = "insufficient-evidence";

    public static Outcome Score(ScenarioCase scenario, IReadOnlyList<Truth> truths, ImmutableArray<Finding> findings)
    {
        var faults = new List<string>();
        var matches = ImmutableArray.CreateBuilder<Match>();
        var explained = new HashSet<Finding>();
        for (var i = 0; i < scenario.Expected.Length; i++)
            matches.Add(Compare(scenario.Expected[i], truths[i], findings, explained, faults));

        var unexpected = findings.Where(finding => !explained.Contains(finding) && !scenario.Tolerated.Contains(finding.Verdict)).ToList();
        faults.AddRange(unexpected.Take(3).Select(static finding => $"false incident: {finding}"));
        if (unexpected.Count > 3)
            faults.Add($"and {unexpected.Count - 3} more");
        return new Outcome(scenario, matches.ToImmutable(), CountFalse(truths, unexpected), [.. faults]);
    }

    private static Match Compare(
        Expected expected, Truth truth, ImmutableArray<Finding> findings, HashSet<Finding> explained, List<string> faults)
    {
        var must = truth.CouldBeSeen;
        var here = findings.Where(finding => finding.Target == truth.Target && finding.Direction == expected.Direction).ToList();
        if (!must)
        {
            foreach (var thin in here.Where(static finding => finding.Verdict == InsufficientEvidence))
                explained.Add(thin);
        }

        var found = here.Find(finding => expected.Verdicts.Contains(finding.Verdict));
        if (found is null)
        {
            if (must)
                faults.Add($"missed: {string.Join(", ", expected.Vectors)} {expected.Direction} {expected.Target} ({truth})");
            return new Match(expected, must, false, null, null, null);
        }

        // An attack that stops and goes on may be told as several incidents with one target: they are one event.
        foreach (var same in here.Where(finding => expected.Verdicts.Contains(finding.Verdict)))
            explained.Add(same);
        var isRight = IsRight(expected, found);
        if (!isRight)
            faults.Add($"wrong vector: {found} instead of {string.Join(", ", expected.Vectors)}");
        var seconds = found.DetectedNanoseconds is { } detected
            ? (detected - SampleRun.EpochNanoseconds - truth.StartedNanoseconds) / 1e9 : (double?)null;
        return new Match(expected, must, true, isRight, found.Shape is null ? null : found.Shape == expected.Shape, seconds);
    }

    private static bool IsRight(Expected expected, Finding found)
    {
        if (found.LabelsAreCoarse)
            return expected.Vectors.Concat(expected.AllowedVectors).Any(found.Vectors.Contains);
        if (found.Vectors.IsEmpty || found.Vectors.Any(name => !expected.Vectors.Contains(name) && !expected.AllowedVectors.Contains(name)))
            return false;
        return expected.AnyOf || expected.Vectors.All(found.Vectors.Contains);
    }

    private static int CountFalse(IReadOnlyList<Truth> truths, List<Finding> unexpected)
    {
        var networks = truths.Select(static truth => truth.Target).ToList();
        return unexpected.Select(finding => networks.FindIndex(network => network.Contains(finding.Target.Network)) is >= 0 and var index
            ? networks[index] : finding.Target).Distinct().Count();
    }
}
