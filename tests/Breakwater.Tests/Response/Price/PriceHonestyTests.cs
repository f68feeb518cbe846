using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using Breakwater.Wire;
using static Breakwater.Tests.Response.Price.Traffic;

namespace Breakwater.Tests.Response.Price;

/// <summary>Prices where samples tell less than they seem to.</summary>
public sealed class PriceHonestyTests
{
    /// <summary>4,000 clients of 500 packets, one of which is met: at 1 in 250 hardly anybody is seen to lose it, and everybody does.</summary>
    [Fact]
    public void Clients_OnePacketOfEachIsMetAndFewAreSampled_AreUnknown()
    {
        var sparse = new Traffic().Before(7_984, 4_000, Tcp(40_000, 443, 16, 60)).Before(16, 4_000, Tcp(40_000, 443, 20, 40)).During(10, Udp(123, 50_000, 468));
        var price = Price(Sampled(sparse, 250), FlagsOf(20));
        Assert.Null(price.Clients.Value);
        Assert.Null(price.Clients.High);
        Assert.InRange(price.Packets.Value!.Value, 0.001, 0.003);
        Assert.Equal(2 * price.Packets.High!.Value, price.LostClients, 9);
        // All packets there are: who is not met is known not to be.
        Assert.InRange(Price(sparse, FlagsOf(20)).Clients.High!.Value, 0.003, 0.01);
    }

    /// <summary>Where most packets are kept, those of the others may still be met: the upper end says so.</summary>
    [Fact]
    public void Clients_MostPacketsSampled_UpperEndHoldsThoseNotSeen()
    {
        var traffic = new Traffic().Before(8_000, 4_000, Tcp(40_000, 443, 16, 60)).Before(40, 4_000, Tcp(40_000, 443, 20, 40)).During(10, Udp(123, 50_000, 468));
        var (all, half) = (Price(traffic, FlagsOf(20)), Price(Sampled(traffic, 2), FlagsOf(20)));
        Assert.True(half.Clients.High > all.Clients.High + 0.005, $"{half.Clients} {all.Clients}");
        Assert.True(half.Clients.Value > all.Clients.Value, $"{half.Clients} {all.Clients}");
    }

    /// <summary>Of few SYNs none was sampled, or one that passes: a rule by SYN may cost everything, one that cannot meet a SYN costs nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Price_FewSynsSampled_IsNotFree(int syns)
    {
        var traffic = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Before(syns, 1_500, Tcp(40_000, 443, 2, 40)).During(10, Udp(123, 50_000, 468));
        var smallSyns = new FilterMatch { Destination = Prefix(Traffic.Target), Protocol = 6, TcpFlags = new TcpFlagsMatch(2, 16), PacketLengths = [new NumberRange(52, 60)] };
        Assert.InRange(Price(traffic, smallSyns).WorstCase, 0.7, 1);
        Assert.InRange(Bound(traffic, smallSyns), 0.7, 1);
        Assert.InRange(Price(traffic, smallSyns with { PacketLengths = [new NumberRange(600, 700)] }).WorstCase, 0, 0.01);
    }

    /// <summary>A rule on mail's SYNs breaks no web connection.</summary>
    [Fact]
    public void Price_SynsOfAPort_CostThatPortAlone()
    {
        var traffic = new Traffic().Before(2_500, 1_500, Tcp(40_000, 443, 16, 60)).Before(200, 1_500, Tcp(40_000, 443, 2, 60))
            .Before(250, 1_500, Tcp(40_000, 25, 16, 60)).Before(50, 1_500, Tcp(40_000, 25, 2, 60)).During(10, Udp(123, 50_000, 468));
        var price = Price(traffic, FlagsOf(2) with { DestinationPorts = [NumberRange.Of(25)] });
        Assert.Equal(0.1, price.Packets.Value!.Value, 0.01);
        // By chance 0.12, and as much for drift.
        Assert.InRange(price.Packets.High!.Value, 0.14, 0.15);
    }

    /// <summary>
    /// Those met are the busy ones: every one is seen, and of those with one packet half. The lower end is of all clients that there may be; with all packets sampled it is
    /// of those there are.
    /// </summary>
    [Fact]
    public void Clients_OnlyBusyOnesAreMet_LowerEndCountsTheHidden()
    {
        var met = new FilterMatch { Destination = Prefix(Traffic.Target), Protocol = 17 };
        var traffic = new Traffic().Before(3_000, 200, Udp(40_000, 4_500, 60)).Before(600, int.MaxValue, Tcp(40_000, 443, 16, 60)).During(10, Tcp(123, 50_000, 16, 468));
        var (all, half) = (Price(traffic, met).Clients, Price(Sampled(traffic, 2), met).Clients);
        // 200 of 800; were half of the others unseen, 200 of 1,400.
        Assert.InRange(all.Low!.Value, 0.17, 0.2);
        Assert.InRange(half.Low!.Value, 0.08, 0.142);
        Assert.InRange(half.High!.Value, 0.143, 0.25);
    }

    /// <summary>What the samples leave open may be more than one in 200: with so few clients chance leaves more open.</summary>
    [Fact]
    public void Clients_FewAndMostPacketsSampled_AreKnown()
    {
        var traffic = new Traffic().Before(3_000, 300, Tcp(40_000, 443, 16, 60)).During(10, Udp(123, 50_000, 468));
        Assert.InRange(Price(Sampled(traffic, 2), FlagsOf(41)).Clients.High!.Value, 0.02, 0.03);
        Assert.Null(Price(Sampled(traffic, 3), FlagsOf(41)).Clients.High);
    }

    /// <summary>Another hour may have half as much again of what is met; of nothing there is no more.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.5, 0.4, 0.6)]
    [InlineData(0.01, 0.0067, 0.0149)]
    [InlineData(1, 1, 1)]
    public void Drifted_ShareWithoutChance_HasHalfMoreOrLess(double share, double low, double high)
    {
        var drifted = Interval.Drifted(share, share, share);
        Assert.Equal(low, drifted.Low, 0.0001);
        Assert.Equal(high, drifted.High, 0.0001);
        // Chance and drift are no worse than their sum.
        var both = Interval.Drifted(0.9 * share, share, share + (0.1 * (1 - share)));
        Assert.InRange(both.High, drifted.High, drifted.High + (0.1 * (1 - share)));
        Assert.InRange(both.Low, drifted.Low - (0.1 * share) - 1e-9, drifted.Low);
    }

    /// <summary>Who drops requests, or QUIC's first packets, drops what would have come after them.</summary>
    [Fact]
    public void Price_RequestsOrQuicInitials_CostTheirConnections()
    {
        var traffic = new Traffic().Before(300, 1_500, Tcp(40_000, 443, 2, 60)).Before(300, 1_500, Tcp(40_000, 443, 24, 557)).Before(2_400, 1_500, Tcp(40_000, 443, 16, 52))
            .Before(300, 1_500, Udp(40_000, 443, 1_228)).Before(700, 1_500, Udp(40_000, 443, 80)).During(10, Udp(123, 50_000, 468));
        var target = Prefix(Traffic.Target);
        Assert.Equal(0.75, Price(traffic, new FilterMatch { Destination = target, Protocol = 6, PacketLengths = [new NumberRange(500, 600)] }).Packets.Value!.Value, 0.01);
        Assert.Equal(0.25, Price(traffic, new FilterMatch { Destination = target, Protocol = 17, PacketLengths = [new NumberRange(1_200, 1_300)] }).Packets.Value!.Value, 0.01);
        Assert.Equal(0.6, Price(traffic, new FilterMatch { Destination = target, Protocol = 6, PacketLengths = [new NumberRange(52, 52)] }).Packets.Value!.Value, 0.01);
    }

    /// <summary>One client with half of the traffic: its own records tell that it is not met, and the others are as sure as without it.</summary>
    [Fact]
    public void Price_OneLargeClient_LeavesTheOthersTheirCertainty()
    {
        var traffic = new Traffic().Before(4_000, 2_500, Tcp(40_000, 443, 16, 60)).Before(4_000, 1, Tcp(40_000, 443, 16, 60)).During(10, Udp(123, 50_000, 468));
        Assert.InRange(Price(traffic, FlagsOf(41)).Packets.High!.Value, 0.0001, 0.002);
        // What the large one sends is met: half of all, and that is known.
        var met = new Traffic().Before(4_000, 2_500, Tcp(40_000, 443, 16, 60)).Before(4_000, 1, Udp(40_000, 4_500, 60)).During(10, Udp(123, 50_000, 468));
        var price = Price(met, new FilterMatch { Destination = Prefix(Traffic.Target), Protocol = 17 });
        // Without drift: 0.4 to 0.6 is its allowance.
        Assert.InRange(price.Packets.Low!.Value, 0.39, 0.41);
        Assert.InRange(price.Packets.High!.Value, 0.59, 0.61);
    }

    internal static FilterMatch FlagsOf(byte flags) => new() { Destination = Prefix(Traffic.Target), Protocol = 6, TcpFlags = new TcpFlagsMatch(flags, (byte)(63 & ~flags)) };

    internal static Traffic Sampled(Traffic traffic, uint rate)
    {
        var sampled = new Traffic();
        sampled.Records.AddRange(traffic.Records.Select(standing => standing with { Record = standing.Record with { SamplingRate = rate } }));
        return sampled;
    }

    internal static FilterPrice Price(Traffic traffic, FilterMatch match)
    {
        var table = new TrafficTable(traffic.Question());
        return new PriceMeter(table, 1).Price(new Candidate(match, table).Met);
    }

    private static double Bound(Traffic traffic, FilterMatch match)
    {
        var table = new TrafficTable(traffic.Question());
        return new PriceMeter(table, 1).Bound(new Candidate(match, table).Met);
    }
}
