using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Sketches;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>Each stated counterfactual, evaluated again by the rule that stated it, turns its reason: over every kind of attack.</summary>
public sealed class CounterfactualTests
{
    public static TheoryData<string> Kinds => [.. SampleKind.All.Where(static kind => kind.IsAttack).Select(static kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stated_EvaluatedAgain_TurnItsReason(string kind)
    {
        using var files = new SampleFiles();
        var path = files.Make("attack.pcap", new SampleArguments { Kind = kind, Rate = "4kpps", Duration = "1s" });
        var result = AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions { VerifyCounterfactuals = true }, TimeProvider.System).Result;

        Assert.True(result.Counterfactuals.Evaluated > 0, "no counterfactual was stated");
        HouseRules.Rule.Holds(result.Counterfactuals.Failed.Take(3));
    }

    /// <summary>The twin: a finding that is still there under the changed measure is not turned; one with another verdict is.</summary>
    [Fact]
    public void Evaluated_FindingStillThere_IsNotTurned()
    {
        var finding = new Finding(Vector.SynFlood, new ClassCounters(new SourceRooms()) { TrafficClass = (int)Vector.SynFlood }, default, []);
        Assert.False(RuleBook.IsTurned(finding, [finding with { DestinationPort = 443 }]));
        Assert.True(RuleBook.IsTurned(finding, [finding with { Verdict = Verdict.Undetermined }]));
        Assert.True(RuleBook.IsTurned(finding, []));
    }

    [Fact]
    public void NotAsked_NoneIsEvaluated() => Assert.Equal(0, Traffic.Detect(RichTraffic.Records(0.2)).Counterfactuals.Evaluated);
}
