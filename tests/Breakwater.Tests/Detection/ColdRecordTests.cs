using Breakwater.Detection;
using Breakwater.Detection.Hosts;

namespace Breakwater.Tests.Detection;

/// <summary>A host's record tells what plain counts of thirty-two bits tell, whatever the size of its numbers.</summary>
public sealed class ColdRecordTests
{
    private const uint Begin = 1_750_000_000;

    [Theory]
    [InlineData(3u)]
    [InlineData(1u << 15)]
    [InlineData(1u << 17)]
    [InlineData(uint.MaxValue)]
    public void Counts_AreThoseOfPlainCounts(uint most)
    {
        var random = new Random(7);
        var (wide, plain) = (new WideCounts(), new WatchCounts());
        var record = new ColdRecord { Dossier = -1, Prefix = -1, Service = -1 };
        var second = Begin;
        for (var step = 0; step < 20_000; step++)
        {
            // Some seconds have no traffic, and some little of it: then the counts come back to the record.
            second += random.Next(8) switch { 0 => 1u, 1 => 2u, _ => 0u };
            var group = random.Next(WatchGroups.Count);
            var packets = (uint)random.NextInt64(second % 5 == 0 ? 2 : most + 1L);
            if (second != record.Second)
                record.Turn(second, wide);
            Assert.Equal(plain.Add(group, packets, second), record.Add(group, packets, wide));
            Assert.Equal(plain.Recent(group, second), record.Recent(group, wide));
            var counts = record.Counts(wide);
            Assert.True(((ReadOnlySpan<uint>)plain.Now).SequenceEqual(counts.Now) && ((ReadOnlySpan<uint>)plain.Before).SequenceEqual(counts.Before));
            Assert.Equal(second, record.Second);
        }
    }

    [Fact]
    public void LargeCounts_TakeOneNumberAHost_AndGiveItBack()
    {
        var wide = new WideCounts();
        var records = new ColdRecord[100];
        for (var second = Begin; second < Begin + 50; second++)
        {
            foreach (ref var record in records.AsSpan())
            {
                record.Turn(second, wide);
                record.Add(0, 70_000, wide);
            }
        }

        Assert.Equal(100, wide.Count);
        // Two seconds later no count is large, and one that leaves has none either.
        foreach (ref var record in records.AsSpan(0, 99))
        {
            record.Turn(Begin + 51, wide);
            record.Turn(Begin + 53, wide);
        }

        Assert.Equal(1, wide.Count);
        records[99].Drop(wide);
        Assert.Equal(0, wide.Count);
    }

    [Fact]
    public void Dossier_Service_AndPrefix_StandApart()
    {
        var record = new ColdRecord { Direction = Direction.Outbound, Dossier = -1, Prefix = -1, Service = -1 };
        Assert.Equal((-1, -1, -1), (record.Dossier, record.Prefix, record.Service));
        var (dossier, prefix, service) = (ColdRecord.MaxDossiers - 1, AggregateTable.MaxAggregates - 1, ColdRecord.MaxServices - 1);
        (record.Dossier, record.Prefix, record.Service) = (dossier, prefix, service);
        Assert.Equal((dossier, prefix, service), (record.Dossier, record.Prefix, record.Service));
        record.Dossier = -1;
        Assert.Equal((-1, prefix, service), (record.Dossier, record.Prefix, record.Service));
        Assert.Equal(Direction.Outbound, record.Direction);
    }
}
