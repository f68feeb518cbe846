using Breakwater.Detection.Web;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection.Web;

public sealed class OrderStatisticTests
{
    /// <summary>Beside sorting: random values, many alike, in order, against the order.</summary>
    [Fact]
    public void Select_AnyPlaceOfAnyValues_IsWhatSortingPutsThere()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed);
            var kinds = seed % 3 == 0 ? 4 : uint.MaxValue;
            var values = Enumerable.Range(0, 1 + (int)random.Below(200)).Select(_ => (ulong)random.Below(kinds)).ToArray();
            if (seed % 5 == 0)
                Array.Sort(values);
            if (seed % 7 == 0)
                Array.Reverse(values);
            var sorted = values.Order().ToArray();
            var place = (int)random.Below((uint)values.Length);
            Assert.Equal(sorted[place], OrderStatistic.Select(values.ToArray(), place));
        }
    }
}
