using Breakwater.Detection.Web;

namespace Breakwater.Tests.Detection.Web;

public sealed class BottomTableTests
{
    [Fact]
    public void Rows_AnyOrderAndSplit_AreTheSame()
    {
        var random = new Random(3);
        var keys = Enumerable.Range(0, 60_000).Select(_ => (ulong)random.NextInt64() % 9_000 * 0x9E37_79B9_7F4A_7C15UL).ToArray();
        var expected = Filled(keys).Rows(out var share);
        Assert.Equal(1_000, expected.Length);
        Assert.InRange(share, 0.09, 0.13);
        for (var round = 0; round < 5; round++)
        {
            random.Shuffle(keys);
            var (left, right) = (Filled(keys[..20_000]), Filled(keys[20_000..]));
            left.Merge(right);
            Assert.Equal(expected, left.Rows(out var other));
            Assert.Equal(share, other);
        }

        Assert.NotEqual(expected, Filled(keys[1_000..]).Rows(out _));
    }

    [Fact]
    public void Rows_AskedForBeforeAndAfterRoomWasMade_AreThoseOfNow()
    {
        // Each key is smaller than all before: 1,001 are held when first asked, and again once the 1,501st made room.
        var keys = Enumerable.Range(0, 1_501).Select(static number => ulong.MaxValue - ((ulong)number << 40)).ToArray();
        var table = Filled(keys[..1_001]);
        Assert.Equal(1_000, table.Rows(out _).Length);
        foreach (var key in keys[1_001..])
            table[key].Requests++;
        Assert.Equal(Filled(keys).Rows(out _), table.Rows(out _));
    }

    [Fact]
    public void Rows_FewKeys_AreComplete()
    {
        var table = Filled([5, 3, 5, 5]);
        Assert.Equal([(3UL, 1L), (5UL, 3L)], table.Rows(out var share).Select(static row => (row.Hash, row.Requests)));
        Assert.Equal(1, share);
        Assert.True(table.TryFind(5, out _));
        Assert.False(table.TryFind(4, out _));
        table.Clear();
        Assert.Empty(table.Rows(out _));
    }

    private static BottomTable<TallyRow> Filled(IEnumerable<ulong> keys)
    {
        var table = new BottomTable<TallyRow>(1_000);
        foreach (var key in keys)
            table[key].Requests++;
        return table;
    }
}
