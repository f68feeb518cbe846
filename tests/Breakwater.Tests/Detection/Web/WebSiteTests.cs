using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>A slice's sample begins with what the slices before it, or the surge, tell; nothing that is asked of the whole is lost by that.</summary>
public sealed class WebSiteTests
{
    private const int Ordinary = 40;
    private static readonly WebNameView _names = new([new WebNames()]);

    /// <summary>
    /// Ordinary traffic, most of which is one request of two clients: however many requests there are, the time before a surge has all that a sample of it can have.
    /// </summary>
    [Theory]
    [InlineData(12, 2_000)]
    [InlineData(700, 6_000)]
    public void Before_OfTrafficThatRepeatsItself_HasAFullSample(int different, int repeated)
    {
        var site = SiteOf(floor: 20_000);
        for (var slice = 0; slice < Ordinary; slice++)
            Pass(site, slice, second => Requests(second, different, repeated));
        Pass(site, Ordinary, static second => Requests(second, 40_000, repeated: 0));

        Assert.Equal(WebLimits.SampledRequests, site.Surge!.Before.Sample.Rows(out var share).Length);
        // The last slices are learned with a delay.
        var told = WebLimits.SampledRequests / (double)((Ordinary - 2) * WebLimits.SliceSeconds * (different + 2));
        Assert.InRange(share, 0.9 * told, 1.1 * told);
    }

    [Fact]
    public void During_HasTheSampleOfAllItsRequests()
    {
        var site = SiteOf(floor: 500);
        for (var slice = 0; slice < Ordinary; slice++)
            Pass(site, slice, static second => Requests(second, 100, repeated: 0));
        // Their numbers go up and down, so that no slice's limit follows from the one before.
        var (all, less) = (new WebTally(new DetectorOptions().Seed), new WebTally(new DetectorOptions().Seed));
        for (var slice = Ordinary; slice < Ordinary + 12; slice++)
        {
            var requests = slice % 3 == 0 ? 9_000 : 900;
            Pass(site, slice, second =>
            {
                var entries = Requests(second, requests, repeated: 300);
                all.Count(entries, (int)second);
                less.Count(entries.AsSpan(entries.Length / 100), (int)second);
                return entries;
            });
        }

        var expected = all.Sample.Rows(out var share);
        Assert.Equal(expected, site.Surge!.During.Sample.Rows(out var found));
        Assert.Equal(share, found);
        // The twin: one in a hundred requests less is another sample.
        Assert.NotEqual(expected, less.Sample.Rows(out _));
    }

    private static WebSite SiteOf(double floor) => new(null, null, new DetectorOptions { Floors = new Floors { Requests = floor } });

    private static void Pass(WebSite site, int slice, Func<long, WebEntry[]> requests)
    {
        var start = (long)slice * WebLimits.SliceSeconds;
        for (var second = start; second < start + WebLimits.SliceSeconds; second++)
            site.Count(requests(second), second, weight: 1);
        site.CloseSlice(start, start + WebLimits.SliceSeconds, _names, isHeld: false, origins: null);
    }

    /// <summary>Requests that differ, of a client each, and a picture that two further clients ask for over and over.</summary>
    private static WebEntry[] Requests(long second, int different, int repeated) =>
    [
        .. Enumerable.Range(0, different).Select(index => Request(0xC612_0000 + (uint)index, (ulong)second * 100_000 + (ulong)index)),
        .. Enumerable.Range(0, repeated).Select(static index => Request(0xC633_6400 + (uint)(index % 2), 1) with { Flags = WebFlags.Asset }),
    ];

    private static WebEntry Request(uint client, ulong url) => new()
    {
        Client = Address.FromIPv4(client),
        Url = url * 0x9E37_79B9_7F4A_7C15,
        Group = 8,
        Agent = 9,
        Status = 200,
        Flags = WebFlags.Browser,
    };
}
