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
        Assert.InRange(price.Packets.High!.Value, 0.1, 0.13);
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
        Assert.InRange(price.Packets.Low!.Value, 0.45, 0.5);
        Assert.InRange(price.Packets.High!.Value, 0.5, 0.55);
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
