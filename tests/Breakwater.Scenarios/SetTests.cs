using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Rules;

namespace Breakwater.Scenarios;

/// <summary>
/// Of the tuning half each second scenario, of the closing one each third (some of every family), each run once for all tests that ask for it, with every
/// stated counterfactual evaluated again. The whole of both is for tests/acceptance/full/scenarios.sh.
/// </summary>
internal static class Halves
{
    private const int TuningStride = 2;
    private const int ClosingStride = 3;

    private static readonly Lazy<ImmutableArray<Comparison>> _tuningPart = new(static () => Run(TuningPart));
    private static readonly Lazy<ImmutableArray<Comparison>> _tuning = new(static () => Run(Families.Of(ScenarioSet.Tuning)));
    private static readonly Lazy<ImmutableArray<Comparison>> _closingPart = new(static () => Run(ClosingPart));
    private static readonly Lazy<ImmutableArray<Comparison>> _closing = new(static () => Run(Families.Of(ScenarioSet.Closing)));

    public static IEnumerable<ScenarioCase> TuningPart => Part(ScenarioSet.Tuning, TuningStride);

    public static IEnumerable<ScenarioCase> ClosingPart => Part(ScenarioSet.Closing, ClosingStride);

    public static ImmutableArray<Comparison> OfTuningPart => _tuningPart.Value;

    public static ImmutableArray<Comparison> Tuning => _tuning.Value;

    public static ImmutableArray<Comparison> OfClosingPart => _closingPart.Value;

    public static ImmutableArray<Comparison> Closing => _closing.Value;

    private static IEnumerable<ScenarioCase> Part(ScenarioSet set, int stride) => Families.Of(set).Where((_, index) => index % stride == 0);

    private static ImmutableArray<Comparison> Run(IEnumerable<ScenarioCase> scenarios) =>
        ScenarioRun.Run(scenarios, static options => options with { VerifyCounterfactuals = true });
}

public sealed class SetTests
{
    [Fact]
    [Trait("Tier", "long")]
    public void TuningPart_WhatMustPassPasses() => PassWhatMust(Halves.OfTuningPart);

    [Fact(Explicit = true)]
    [Trait("Tier", "long")]
    public void TuningHalf_WhatMustPassPasses() => PassWhatMust(Halves.Tuning);

    private static void PassWhatMust(ImmutableArray<Comparison> comparisons)
    {
        var due = comparisons.Where(static comparison => Families.MustPass.Any(line => comparison.Breakwater.Scenario.Name.StartsWith(line, StringComparison.Ordinal)));
        Assert.Empty(due.Where(static comparison => !comparison.Breakwater.Passed)
            .Select(static comparison => $"{comparison.Breakwater.Scenario.Name}: {string.Join("; ", comparison.Breakwater.Faults)}"));
    }

    /// <summary>Each stated counterfactual, evaluated again at every tick that stated it, turns its finding: in all scenarios.</summary>
    [Fact]
    [Trait("Tier", "long")]
    public void TuningPart_CounterfactualsTurnTheirFindings() => TurnTheirFindings(Halves.OfTuningPart);

    /// <inheritdoc cref="TuningPart_CounterfactualsTurnTheirFindings"/>
    [Fact(Explicit = true)]
    [Trait("Tier", "long")]
    public void TuningHalf_CounterfactualsTurnTheirFindings() => TurnTheirFindings(Halves.Tuning);

    /// <inheritdoc cref="TuningPart_CounterfactualsTurnTheirFindings"/>
    [Fact]
    [Trait("Tier", "long")]
    public void ClosingPart_CounterfactualsTurnTheirFindings() => TurnTheirFindings(Halves.OfClosingPart);

    /// <inheritdoc cref="TuningPart_CounterfactualsTurnTheirFindings"/>
    [Fact(Explicit = true)]
    [Trait("Tier", "long")]
    public void ClosingHalf_CounterfactualsTurnTheirFindings() => TurnTheirFindings(Halves.Closing);

    /// <summary>The parts speak for their halves: each family has a scenario in them.</summary>
    [Fact]
    public void Parts_HaveEveryFamilyOfTheirHalves()
    {
        Assert.Equal(FamiliesOf(Families.Of(ScenarioSet.Tuning)), FamiliesOf(Halves.TuningPart));
        Assert.Equal(FamiliesOf(Families.Of(ScenarioSet.Closing)), FamiliesOf(Halves.ClosingPart));
        static IEnumerable<string> FamiliesOf(IEnumerable<ScenarioCase> scenarios) => scenarios.Select(static scenario => scenario.Family).Distinct();
    }

    private static void TurnTheirFindings(ImmutableArray<Comparison> comparisons)
    {
        Assert.True(comparisons.Sum(static comparison => comparison.Counterfactuals.Evaluated) > comparisons.Length, "hardly any was stated");
        Assert.Empty(comparisons.SelectMany(static comparison => comparison.Counterfactuals.Failed.Take(1).Select(failure => $"{comparison.Breakwater.Scenario.Name}: {failure}")));
    }

    /// <summary>The hook by which a detector can be switched off: with floors out of reach, what was found is missed.</summary>
    [Fact]
    public void Transform_OfTheOptions_ChangesTheOutcome()
    {
        var scenario = Families.Scenarios.First(static scenario => scenario is { Family: "syn-flood", Set: ScenarioSet.Tuning, Traffic.Mimics: false });
        Assert.True(ScenarioRun.Run(scenario).Breakwater.Passed);
        var blind = ScenarioRun.Run(scenario, static options => options with { Floors = new Breakwater.Detection.Floors { Syn = 1_000_000 } });
        Assert.StartsWith("missed", Assert.Single(blind.Breakwater.Faults), StringComparison.Ordinal);
    }

    /// <summary>What each detector is for: without it this scenario is lost, with it not.</summary>
    public static TheoryData<string, string> Needed => new()
    {
        { "amplification", "sampled/ntp@" },
        { "unasked-replies", "low-and-slow/ntp@" },
        { "fixed-port", "reflection/udp@" },
        { "syn", "syn-flood/separable@" },
        { "syn-ack", "tcp-segments/syn-ack@" },
        { "stray-segments", "tcp-segments/ack@" },
        { "connections", "connection-flood/separable@" },
        { "http", "http-flood/separable@" },
        { "dhcp", "dhcp-flood/flood@" },
        { "dns-queries", "dns-flood/subdomain@" },
        { "fragments", "icmp-and-fragments/fragments@" },
        { "udp", "udp-flood/separable@" },
        { "icmp", "icmp-and-fragments/icmp@" },
        { "protocols", "tunnels/gre@" },
        { "extension-headers", "tunnels/extensions@" },
        { "volume", "unusual/crowd@" },
        { "volume", "unusual/uploads@" },
        { "carpet", "carpet-256/syn@" },
        { "outbound", "outbound/syn@" },
    };

    [Theory]
    [MemberData(nameof(Needed))]
    public void Detector_SwitchedOff_LosesAScenario(string detector, string beginning)
    {
        var scenario = Families.Of(ScenarioSet.Tuning).First(scenario => scenario.Name.StartsWith(beginning, StringComparison.Ordinal));
        Assert.True(ScenarioRun.Run(scenario).Breakwater.Passed);
        Assert.False(ScenarioRun.Run(scenario, options => options with { Off = [detector] }).Breakwater.Passed);
    }

    /// <summary>Every detector is needed somewhere: those of the list, and the pulse below.</summary>
    [Fact]
    public void Needed_NamesEveryDetector() => Assert.Equal(
        DetectorNames.All.Order(StringComparer.Ordinal),
        Needed.Select(static row => row.Data.Item1).Append(DetectorNames.Pulse).Distinct().Order(StringComparer.Ordinal));

    /// <summary>A pulse is a shape and fails no scenario: without its detector the attack is still found, but as one on a host.</summary>
    [Fact]
    public void PulseDetector_SwitchedOff_LosesTheShape()
    {
        var scenario = Families.Of(ScenarioSet.Tuning).First(static scenario => scenario.Name.StartsWith("pulse/syn-2s@", StringComparison.Ordinal));
        Assert.True(Assert.Single(ScenarioRun.Run(scenario).Breakwater.Matches).ShapeIsRight);
        var blind = ScenarioRun.Run(scenario, static options => options with { Off = ["pulse"] });
        Assert.False(Assert.Single(blind.Breakwater.Matches).ShapeIsRight);
    }

    /// <summary>The page of figures speaks of the families that there are.</summary>
    [Fact]
    public void AccuracyPage_HasEveryFamily()
    {
        var page = AccuracyTable.Write([.. Families.All.SelectMany(static family => ScenarioCase.Expand(family).Take(1)).Select(Unrun)]);
        Assert.All(Families.All, family => Assert.Contains($"| {family.Family} | 1 |", page, StringComparison.Ordinal));
        Assert.DoesNotContain("| planted |", page, StringComparison.Ordinal);
    }

    private static Comparison Unrun(ScenarioCase scenario)
    {
        var outcome = new Outcome(scenario, [], 0, []);
        return new Comparison(outcome, outcome, 0, 0);
    }
}
