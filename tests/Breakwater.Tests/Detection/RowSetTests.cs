using Breakwater.Detection.Dossiers;

namespace Breakwater.Tests.Detection;

/// <summary>A set of rows has each once, in their order, whatever else it held before.</summary>
public sealed class RowSetTests
{
    private const int Most = (1 << 14) + 100;

    [Fact]
    public void Rows_ComeOnceAndInTheirOrder()
    {
        var (set, random) = (new RowSet(Most), new Random(1));
        for (var round = 0; round < 20; round++)
        {
            var rows = Enumerable.Range(0, round * round).Select(_ => random.Next(Most)).ToList();
            foreach (var row in rows)
                set.Add(row);
            Assert.Equal(rows.Order().Distinct(), RowsOf(set));
            set.Clear();
            Assert.Empty(RowsOf(set));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(Most - 1)]
    public void OneRow_IsThere(int row)
    {
        var set = new RowSet(Most);
        set.Add(row);
        Assert.Equal([row], RowsOf(set));
        Assert.Equal(-1, set.Next(row + 1));
    }

    private static List<int> RowsOf(RowSet set)
    {
        var rows = new List<int>();
        for (var row = set.Next(0); row >= 0; row = set.Next(row + 1))
            rows.Add(row);
        return rows;
    }
}
