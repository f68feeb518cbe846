using Breakwater.Detection.Sketches;
using Breakwater.Tests.Detection.Statistics;

namespace Breakwater.Tests.Detection;

public sealed class SourceSampleTests
{
    private static ulong Hash(int source) => new SamplingSimulator((ulong)source).Bits();

    private static uint[] Seen(SourceSample sample) => SourceSample.TimesSeen(sample.Sources(out _));

    [Fact]
    public void TimesSeen_MoreSourcesThanKept_AreExactForThoseKept()
    {
        var sample = new SourceSample(new SourceRooms());
        for (var round = 0; round < 3; round++)
        {
            for (var source = 0; source < 5000; source++)
                sample.Add(Hash(source), default, 100, (source % 7) + 1);
        }

        var expected = Enumerable.Range(0, 5000).OrderBy(Hash).Take(SourceSample.Size).Select(static source => (uint)(3 * ((source % 7) + 1)));
        Assert.Equal(expected, Seen(sample));
        Assert.All(sample.Sources(out var isComplete), static source => Assert.Equal(300u, source.Packets));
        Assert.False(isComplete);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(3000, false)]
    public void Merge_Parts_EqualsOneThatSawAllInAnyOrder(int distinct, bool complete)
    {
        var rooms = new SourceRooms();
        SourceSample left = new(rooms), right = new(rooms), all = new(rooms);
        for (var index = 0; index < 4 * distinct; index++)
        {
            var source = index * 7 % distinct;
            (index % 3 == 0 ? left : right).Add(Hash(source), default, 1, (source % 5) + 1);
        }
        for (var index = (4 * distinct) - 1; index >= 0; index--)
            all.Add(Hash(index * 7 % distinct), default, 1, (index * 7 % distinct % 5) + 1);

        Assert.NotEqual(Seen(all), Seen(left));
        left.Merge(right);
        Assert.Equal(all.Sources(out var allComplete), left.Sources(out var leftComplete));
        Assert.Equal(complete, leftComplete);
        Assert.Equal(complete, allComplete);
    }

    /// <summary>Memory that another sample has used tells nothing of that one's sources, and nothing new is made for the next sample as large.</summary>
    [Fact]
    public void Rooms_OfAClearedSample_ServeTheNext()
    {
        var rooms = new SourceRooms();
        var (first, second, fresh) = (new SourceSample(rooms), new SourceSample(rooms), new SourceSample(new SourceRooms()));
        var hashes = Enumerable.Range(0, 8000).Select(Hash).ToArray();
        Fill(first, from: 0);
        first.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(second, from: 3000);
        var after = GC.GetAllocatedBytesForCurrentThread();
        Fill(fresh, from: 3000);
        Assert.Equal(before, after);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > after);
        Assert.Equal(fresh.Sources(out _), second.Sources(out _));
        Assert.Empty(first.Sources(out _));

        void Fill(SourceSample sample, int from)
        {
            foreach (var hash in hashes.AsSpan(from, 5000))
                sample.Add(hash, default, 1, 1);
        }
    }

    [Fact]
    public void Clear_Used_IsEmpty()
    {
        var sample = new SourceSample(new SourceRooms());
        sample.Add(1, default, 1, uint.MaxValue);
        sample.Add(1, default, 1, 5);
        Assert.Equal([uint.MaxValue], Seen(sample));
        sample.Clear();
        Assert.Empty(sample.Sources(out var isComplete));
        Assert.True(isComplete);
    }

    /// <summary>What sorting says, for hashes spread evenly and for some that share all but their last bits, of any number and ending.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(SourceSample.Most)]
    public void LimitOfTheSmallest_IsThatOfSorting(int hashes)
    {
        var random = new Random(hashes);
        for (var shift = 0; shift < 60; shift += 6)
        {
            var all = Enumerable.Range(0, 2 * hashes).Select(_ => (ulong)random.NextInt64() << 1 >> shift).Prepend(ulong.MaxValue >> shift).Prepend(0UL).Distinct().Take(hashes).ToArray();
            var sorted = all.Order().ToArray();
            for (var count = 1; count <= all.Length; count += Math.Max(1, all.Length / 9))
                Assert.Equal(sorted[count - 1], SmallestHashes.Limit(all, count));
            Assert.Equal(sorted[^1], SmallestHashes.Limit(all, all.Length));
        }
    }
}
