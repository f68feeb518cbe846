using System.Globalization;
using System.Text;
using Breakwater.Detection.Sketches;
using Breakwater.Detection.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Texts behind hashes: the same for any number of shards, and no more of them for more shards.</summary>
public sealed class WebNamesTests
{
    private const int Texts = 100_000;

    [Fact]
    public void OlderGeneration_AnyNumberOfShards_TellsTheSame()
    {
        var expected = Told(Rotated(shards: 1));
        Assert.Equal(WebLimits.Names, expected.Length);
        Assert.All([2, 7, 64], shards => Assert.Equal(expected, Told(Rotated(shards))));
    }

    [Fact]
    public void SixtyFourShards_HoldNoMoreThanOne()
    {
        var names = Filled(shards: 64);
        Assert.InRange(names.Sum(static shard => shard.Count), WebLimits.Names, (WebLimits.Names * 3 / 2) + (WebLimits.RequestsBetweenNameLooks * 4));
        // The twin: without the look at all of them they hold what each may.
        Assert.True(Filled(shards: 64, isBound: false).Sum(static shard => shard.Count) > 3 * WebLimits.Names);
    }

    private static ulong[] Told(WebNames[] shards)
    {
        var view = new WebNameView(shards);
        return [.. Enumerable.Range(0, Texts).Select(Hash).Where(hash => view.Find(hash) is not null).Order()];
    }

    private static WebNames[] Rotated(int shards)
    {
        var names = Filled(shards);
        var limit = WebNames.LimitOf(names);
        foreach (var shard in names)
            shard.Rotate(limit);
        return names;
    }

    private static WebNames[] Filled(int shards, bool isBound = true)
    {
        WebNames[] names = [.. Enumerable.Range(0, shards).Select(static _ => new WebNames())];
        for (var number = 0; number < Texts; number++)
        {
            names[number % shards].Add(Hash(number), Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            if (isBound && number % WebLimits.RequestsBetweenNameLooks == 0)
                WebNames.Bound(names);
        }

        return names;
    }

    private static ulong Hash(int number) => KeyedHash.With(1, (ulong)number);
}
