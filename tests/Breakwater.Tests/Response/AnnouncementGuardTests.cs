using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;
using Breakwater.Tests.Live;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Response;

/// <summary>Nothing leaves that must not, whoever asks.</summary>
public sealed class AnnouncementGuardTests
{
    private static readonly AnnouncementGuard _guard = new(
        [PrefixOf("203.0.113.0/24"), PrefixOf("2001:db8:1::/48"), PrefixOf("0.0.0.0/0")], [PrefixOf("203.0.113.250/32"), PrefixOf("198.51.100.0/25")], 3);

    [Theory]
    [InlineData("destination 203.0.113.7/32 protocol 17 then discard", null)]
    [InlineData("destination 203.0.113.0/24 then blackhole", "touches 203.0.113.250/32")]
    [InlineData("destination 203.0.113.250/32 then discard", "touches 203.0.113.250/32")]
    [InlineData("destination 0.0.0.0/0 then blackhole", "is too wide")]
    [InlineData("destination 10.0.0.0/8 then discard", "is too wide")]
    [InlineData("destination 2001:db8:1::7/128 then blackhole", null)]
    [InlineData("destination 2001:db8:2::7/128 then blackhole", "outside the allowed prefixes")]
    [InlineData("destination ::/0 then discard", "is too wide")]
    [InlineData("destination 203.0.113.7/32 source 198.51.100.0/24 then discard", "source 198.51.100.0/24 touches 198.51.100.0/25")]
    [InlineData("destination 203.0.113.7/32 source 198.51.100.7/32 then discard", "touches 198.51.100.0/25")]
    [InlineData("destination 203.0.113.7/32 source 198.51.100.128/25 then discard", null)]
    [InlineData("destination 203.0.113.7/32 source 0.0.0.0/0 then discard", "the source is everything")]
    public void Fault_OfARule_SaysWhy(string rule, string? fault)
    {
        var said = _guard.Fault(BgpSessionTests.Route(rule), 0);
        if (fault is null)
            Assert.Null(said);
        else
            Assert.Contains(fault, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_OfOctetsThatSayAnotherThing_IsFound()
    {
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard");
        Assert.Contains("no destination", _guard.Fault(route with { Components = [3, 0x81, 17] }, 0), StringComparison.Ordinal);
        Assert.Contains("cannot be read", _guard.Fault(route with { Components = [1, 32, 203] }, 0), StringComparison.Ordinal);
        Assert.Contains("no action", _guard.Fault(route with { Actions = [] }, 0), StringComparison.Ordinal);
        Assert.Contains("no action", _guard.Fault(route with { Actions = [0x0002_FDE9_0000_0064] }, 0), StringComparison.Ordinal);
        Assert.Contains("part of an address", _guard.Fault(route with { Family = BgpFamilies.IPv6FlowSpec, Components = [1, 104, 64, 1, 2, 3, 4, 5] }, 0), StringComparison.Ordinal);
        Assert.Contains("announced already", _guard.Fault(route, 3), StringComparison.Ordinal);
        Assert.Null(_guard.Fault(route, 2));
    }

    /// <summary>A unicast route is its octets too: what they would say is judged, and what says another thing than the table is not sent.</summary>
    [Fact]
    public void Fault_OfAUnicastRoute_IsThatOfItsOctets()
    {
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 then blackhole");
        Assert.Null(_guard.Fault(route, 0));
        Assert.Contains("goes out as 203.0.113.0/24", _guard.Fault(route with { Prefix = new Prefix(Address.Parse("203.0.113.7"), 24) }, 0), StringComparison.Ordinal);
        Assert.Contains("no prefix", _guard.Fault(route with { Prefix = new Prefix(Address.Parse("203.0.113.7"), 33) }, 0), StringComparison.Ordinal);
        Assert.Contains("no prefix", _guard.Fault(route with { Prefix = new Prefix(Address.Parse("203.0.113.7"), -1) }, 0), StringComparison.Ordinal);
        Assert.Contains("BLACKHOLE", _guard.Fault(route with { Communities = [BgpCommunity.NoExport] }, 0), StringComparison.Ordinal);
        Assert.Contains("no actions", _guard.Fault(route with { Actions = [FlowSpecAction.Discard(65001).ToCommunity()] }, 0), StringComparison.Ordinal);
        var six = BgpSessionTests.Route("destination 2001:db8:1::7/128 then blackhole");
        Assert.Null(_guard.Fault(six, 0));
        Assert.Contains("goes out as 2001:db8:1::/64", _guard.Fault(six with { Prefix = new Prefix(Address.Parse("2001:db8:1::7"), 64) }, 0), StringComparison.Ordinal);
        Assert.Contains("no prefix", _guard.Fault(six with { Prefix = new Prefix(Address.Parse("2001:db8:1::7"), 129) }, 0), StringComparison.Ordinal);
    }

    /// <summary>A rule may drop, slow down or mark; sending packets somewhere else is nothing that Breakwater does.</summary>
    [Theory]
    [InlineData(FlowSpecActionKind.RateBytes, true)]
    [InlineData(FlowSpecActionKind.RatePackets, true)]
    [InlineData(FlowSpecActionKind.Mark, true)]
    [InlineData(FlowSpecActionKind.TrafficAction, false)]
    [InlineData(FlowSpecActionKind.RedirectTwoOctetAs, false)]
    [InlineData(FlowSpecActionKind.RedirectIPv4, false)]
    [InlineData(FlowSpecActionKind.RedirectFourOctetAs, false)]
    public void Fault_OfAnAction_OnlyRatesAndMarksPass(FlowSpecActionKind kind, bool passes)
    {
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard");
        var action = new FlowSpecAction(kind, 65001, 1).ToCommunity();
        Assert.Equal(passes, _guard.Fault(route with { Actions = [action] }, 0) is null);
        Assert.Equal(passes, _guard.Fault(route with { Actions = [.. route.Actions, action] }, 0) is null);
    }

    /// <summary>Random policies and routes, judged by a slow second reader: address by address at the edges of every prefix.</summary>
    [Fact]
    public void Fault_OfRandomRoutes_NoneLeavesTheAllowedPrefixes()
    {
        Assert.Equal((0, true), Violations(static (guard, route, others) => guard.Fault(route, others) is null));
        // The twin: a guard that asks only whether a prefix begins in an allowed one is found out.
        Assert.True(Violations(static (_, route, _) => route.Family == BgpFamilies.IPv4Unicast && route.Prefix.Length >= 16).Found > 0);
    }

    [Fact]
    public void Routes_WithoutRenewal_LapseWithTheirLease()
    {
        var time = new ManualTime(0);
        var routes = new AdvertisedRoutes(_guard, time);
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard");
        Assert.Null(routes.Announce(route, TimeSpan.FromSeconds(60)));
        time.Move(TimeSpan.FromSeconds(50));
        Assert.Null(routes.Announce(route, TimeSpan.FromSeconds(60)));
        time.Move(TimeSpan.FromSeconds(59));
        Assert.Single(routes.Valid(out var nextLapse));
        Assert.InRange(nextLapse, 1_000, 1_001);
        time.Move(TimeSpan.FromSeconds(1));
        Assert.Empty(routes.Valid(out _));
        Assert.NotNull(routes.Announce(route, TimeSpan.FromSeconds(301)));
        Assert.NotNull(routes.Announce(route, TimeSpan.Zero));
        Assert.Empty(routes.Valid(out _));
    }

    /// <summary>A lower cap lets nothing new in, and takes nothing away that is announced.</summary>
    [Fact]
    public void Routes_AboveALowerCap_AreRenewedButNotAdded()
    {
        var guard = new AnnouncementGuard([PrefixOf("203.0.113.0/24")], [], 3);
        var routes = new AdvertisedRoutes(guard, new ManualTime(0));
        var all = Enumerable.Range(1, 3).Select(static host => BgpSessionTests.Route($"destination 203.0.113.{host}/32 protocol 17 then discard")).ToList();
        Assert.All(all.Take(2), route => Assert.Null(routes.Announce(route, TimeSpan.FromSeconds(60))));
        guard.Replace([PrefixOf("203.0.113.0/24")], [], 1);
        Assert.All(all.Take(2), route => Assert.Null(routes.Announce(route, TimeSpan.FromSeconds(60))));
        Assert.Contains("announced already", routes.Announce(all[2], TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    private static (int Found, bool SomePassed) Violations(Func<AnnouncementGuard, BgpRoute, int, bool> passes)
    {
        var (found, passed) = (0, 0);
        for (var seed = 0; seed < 100_000; seed++)
        {
            var random = new Random(seed);
            ImmutableArray<Prefix> allowed = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Network(random, 8, 28))];
            ImmutableArray<Prefix> never = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Network(random, 20, 32))];
            var cap = random.Next(1, 4);
            var guard = new AnnouncementGuard(allowed, never, cap);
            var destination = Network(random, 0, 32);
            var others = random.Next(5);
            var match = new FilterMatch { Destination = destination, Source = random.Next(3) == 0 ? Network(random, 0, 32) : null };
            var route = RuleRoutes.Of(new FilterRule(match, FilterAction.Discard), 65001)!;
            if (match.Source is null && random.Next(2) == 0)
                route = RuleRoutes.Of(new FilterRule(match, FilterAction.Blackhole), 65001)!;
            if (!passes(guard, route, others))
                continue;
            passed++;
            var isAllowed = others < cap && destination.Length > 0 && allowed.Any(prefix => Inside(destination, prefix))
                && !never.Any(prefix => Meet(prefix, destination) || (match.Source is { } source && Meet(prefix, source)));
            found += isAllowed ? 0 : 1;
        }

        return (found, passed > 100);
    }

    /// <summary>Networks of a small space, so that they meet.</summary>
    private static Prefix Network(Random random, int shortest, int longest)
    {
        var length = random.Next(shortest, longest + 1);
        var address = Address.FromIPv4(0xCB007100u ^ ((uint)random.Next(8) << 20) ^ ((uint)random.Next(4) << 9) ^ (uint)random.Next(256));
        return new Prefix(address.Masked(length), length);
    }

    private static (ulong First, ulong Last) Ends(Prefix prefix) => (prefix.Network.IPv4, prefix.Network.IPv4 + (1UL << (32 - prefix.Length)) - 1);

    private static bool Inside(Prefix inner, Prefix outer) => Ends(inner).First >= Ends(outer).First && Ends(inner).Last <= Ends(outer).Last;

    private static bool Meet(Prefix one, Prefix other) => Ends(one).First <= Ends(other).Last && Ends(other).First <= Ends(one).Last;

    private static Prefix PrefixOf(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
