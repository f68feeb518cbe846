using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

/// <summary>
/// The one place where the scenarios touch the engine's own types: records in, findings out. It is stepped by the feed that
/// <c>analyze</c> uses.
/// </summary>
internal sealed class BreakwaterEngine : IRecordTaker
{
    private readonly Detector _detector;
    private DetectorFeed _feed;

    /// <param name="protect">The scenario's protected networks.</param>
    /// <param name="transform">Changes the options that the scenario asks for (a detector switched off, another floor); null for none.</param>
    public BreakwaterEngine(ImmutableArray<Prefix> protect, Func<DetectorOptions, DetectorOptions>? transform)
    {
        var options = new DetectorOptions { Protect = protect };
        _detector = new Detector(transform is null ? options : transform(options));
        _feed = new DetectorFeed(_detector);
    }

    public void Take(in FlowRecord flow) => _feed.OnFlow(in flow);

    /// <summary>What <see cref="DetectorOptions.VerifyCounterfactuals"/> found out; set by <see cref="Finish"/>.</summary>
    public (long Evaluated, ImmutableArray<string> Failed) Counterfactuals { get; private set; } = (0, []);

    public ImmutableArray<Finding> Finish()
    {
        var result = _detector.Finish();
        Counterfactuals = result.Counterfactuals;
        return [.. result.Incidents.Select(ToFinding)];
    }

    private static Finding ToFinding(Incident incident) => new(
        incident.Target.Prefix,
        incident.Target.Direction == Direction.Inbound ? Finding.Inbound : Finding.Outbound,
        incident.Shape.ToString().ToLowerInvariant(),
        Name(incident.Verdict),
        [.. incident.Vectors.Select(static vector => Vectors.Name(vector.Vector))],
        LabelsAreCoarse: false,
        incident.DetectedNanoseconds);

    private static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Attack => Finding.Attack,
        Verdict.FlashCrowd => "flash-crowd",
        Verdict.Undetermined => "undetermined",
        _ => "insufficient-evidence",
    };
}
