using Breakwater.Detection.Web;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Web;

public sealed class OrderStatisticTests
{
    /// <summary>Beside sorting: random values, spread evenly or not, many alike, in order, against the order, and larger ones among them that do not count.</summary>
    [Fact]
    public void Select_AnyPlaceOfAnyValues_IsWhatSortingPutsThere()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed);
            var kinds = seed % 3 == 0 ? 4 : uint.MaxValue;
            // Of two hundred thousand more lie about the place than are looked at first.
            var most = seed % 50 == 0 ? 300_000U : seed % 10 == 0 ? 20_000U : 200;
            var values = Enumerable.Range(0, 1 + (int)random.Below(most)).Select(_ => (ulong)random.Below(kinds)).ToArray();
            var limit = seed % 4 == 0 ? ulong.MaxValue : seed % 4 == 1 ? 0 : values.Max();
            if (seed % 5 == 0)
                Array.Sort(values);
            if (seed % 7 == 0)
                Array.Reverse(values);
            var sorted = values.Order().ToArray();
            if (seed % 2 == 0)
                values = [.. values.SelectMany(value => random.Below(3) == 0 ? (IEnumerable<ulong>)[value, ulong.MaxValue] : [value])];
            var place = (int)random.Below((uint)sorted.Length);
            Assert.Equal(sorted[place], OrderStatistic.Select(values, sorted.Length, place, limit));
        }
    }
}
