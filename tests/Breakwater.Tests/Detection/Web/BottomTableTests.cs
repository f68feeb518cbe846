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

    /// <summary>Whatever is done to tables of any size: beside plain dictionaries of all keys that came.</summary>
    [Fact]
    public void Rows_AfterAnyWork_AreTheSmallestOfWhatCame()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var size = random.Next(3) switch { 0 => random.Next(2, 30), 1 => 256, _ => 1_000 };
            var tables = Enumerable.Range(0, 3).Select(_ => new Twin(size)).ToArray();
            for (var step = 0; step < 60; step++)
            {
                var table = tables[random.Next(3)];
                switch (random.Next(12))
                {
                    case 0:
                        table.Clear();
                        break;
                    case 1:
                        table.KeepUpTo((ulong)random.NextInt64() << 1);
                        break;
                    case 2 or 3 or 4:
                        table.Merge(tables[random.Next(3)]);
                        break;
                    default:
                        // Some keys come again, and the first and the last of all hashes come too.
                        for (var count = random.Next(2 * size); count > 0; count--)
                            table.Count(random.Next(50) switch { 0 => 0, 1 => ulong.MaxValue, < 20 => (ulong)random.Next(500) * 0x9E37_79B9_7F4A_7C15UL, _ => (ulong)random.NextInt64() << 1 });
                        break;
                }

                table.Compare();
            }
        }
    }

    /// <summary>A table, and all that was counted into it.</summary>
    private sealed class Twin(int size)
    {
        private readonly BottomTable<TallyRow> _table = new(size);
        private readonly SortedDictionary<ulong, long> _keys = [];
        private ulong _limit = ulong.MaxValue;

        public void Count(ulong hash)
        {
            _table[hash].Requests++;
            _keys[hash] = _keys.GetValueOrDefault(hash) + 1;
        }

        public void Clear()
        {
            _table.Clear();
            _keys.Clear();
            _limit = ulong.MaxValue;
        }

        public void KeepUpTo(ulong limit)
        {
            _table.KeepUpTo(limit);
            _limit = Math.Min(_limit, limit);
        }

        public void Merge(Twin other)
        {
            if (ReferenceEquals(this, other))
                return;
            _table.Merge(other._table);
            _limit = Math.Min(_limit, other._limit);
            foreach (var (hash, count) in other._keys)
                _keys[hash] = _keys.GetValueOrDefault(hash) + count;
        }

        public void Compare()
        {
            var kept = _keys.Where(key => key.Key <= _limit).Take(size + 1).Select(static key => (key.Key, key.Value)).ToArray();
            var limit = kept.Length > size ? kept[size - 1].Key : _limit;
            var expected = kept.Where(key => key.Key <= limit).ToArray();
            Assert.Equal(expected, _table.Rows(out var share).Select(static row => (row.Hash, row.Requests)));
            // Of a table that was told to forget, nobody asks what it stands for.
            if (_limit == ulong.MaxValue)
                Assert.Equal(limit == ulong.MaxValue ? 1 : limit / (double)ulong.MaxValue, share);
            var told = new List<(ulong, long)>();
            foreach (ref readonly var row in _table.Told(out _))
                told.Add((row.Hash, row.Requests));
            Assert.Equal(expected, told.Order());
            foreach (var (hash, count) in expected.Take(3))
                Assert.True(_table.TryFind(hash, out var row) && row.Requests == count && _table.Holds(hash) && !_table.Holds(hash ^ 2));
        }
    }

    private static BottomTable<TallyRow> Filled(IEnumerable<ulong> keys)
    {
        var table = new BottomTable<TallyRow>(1_000);
        foreach (var key in keys)
            table[key].Requests++;
        return table;
    }
}
