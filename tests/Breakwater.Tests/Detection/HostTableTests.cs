using Breakwater.Detection;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>The table of hosts beside a dictionary.</summary>
public sealed class HostTableTests
{
    private const ulong Seed = 3;

    /// <summary>With so high a limit a slot has room for few bits of a hash: many hosts' bits are alike.</summary>
    private const int FewMarks = 1 << 24;

    [Theory]
    [InlineData(FewMarks)]
    [InlineData(1 << 20)]
    public void FindOrAdd_ManyHosts_FindsEachAndNoOther(int most)
    {
        var (table, hosts, random) = (new HostTable(most, Seed), new Dictionary<(Address Host, Direction Direction), int>(), new Random(7));
        for (var count = 0; count < 200_000; count++)
        {
            var key = (AddressOf(random.Next(100_000)), (Direction)random.Next(2));
            var index = table.FindOrAdd(key.Item1, key.Item2, HashOf(key), out var isNew);
            Assert.Equal(hosts.TryAdd(key, index), isNew);
            Assert.Equal(hosts[key], index);
        }

        Assert.Equal(hosts.Count, table.Count);
        Assert.All(hosts, host => Assert.Equal(host.Value, table.Find(host.Key.Host, host.Key.Direction, HashOf(host.Key))));
        Assert.All(Enumerable.Range(100_000, 50_000), number => Assert.Equal(-1, FindIn(table, (AddressOf(number), Direction.Inbound))));
    }

    /// <summary>A power of two is the largest number that its bits hold.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(1 << 12)]
    public void FindOrAdd_FullTable_RefusesNewHostsAndFindsTheOthers(int most)
    {
        var table = new HostTable(most, Seed);
        Assert.All(Enumerable.Range(0, most), number => Assert.Equal(number, Add(table, number)));
        Assert.Equal(-1, Add(table, most));
        Assert.All(Enumerable.Range(0, most), number => Assert.Equal(number, Add(table, number)));
        Assert.Equal(most, table.Count);
    }

    [Fact]
    public void DropIdle_HostsThatMove_AreFoundWhereTheyAre()
    {
        var table = new HostTable(FewMarks, Seed);
        for (var number = 0; number < 50_000; number++)
            table.Advance(ref table[Add(table, number)], number % 3 == 0 ? 20u : 10u);

        var moved = new List<int>();
        Assert.Equal(50_000 - 16_667, table.DropIdle(beforeSecond: 20, moved.Add));
        Assert.Equal(Enumerable.Range(1, 16_666), moved); // the first one stays where it is
        Assert.All(Enumerable.Range(0, 50_000), number =>
        {
            var index = FindIn(table, (AddressOf(number), Direction.Inbound));
            Assert.Equal(number % 3 == 0, index >= 0);
            if (index >= 0)
                Assert.Equal(AddressOf(number), table[index].Host);
        });
    }

    /// <summary>Large counts go with the hosts that go, and stay with those that move.</summary>
    [Fact]
    public void DropIdle_LargeCounts_GoWithTheirHosts()
    {
        var table = new HostTable(FewMarks, Seed);
        for (var number = 0; number < 60; number++)
        {
            ref var record = ref table[Add(table, number)];
            table.Advance(ref record, number % 3 == 0 ? 20u : 10u);
            record.Add(2, 100_000u + (uint)number, table.Wide);
        }

        Assert.Equal(60, table.Wide.Count);
        Assert.Equal(40, table.DropIdle(beforeSecond: 20, static _ => { }));
        Assert.Equal(20, table.Wide.Count);
        Assert.All(Enumerable.Range(0, 20), number =>
            Assert.Equal(100_000u + ((uint)number * 3), table.CountsOf(FindIn(table, (AddressOf(number * 3), Direction.Inbound))).Recent(2, 20)));
    }

    /// <summary>The hosts of a second, and of the one before it, whichever were more; what is older is nothing, however it is passed.</summary>
    [Fact]
    public void ActiveHosts_AreThoseOfTwoSeconds()
    {
        var table = new HostTable(FewMarks, Seed);
        Have(second: 10, hosts: 30);
        Assert.Equal((30, 30, 0), (table.ActiveIn(10), table.ActiveIn(11), table.ActiveIn(12)));
        Have(second: 11, hosts: 20);
        Have(second: 11, hosts: 20); // the same ones
        Assert.Equal((30, 20), (table.ActiveIn(11), table.ActiveIn(12)));
        Have(second: 12, hosts: 40);
        Assert.Equal(40, table.ActiveIn(12));
        Have(second: 20, hosts: 1);
        Assert.Equal((1, 1, 0), (table.ActiveIn(20), table.ActiveIn(21), table.ActiveIn(22)));

        void Have(uint second, int hosts)
        {
            for (var number = 0; number < hosts; number++)
                table.Advance(ref table[Add(table, number)], second);
        }
    }

    [Fact]
    public void Likely_OfAHostThatIsThere_IsIt()
    {
        var table = new HostTable(1 << 20, Seed);
        for (var number = 0; number < 2_000; number++)
            Add(table, number);

        // Marks of eleven bits: one in two thousand of those looked at on the way may be alike.
        var right = Enumerable.Range(0, 2_000).Count(number => table.Likely(HashOf((AddressOf(number), Direction.Inbound))) == number);
        Assert.InRange(right, 1_990, 2_000);
    }

    private static int Add(HostTable table, int number)
    {
        var key = (AddressOf(number), Direction.Inbound);
        return table.FindOrAdd(key.Item1, key.Item2, HashOf(key), out _);
    }

    private static int FindIn(HostTable table, (Address Host, Direction Direction) key) => table.Find(key.Host, key.Direction, HashOf(key));

    private static Address AddressOf(int number) => Address.FromIPv4(0x0A00_0000u + (uint)number);

    private static ulong HashOf((Address Host, Direction Direction) key) => HostTable.HashOf(new KeyedHash(Seed).Of(key.Host), key.Direction);
}
