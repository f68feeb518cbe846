using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

public sealed class ServiceLookupTests
{
    [Theory]
    [InlineData("203.0.113.7", 0)]
    [InlineData("203.0.113.200", -1)]
    [InlineData("192.0.2.9", 1)]
    [InlineData("192.0.2.8", -1)]
    [InlineData("2001:db8:1::9", 1)]
    [InlineData("2001:db8:2::9", -1)]
    public void Find_IsTheServiceThatContainsTheAddress(string address, int number)
    {
        var lookup = new ServiceLookup(
        [
            new ProtectedService("web", [Network("203.0.113.0/25")]),
            new ProtectedService("mail", [Network("192.0.2.9/32"), Network("2001:db8:1::/48")]),
        ]);
        Assert.Equal(number, lookup.Find(Address.Parse(address)));
    }

    [Fact]
    public void Traffic_OfSeveralServices_IsCountedApart()
    {
        var lookup = new ServiceLookup([new ProtectedService("web", [Network("203.0.113.0/25")]), new ProtectedService("mail", [Network("192.0.2.9/32")])]);
        var traffic = new ShardTraffic(lookup);
        foreach (var to in (string[])["203.0.113.1", "203.0.113.1", "192.0.2.9", "198.51.100.1", "203.0.113.2"])
        {
            var flow = Breakwater.Tests.Detection.Traffic.Udp(1, Address.Parse("11.0.0.1"), 1, Address.Parse(to), 2, 100);
            flow.SamplingRate = 10;
            traffic.Count(in flow);
        }

        Span<ulong> packets = new ulong[2], bytes = new ulong[2];
        traffic.TakeInto(packets, bytes);
        traffic.TakeInto(packets, bytes);
        Assert.Equal([30, 10], packets.ToArray());
        Assert.Equal([3000, 1000], bytes.ToArray());
    }

    private static Prefix Network(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
