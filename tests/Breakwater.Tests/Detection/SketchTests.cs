using System.Numerics;
using Breakwater.Detection.Sketches;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

public sealed class SketchTests
{
    private static readonly KeyedHash _hash = new(42);

    private static ulong HashOf(int index) => _hash.Of(Address.FromIPv4((uint)index));

    /// <summary>
    /// Addresses whose halves, each times a number that everybody knows, come to the same. Added to a seed behind that, as they once were, they had one hash under every seed:
    /// a flood of forged senders looked like one, and a table's search for one host met all others.
    /// </summary>
    [Fact]
    public void KeyedHash_OfAddressesMadeToMeet_DiffersUnderEachSeed()
    {
        const ulong upper = 0xC2B2_AE3D_27D4_EB4F, lower = 0x9E37_79B9_7F4A_7C15, inverse = 0xF1DE_83E1_9937_733D;
        var made = Enumerable.Range(0, 1000)
            .Select(static index => 0x2001_0DB8_0000_0000UL + (ulong)index)
            .Select(static high => Address.FromHalves(high, BitOperations.RotateRight((high * upper) ^ 42, 31) * inverse)).ToArray();
        Assert.Single(made.Select(static address => (address.High * upper) ^ BitOperations.RotateLeft(address.Low * lower, 31)).Distinct());

        for (var seed = 0UL; seed < 20; seed++)
            Assert.Equal(made.Length, made.Select(new KeyedHash(seed).Of).Distinct().Count());
    }

    /// <summary>Who knows the seed can do better: nothing less than the seed keeps them apart.</summary>
    [Fact]
    public void KeyedHash_OfAddressesMadeForASeed_IsTheSameUnderThatOneAlone()
    {
        var known = new KeyedHash(7);
        // Of one /64 the hashes of lower halves are as far apart as these are, before they are mixed.
        var offset = Unmixed(known.Of(Address.FromHalves(1, 0))) - Unmixed(known.Of(Address.FromHalves(2, 0)));
        Address first = Address.FromHalves(1, 5), second = Address.FromHalves(2, 5 + offset);

        Assert.Equal(known.Of(first), known.Of(second));
        Assert.NotEqual(new KeyedHash(8).Of(first), new KeyedHash(8).Of(second));
    }

    /// <summary>What fmix64 made this of.</summary>
    private static ulong Unmixed(ulong value)
    {
        value ^= value >> 33;
        value *= 0x9CB4_B2F8_1293_37DB;
        value ^= value >> 33;
        value *= 0x4F74_430C_22A5_4005;
        return value ^ (value >> 33);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public void HyperLogLog_Distinct_IsWithinFourStandardErrors(int distinct)
    {
        var sketch = new HyperLogLog(11);
        for (var index = 0; index < distinct; index++)
        {
            sketch.Add(HashOf(index));
            sketch.Add(HashOf(index / 2));
        }

        var error = Math.Max(0.5, 4 * sketch.StandardErrorAt(distinct));
        Assert.InRange(sketch.Estimate(), distinct - error, distinct + error);
    }

    [Fact]
    public void HyperLogLog_Merged_EqualsOneThatSawAll()
    {
        HyperLogLog left = new(11), right = new(11), all = new(11);
        for (var index = 0; index < 3000; index++)
        {
            (index % 3 == 0 ? left : right).Add(HashOf(index));
            all.Add(HashOf(index));
        }

        Assert.NotEqual(all.Estimate(), left.Estimate());
        Assert.Equal(all.Estimate(), left.EstimateWith(right));
        left.Merge(right);
        Assert.Equal(all.Estimate(), left.Estimate());
        var atOnce = new HyperLogLog(11);
        atOnce.Add(Enumerable.Range(0, 3000).Select(HashOf).ToArray());
        Assert.Equal(all.Estimate(), atOnce.Estimate());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3000)]
    [InlineData(300_000)]
    public void HyperLogLog_TwoPairs_EqualOneThatSawAll(int distinct)
    {
        HyperLogLog[] parts = [new(11), new(11), new(11), new(11)];
        var all = new HyperLogLog(11);
        for (var index = 0; index < distinct; index++)
        {
            parts[index % 4].Add(HashOf(index));
            all.Add(HashOf(index));
        }

        Assert.Equal(all.Estimate(), HyperLogLog.EstimateOf((parts[0], parts[1]), (parts[2], parts[3])));
        Assert.NotEqual(all.Estimate(), HyperLogLog.EstimateOf((parts[0], parts[1]), (parts[2], parts[2])));
    }

    /// <summary>A hash of zeros alone has the highest rank there is.</summary>
    [Fact]
    public void HyperLogLog_HighestRank_IsCounted()
    {
        var sketch = new HyperLogLog(11);
        sketch.Add(0);
        Assert.InRange(sketch.Estimate(), 0.5, 1.5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(53)]
    [InlineData(11211)]
    [InlineData(65535)]
    public void PortVote_PortOfMoreThanHalf_IsFound(int port)
    {
        PortVote vote = new(), empty = new();
        for (var index = 0; index < 1000; index++)
            vote.Add((ushort)(index % 10 < 6 ? port : index * 31), 1);

        Assert.Equal((ushort)port, vote.Majority(empty, out var share));
        Assert.InRange(share, 0.59, 0.75);
    }

    [Fact]
    public void PortVote_OfATally_IsThatOfItsPorts()
    {
        var random = new SeededRandom(7);
        PortVote one = new(), summed = new();
        var tally = new PortTally();
        for (var packet = 0; packet < 1_000; packet++)
        {
            var (port, packets) = ((ushort)random.NextUInt64(), random.NextUInt64() % 100);
            port = packet % 5 < 3 ? (ushort)0xB5C7 : port;
            one.Add(port, packets);
            tally.Add(port, packets);
        }
        summed.Add(tally);
        Assert.Equal(((ushort?)0xB5C7, true), (one.Majority(null, out var expected), expected > 0.5));
        Assert.Equal((ushort?)0xB5C7, summed.Majority(null, out var share));
        Assert.Equal(expected, share);
        tally.Clear();
        summed.Add(tally);
        summed.Majority(null, out share);
        Assert.Equal(expected, share);
    }

    [Fact]
    public void PortVote_NoMajority_FindsNone()
    {
        PortVote halves = new(), spread = new(), empty = new();
        for (var index = 0; index < 5000; index++)
        {
            halves.Add((ushort)(index % 2 == 0 ? 80 : 443), 1);
            spread.Add((ushort)((uint)index * 2654435761u >> 16), 1);
        }

        Assert.Null(halves.Majority(empty, out _));
        Assert.False(halves.IsSpread(empty));
        Assert.Null(spread.Majority(empty, out _));
        Assert.True(spread.IsSpread(empty));
    }

    [Fact]
    public void PairFilter_WithinThirtySeconds_RemembersAndThenForgets()
    {
        var filter = new PairFilter();
        filter.Advance(60_000_000_000);
        for (var index = 0; index < 10_000; index++)
            filter.Add(HashOf(index));

        filter.Advance(90_000_000_000);
        Assert.All(Enumerable.Range(0, 10_000), index => Assert.True(filter.Contains(HashOf(index))));
        Assert.InRange(Enumerable.Range(10_000, 10_000).Count(index => filter.Contains(HashOf(index))), 0, 20);
        Assert.False(filter.IsSaturated);

        filter.Advance(120_000_000_000);
        Assert.DoesNotContain(Enumerable.Range(0, 10_000), index => filter.Contains(HashOf(index)));
    }

    [Fact]
    public void PairFilter_FirstAndLastBlock_AreItsOwnAfterTurnsToo()
    {
        var filter = new PairFilter();
        for (var generation = 0; generation < 5; generation++)
        {
            filter.Advance(generation * 90_000_000_000);
            Assert.False(filter.Contains(0) || filter.Contains(ulong.MaxValue));
            filter.Add(0);
            filter.Add(ulong.MaxValue);
            Assert.True(filter.Contains(0) && filter.Contains(ulong.MaxValue));
        }
    }

    [Fact]
    public void AskerBits_TwoGenerations_NeverDenyWhoAsked()
    {
        var bits = new AskerBits();
        bits.Advance(2);
        for (var index = 0; index < 100_000; index++)
            bits.Add(HashOf(index));

        bits.Advance(3);
        Assert.All(Enumerable.Range(0, 100_000), index => Assert.True(bits.MayHave(HashOf(index))));
        Assert.InRange(Enumerable.Range(100_000, 100_000).Count(index => bits.MayHave(HashOf(index))), 1, 12_000);

        bits.Advance(4);
        Assert.DoesNotContain(Enumerable.Range(0, 100_000), index => bits.MayHave(HashOf(index)));
        bits.Add(HashOf(1));
        bits.Advance(6);
        Assert.False(bits.MayHave(HashOf(1)));
    }

    [Fact]
    public void PairFilter_TooManyPairs_SaysSo()
    {
        var filter = new PairFilter();
        filter.Advance(0);
        for (var index = 0; index < 10_000_000; index++)
            filter.Add(HashOf(index));

        Assert.True(filter.IsSaturated);
    }
}
