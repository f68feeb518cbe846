using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Two words count as <see cref="UInt128"/> does, in every step that a variance takes.</summary>
public sealed class WideSumTests
{
    /// <summary>Of all widths, so that carries, shifts over the border of the words and quotients of two words come.</summary>
    [Fact]
    public void Steps_OnWordsOfAllWidths_AreThoseOfUInt128()
    {
        var random = new Random(1);
        int carried = 0, wide = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var (left, right, divisor, level) = (Word(random), Word(random), (uint)Word(random) | 1, random.Next(64));
            var (sum, expected) = (default(WideSum), UInt128.Zero);
            for (var term = 0; term < 4; term++)
            {
                sum.Add(WideSum.Product(left, right));
                var before = (ulong)expected;
                expected += (UInt128)left * right;
                carried += (ulong)expected < before ? 1 : 0;
                (left, right) = (right, Word(random));
            }

            wide += expected > ulong.MaxValue ? 1 : 0;
            Assert.Equal((double)expected, sum.ToDouble());
            Assert.Equal(expected, Bits(sum));
            Assert.Equal(expected / divisor, Bits(sum.By(divisor)));
            Assert.Equal(expected << level, Bits(sum.Times2To(level)));
        }

        Assert.True(carried > 1_000 && wide is > 1_000 and < 19_000, $"{carried} carries, {wide} of two words");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(4_503_599_627_370_497.5)]
    [InlineData(1.8446744073709550e19)]
    [InlineData(1.8446744073709552e19)]
    [InlineData(1e30)]
    public void Of_ANumber_IsThatOfUInt128(double value) => Assert.Equal((UInt128)value, Bits(WideSum.Of(value)));

    private static ulong Word(Random random) => (ulong)random.NextInt64() * 2 >> random.Next(64);

    private static UInt128 Bits(WideSum sum) => new(sum.Words.High, sum.Words.Low);
}
