using Breakwater.Configuration.Import;
using Breakwater.Detection;

namespace Breakwater.Tests.Configuration.Import;

/// <summary>Networks without others, against counting address by address.</summary>
public sealed class PrefixSetTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "", "192.0.2.0/24")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24", "")]
    [InlineData("192.0.2.0/24", "192.0.0.0/16", "")]
    [InlineData("192.0.2.0/24", "198.51.100.0/24", "192.0.2.0/24")]
    [InlineData("192.0.2.0/30", "192.0.2.2/32", "192.0.2.0/31 192.0.2.3/32")]
    [InlineData("2001:db8::/126", "2001:db8::1/128", "2001:db8::/128 2001:db8::2/127")]
    [InlineData("2001:db8::/63 192.0.2.0/31", "2001:db8::/64 0.0.0.0/0", "2001:db8:0:1::/64")]
    [InlineData("0.0.0.0/0", "::/0", "0.0.0.0/0")]
    public void Without_KnownOnes_GivesTheRest(string networks, string excluded, string rest) =>
        Assert.Equal(rest, string.Join(' ', PrefixSet.Without(Prefixes(networks), Prefixes(excluded))!.Value));

    [Fact]
    public void Without_RandomOnes_HoldsEachAddressOnceThatIsInTheOneAndNotInTheOther()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            List<Prefix> Random(int count) => [.. Enumerable.Range(0, count).Select(_ => Make(random.Next(256), random.Next(24, 33)))];
            var (networks, excluded) = (Random(random.Next(1, 5)), Random(random.Next(6)));
            var rest = PrefixSet.Without(networks, excluded)!.Value;
            for (var host = 0; host < 256; host++)
            {
                var address = Make(host, 32).Network;
                var isIn = networks.Exists(network => network.Contains(address)) && !excluded.Exists(network => network.Contains(address));
                Assert.Equal(isIn ? 1 : 0, rest.Count(network => network.Contains(address)));
            }
        }
    }

    [Fact]
    public void Without_TooManyParts_GivesNothing()
    {
        // Every second host of a /17 leaves as many networks again.
        var excluded = Enumerable.Range(0, 1 << 14).Select(number => Prefix.TryParse($"10.0.{number >> 7}.{(number & 127) * 2}", out var prefix) ? prefix : default).ToList();
        Assert.Null(PrefixSet.Without(Prefixes("10.0.0.0/17"), excluded));
        Assert.NotNull(PrefixSet.Without(Prefixes("10.0.0.0/17"), excluded[..64]));
    }

    private static Prefix Make(int host, int length) => Prefix.TryParse($"192.0.2.{host}/{length}", out var prefix) ? prefix : throw new InvalidOperationException();

    private static List<Prefix> Prefixes(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => Prefix.TryParse(part, out var prefix) ? prefix : throw new InvalidOperationException())];
}
