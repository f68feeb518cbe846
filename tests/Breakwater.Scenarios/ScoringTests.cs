using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

public sealed class ScoringTests
{
    private static readonly string _syn = Vectors.Name(Vector.SynFlood);
    private static readonly string _ack = Vectors.Name(Vector.AckFlood);

    [Fact]
    public void RightFinding_Passes()
    {
        var outcome = Score([Found("203.0.113.10", _syn)]);
        Assert.True(outcome.Passed);
        var match = Assert.Single(outcome.Matches);
        Assert.Equal((true, true, 1.5), (match.Found, match.VectorIsRight, match.SecondsToVerdict));
    }

    [Fact]
    public void NoFinding_IsAMiss() => Assert.StartsWith("missed: syn-flood", Assert.Single(Score([]).Faults), StringComparison.Ordinal);

    [Fact]
    public void WrongOrFurtherVector_IsWrong()
    {
        Assert.StartsWith("wrong vector", Assert.Single(Score([Found("203.0.113.10", _ack)]).Faults), StringComparison.Ordinal);
        Assert.StartsWith("wrong vector", Assert.Single(Score([Found("203.0.113.10", _syn, _ack)]).Faults), StringComparison.Ordinal);
        Assert.True(Score([Found("203.0.113.10", _syn, _ack)], expected => expected with { AllowedVectors = [_ack] }).Passed);
        Assert.True(Score([Found("203.0.113.10", _ack)], expected => expected with { AllowedVectors = [_ack], AnyOf = true }).Passed);
    }

    [Fact]
    public void OtherTargetOrDirection_IsAMissAndAFalseIncident()
    {
        var other = Score([Found("203.0.113.11", _syn)]);
        Assert.Equal((2, 1), (other.Faults.Length, other.FalseIncidents));
        var outbound = Score([Found("203.0.113.10", _syn) with { Direction = Finding.Outbound }]);
        Assert.Equal((2, 1), (outbound.Faults.Length, outbound.FalseIncidents));
    }

    [Fact]
    public void HostsInsideAnExpectedNetwork_CountAsOneFalseIncident()
    {
        var hosts = Score([Found("203.0.113.11", _syn), Found("203.0.113.12", _syn), Found("198.51.100.1", _syn)], static expected => expected with { Target = "203.0.113.0/24" });
        Assert.Equal(2, hosts.FalseIncidents);
        Assert.False(hosts.Passed);
    }

    [Fact]
    public void ToleratedVerdict_IsNoMistake_AndOthersAre()
    {
        var crowd = Found("203.0.113.10", _syn) with { Verdict = "flash-crowd" };
        var quiet = Scenario() with { Expected = [], Tolerated = ["flash-crowd"] };
        Assert.True(Scoring.Score(quiet, [], [crowd]).Passed);
        Assert.False(Scoring.Score(quiet, [], [crowd with { Verdict = "attack" }]).Passed);
        Assert.False(Scoring.Score(quiet with { Tolerated = [] }, [], [crowd]).Passed);
    }

    [Fact]
    public void UnseeableAttack_MayStayUnfoundButNotBeMisnamed()
    {
        Assert.True(Score([], packets: 12).Passed);
        Assert.True(Score([Found("203.0.113.10", _syn)], packets: 12).Passed);
        Assert.True(Score([Found("203.0.113.10", _syn) with { Verdict = "insufficient-evidence" }], packets: 12).Passed);
        Assert.False(Score([Found("203.0.113.10", _ack)], packets: 12).Passed);
        Assert.False(Score([Found("203.0.113.10", _syn) with { Verdict = "insufficient-evidence" }]).Passed);
    }

    [Theory]
    [InlineData(1, 1.0, 1)] // at or below the mean nothing is rare
    [InlineData(10, 1.0, 1.114254783387e-7)]
    [InlineData(100, 50.0, 3.200065324585125e-10)]
    [InlineData(3_000, 2_000.0, 0)]
    public void PoissonTail_KnownValues(long count, double mean, double chance) =>
        Assert.InRange(PoissonTail.AtLeast(count, mean), chance * 0.999, (chance * 1.001) + 1e-60);

    private static Finding Found(string target, params ImmutableArray<string> vectors) => new(
        new Prefix(Address.Parse(target), 32), Finding.Inbound, Shape: null, Finding.Attack, vectors, LabelsAreCoarse: false,
        SampleRun.EpochNanoseconds + 1_500_000_000);

    private static ScenarioCase Scenario() => new()
    {
        Name = "planted",
        Family = "planted",
        Set = ScenarioSet.Tuning,
        Sampling = 1,
        Telling = Telling.Packets,
        Traffic = new ScenarioOptions(SampleKind.Find(_syn)!, 1) { MixPercent = 0, DurationNanoseconds = 10_000_000_000 },
        Protect = [],
        Expected = [new Expected { Vectors = [_syn] }],
        Tolerated = [],
    };

    private static Outcome Score(ImmutableArray<Finding> findings, Func<Expected, Expected>? change = null, int packets = 20_000)
    {
        var scenario = Scenario();
        var expected = change is null ? scenario.Expected[0] : change(scenario.Expected[0]);
        scenario = scenario with { Expected = [expected] };
        var truth = new Truth(scenario, expected);
        var packet = new SamplePacket();
        packet.Begin(Address.Parse("198.18.0.1"), Address.Parse("203.0.113.10"), IpProtocol.Tcp);
        for (var i = 0; i < packets; i++)
            truth.See(packet, i * 10_000_000_000L / packets);
        return Scoring.Score(scenario, [truth], findings);
    }
}
