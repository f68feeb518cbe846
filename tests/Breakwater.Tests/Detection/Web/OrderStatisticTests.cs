using Breakwater.Detection.Web;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Web;

public sealed class OrderStatisticTests
{
    /// <summary>Beside sorting: random values, spread evenly or not, many alike, in order, against the order.</summary>
    [Fact]
    public void Select_AnyPlaceOfAnyValues_IsWhatSortingPutsThere()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed);
            var kinds = seed % 3 == 0 ? 4 : uint.MaxValue;
            // Hundreds lie in the window that is looked at first, thousands do not fit into it.
            var values = Enumerable.Range(0, 1 + (int)random.Below(seed % 10 == 0 ? 20_000U : 200)).Select(_ => (ulong)random.Below(kinds)).ToArray();
            var limit = seed % 4 == 0 ? ulong.MaxValue : seed % 4 == 1 ? 0 : values.Max();
            if (seed % 5 == 0)
                Array.Sort(values);
            if (seed % 7 == 0)
                Array.Reverse(values);
            var sorted = values.Order().ToArray();
            var place = (int)random.Below((uint)values.Length);
            Assert.Equal(sorted[place], OrderStatistic.Select(values, values.Length, place, limit));
        }
    }
}
