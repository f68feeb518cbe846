using Breakwater.Detection.Sketches;
using Breakwater.Detection.Web;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Networks seen before: the share of a sample that they have, beside a plain set of them.</summary>
public sealed class KnownNetworksTests
{
    private const ulong Seed = 11;
    private const int Today = 20_000;

    [Fact]
    public void ShareOf_MoreNetworksThanAreHeld_IsOfThoseWithTheSmallestHashesInAnyOrder()
    {
        var numbers = Enumerable.Range(0, 200_000).ToArray();
        var random = new Random(5);
        var (inOrder, shuffled) = (new KnownNetworks(Seed), new KnownNetworks(Seed));
        Learn(inOrder, numbers, Today);
        random.Shuffle(numbers);
        Learn(shuffled, numbers, Today);
        // Half of the sample are strangers.
        int[] sample = [.. Enumerable.Range(0, 3_000).Select(_ => random.Next(200_000)).Distinct(), .. Enumerable.Range(200_000, 3_000)];
        var limit = numbers.Select(HashOf).Order().ElementAt(WebLimits.KnownNetworks - 1);
        var told = sample.Where(number => HashOf(number) <= limit).ToArray();
        var expected = told.Count(static number => number < 200_000) / (double)told.Length;
        Assert.InRange(told.Length, 1_500, 2_500);
        Assert.Equal(expected, ShareOf(inOrder, sample, Today));
        Assert.Equal(expected, ShareOf(shuffled, sample, Today));
        // The twin: of strangers alone none is known.
        Assert.Equal(0, ShareOf(inOrder, [.. Enumerable.Range(300_000, 3_000)], Today));
    }

    [Fact]
    public void ShareOf_FewNetworks_IsToldFromSixtyFourOn()
    {
        var known = new KnownNetworks(Seed);
        Learn(known, [.. Enumerable.Range(0, 63)], Today);
        Assert.Null(ShareOf(known, [1, 2, 100], Today));
        Learn(known, [63], Today);
        Assert.Equal(2 / 3.0, ShareOf(known, [1, 2, 100], Today));
    }

    [Fact]
    public void ShareOf_NetworksOfLongAgo_AreForgottenAfterFourteenDays()
    {
        var known = new KnownNetworks(Seed);
        int[] numbers = [.. Enumerable.Range(0, 5_000)];
        Learn(known, numbers, Today);
        // A day that is told later and lies before changes nothing.
        Learn(known, numbers, Today - 10);
        Assert.Equal(1, ShareOf(known, numbers, Today + WebLimits.KnownDays));
        Assert.Equal(0, ShareOf(known, numbers, Today + WebLimits.KnownDays + 1));
    }

    private static Address ClientOf(int network) => Address.FromIPv4(0x2000_0000 + ((uint)network << 8) + 7);

    private static ulong HashOf(int network) => new KeyedHash(Seed).Of(ClientOrigins.NetworkOf(ClientOf(network)).Network) >> 24;

    private static void Learn(KnownNetworks known, int[] networks, int day)
    {
        foreach (var slice in networks.Chunk(5_000))
            known.Learn(TallyOf(slice), day);
    }

    private static double? ShareOf(KnownNetworks known, int[] networks, int day) => known.ShareOf(TallyOf(networks).Clients.Told(out _), day);

    private static WebTally TallyOf(int[] networks)
    {
        var tally = new WebTally(Seed);
        foreach (var network in networks)
            tally.Count([new WebEntry { Client = ClientOf(network), Status = 200 }], 1);
        return tally;
    }
}
