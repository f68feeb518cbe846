using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

public sealed class NaiveOpponentTests
{
    private const long Start = 1_767_225_600_000_000_000;
    private static readonly Prefix _own = new(Address.Parse("203.0.113.0"), 24);

    [Theory]
    [InlineData(1_100, 120, 1, true)]
    [InlineData(900, 120, 1, false)] // too few packets
    [InlineData(1_100, 80, 1, false)] // too few sources
    [InlineData(110, 110, 10, true)] // sampled packets count as many as the rate says
    [InlineData(11, 11, 100, false)] // sources do not
    public void Inbound_FixedThresholds(int packets, int sources, uint sampling, bool found)
    {
        var findings = Run(packets, sources, sampling, protocol: 17, flags: 0);
        Assert.Equal(found, findings.Length == 1);
    }

    [Theory]
    [InlineData(6, 2, "syn_flood")]
    [InlineData(6, 16, "unknown")]
    [InlineData(17, 0, "udp_flood")]
    [InlineData(1, 0, "icmp_flood")]
    [InlineData(47, 0, "unknown")]
    public void Labels_AreFastNetMons(int protocol, int flags, string label)
    {
        var finding = Assert.Single(Run(2_000, 200, 1, protocol, flags));
        Assert.Equal(NaiveOpponent.Labels.Single(entry => entry.Label == label).Vectors, finding.Vectors);
        Assert.Equal(Start + 1_000_000_000, finding.DetectedNanoseconds);
    }

    [Fact]
    [Trait("Tier", "long")]
    public void ClosingPart_FixedThresholdsFailThreeInTen() => FailThreeInTen(Halves.OfClosingPart);

    [Fact(Explicit = true)]
    [Trait("Tier", "long")]
    public void ClosingHalf_FixedThresholdsFailThreeInTen() => FailThreeInTen(Halves.Closing);

    private static void FailThreeInTen(System.Collections.Immutable.ImmutableArray<Comparison> comparisons) =>
        Assert.InRange((double)comparisons.Count(static comparison => !comparison.Naive.Passed) / comparisons.Length, 0.3, 0.95);

    private static System.Collections.Immutable.ImmutableArray<Finding> Run(int packets, int sources, uint sampling, int protocol, int flags)
    {
        var naive = new NaiveOpponent([_own]);
        for (var i = 0; i < packets; i++)
        {
            var flow = new FlowRecord
            {
                Source = Address.FromIPv4(0xC6120000u + (uint)(i % sources)),
                Destination = Address.Parse("203.0.113.10"),
                Protocol = (byte)protocol,
                TcpFlags = (ushort)flags,
                Packets = 1,
                SamplingRate = sampling,
                ReceivedNanoseconds = Start + (i * 900_000_000L / packets),
                Known = FlowFields.Source | FlowFields.Destination | FlowFields.Packets | FlowFields.Protocol | FlowFields.TcpFlags | FlowFields.ReceivedAt,
            };
            naive.Take(in flow);
        }

        return naive.Finish();
    }
}
