using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

public sealed class BottomSourcesTests
{
    private static ulong Hash(int source) => new SamplingSimulator((ulong)source).Bits();

    [Fact]
    public void Packets_MoreSourcesThanKept_AreExactForThoseKept()
    {
        var sources = new BottomSources();
        for (var round = 0; round < 3; round++)
        {
            for (var source = 0; source < 5000; source++)
                sources.Add(Hash(source), (uint)(source % 7) + 1);
        }

        var expected = Enumerable.Range(0, 5000).OrderBy(Hash).Take(BottomSources.Capacity).Select(static source => (uint)(3 * ((source % 7) + 1)));
        Assert.Equal(expected, sources.Packets.ToArray());
        Assert.False(sources.IsComplete);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(3000, false)]
    public void Merge_Parts_EqualsOneThatSawAllInAnyOrder(int distinct, bool complete)
    {
        BottomSources left = new(), right = new(), all = new();
        for (var index = 0; index < 4 * distinct; index++)
        {
            var source = index * 7 % distinct;
            (index % 3 == 0 ? left : right).Add(Hash(source), (uint)(source % 5) + 1);
        }
        for (var index = (4 * distinct) - 1; index >= 0; index--)
            all.Add(Hash(index * 7 % distinct), (uint)(index * 7 % distinct % 5) + 1);

        Assert.NotEqual(all.Packets.ToArray(), left.Packets.ToArray());
        left.Merge(right);
        Assert.Equal(all.Packets.ToArray(), left.Packets.ToArray());
        Assert.Equal(complete, left.IsComplete);
        Assert.Equal(complete, all.IsComplete);
    }

    [Fact]
    public void Clear_Used_IsEmpty()
    {
        var sources = new BottomSources();
        sources.Add(1, uint.MaxValue);
        sources.Add(1, 5);
        Assert.Equal([uint.MaxValue], sources.Packets.ToArray());
        sources.Clear();
        Assert.Equal(0, sources.Count);
        Assert.True(sources.IsComplete);
    }
}
