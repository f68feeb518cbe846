using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

public sealed class TrafficTests
{
    /// <summary>The cheapest scenario of each family and telling.</summary>
    public static TheoryData<string> Some =>
    [
        .. Families.Scenarios.OrderBy(static scenario => Samples.Scenario.ExpectedPackets(scenario.Traffic) / scenario.Sampling)
            .DistinctBy(static scenario => (scenario.Family, scenario.Telling)).Select(static scenario => scenario.Name),
    ];

    [Theory]
    [MemberData(nameof(Some))]
    public void SameSeed_SameRecords_OtherSeed_OtherRecords(string name)
    {
        var scenario = Families.Scenarios.Single(scenario => scenario.Name == name);
        var first = Hash(scenario);
        Assert.Equal(first, Hash(scenario));
        Assert.NotEqual(first.Hash, Hash(scenario with { Traffic = scenario.Traffic with { Seed = scenario.Traffic.Seed + 1 } }).Hash);
    }

    /// <summary>What a sampler sees of all packets and what is made directly are the same in number, mean length and sources.</summary>
    [Fact]
    public void Thinned_IsLikeSampled()
    {
        var scenario = Families.Scenarios.First(static scenario => scenario is { Family: "amplification", Telling: Telling.Sflow });
        var traffic = scenario.Traffic with { PacketsPerSecond = 20_000, MixPercent = 10, MixPacketsPerSecond = null };
        var direct = Summed(scenario with { Sampling = 50, Traffic = traffic with { Thinning = 50 } });
        var all = Summed(scenario with { Sampling = 1, Traffic = traffic });
        Assert.InRange(direct.Records * 50.0 / all.Records, 0.9, 1.1);
        Assert.InRange(direct.Bytes / direct.Records / (all.Bytes / all.Records), 0.9, 1.1);
        Assert.InRange(direct.AttackShare / all.AttackShare, 0.95, 1.05);
    }

    private static (ulong Hash, long Records) Hash(ScenarioCase scenario)
    {
        var sum = new Sum();
        ScenarioTraffic.Tell(scenario, Truths(scenario), sum);
        return (sum.Hash, sum.Records);
    }

    private static Sum Summed(ScenarioCase scenario)
    {
        var sum = new Sum();
        ScenarioTraffic.Tell(scenario, Truths(scenario), sum);
        return sum;
    }

    private static List<Truth> Truths(ScenarioCase scenario) => [.. scenario.Expected.Select(expected => new Truth(scenario, expected))];

    private sealed class Sum : IRecordTaker
    {
        private static readonly Address _target = Address.Parse("203.0.113.10");
        private long _attack;

        public ulong Hash { get; private set; } = 14_695_981_039_346_656_037UL;

        public long Records { get; private set; }

        public double Bytes { get; private set; }

        public double AttackShare => (double)_attack / Records;

        public void Take(in FlowRecord flow)
        {
            Records++;
            Bytes += flow.Bytes;
            _attack += flow.Destination == _target && flow.Protocol == 17 ? 1 : 0;
            Mix(flow.Source.High);
            Mix(flow.Source.Low);
            Mix(flow.Destination.Low);
            Mix(((ulong)flow.SourcePort << 32) | ((ulong)flow.DestinationPort << 16) | flow.TcpFlags);
            Mix(flow.Bytes);
            Mix((ulong)flow.ReceivedNanoseconds);
        }

        private void Mix(ulong value) => Hash = (Hash ^ value) * 1_099_511_628_211UL;
    }
}
