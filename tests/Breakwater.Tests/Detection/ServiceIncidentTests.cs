using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>A service inside a /24, or around it: one event is told once, under the name that fits it.</summary>
public sealed class ServiceIncidentTests
{
    private static readonly Prefix _network = new(Address.Parse("203.0.113.0"), 24);

    [Theory]
    [InlineData("203.0.113.64/26", 64, 64, "shop")] // all of it falls on the service
    [InlineData("203.0.113.64/26", 0, 256, "203.0.113.0/24")] // a quarter does
    [InlineData("203.0.112.0/23", 0, 256, "203.0.113.0/24")] // the service is wider, and only this half of it is hit
    public void Carpet_OverAServiceAndItsNetwork_IsOneIncident(string service, int first, int hosts, string target)
    {
        var incident = Assert.Single(Detect(service, Carpet(first, hosts)).Incidents);
        Assert.Equal((target, Shape.Carpet), (incident.Target.Value, incident.Shape));
        Assert.Equal(Vector.SynFlood, Assert.Single(incident.Vectors).Vector);
    }

    /// <summary>The twin: elsewhere it is another event.</summary>
    /// <summary>Of a prefix's thousand records a tick some sixteen are studied: named all the same, its rate an estimate around the truth.</summary>
    [Theory]
    [InlineData(1 << 20)]
    [InlineData(256)] // of which each stands for some already
    public void Carpet_OfWhichASampleIsStudied_IsNamedWithAnInterval(int tickRecords)
    {
        var options = new DetectorOptions { MaxAggregateRecords = 32, MaxTickRecords = tickRecords };
        var exact = Assert.Single(Traffic.Detect(Carpet(0, 128)).Incidents);
        var sampled = Assert.Single(Traffic.Detect(Carpet(0, 128), options).Incidents);
        Assert.Equal(exact.Vectors.Select(static vector => vector.Vector), sampled.Vectors.Select(static vector => vector.Vector));
        Assert.Equal(exact.Packets.Low, exact.Packets.High);
        Assert.InRange(exact.Packets.Value!.Value, sampled.Packets.Low!.Value, sampled.Packets.High!.Value);
        Assert.True(sampled.Packets.High - sampled.Packets.Low > 100);
    }

    /// <summary>Of an unknown sampling rate the packets seen count, studied or not.</summary>
    [Fact]
    public void Carpet_OfUnknownRateOfWhichASampleIsStudied_IsStillNamed()
    {
        var carpet = Carpet(0, 128);
        foreach (ref var flow in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(carpet))
            flow.SamplingRate = 0;
        var all = Assert.Single(Traffic.Detect(carpet).Incidents);
        var studied = Assert.Single(Traffic.Detect(carpet, new DetectorOptions { MaxAggregateRecords = 32 }).Incidents);
        Assert.Equal((all.Target, all.Verdict, all.Vectors[0].Vector), (studied.Target, studied.Verdict, studied.Vectors[0].Vector));
    }

    /// <summary>A prefix with honest connections for a while, then SYNs alone over all of it: named within a second though one in many is studied.</summary>
    [Fact]
    public void SynCarpet_OverABusyPrefixByEverThinnerSample_IsNamedWithinASecond()
    {
        List<FlowRecord> flows =
        [
            .. Traffic.Stream(1_000, 30, static (index, time) => Traffic.Tcp(time, Traffic.Sender(index / 2), 1024 + (index / 2 % 60_000), Host("203.0.113.0", index / 2 % 128), 443, index % 2 == 0 ? Traffic.Syn : Traffic.Ack)),
            .. Traffic.Stream(40_000, 3, static (index, time) => Traffic.Tcp(time, Traffic.Sender(500_000 + index), 1024 + (index * 7919 % 60_000), Host("203.0.113.0", index % 128), 443, Traffic.Syn), after: 27),
        ];
        var incident = Assert.Single(Traffic.Detect(flows, new DetectorOptions { MaxAggregateRecords = 32 }).Incidents, static incident => incident.Verdict == Verdict.Attack);
        Assert.Equal((Vector.SynFlood, "203.0.113.0/24"), (incident.Vectors[0].Vector, incident.Target.Value));
        Assert.InRange(incident.DetectedNanoseconds!.Value - Traffic.Start, 27_000_000_000, 28_000_000_000);
    }

    /// <summary>
    /// Of sixty-four ordinary /24s and the /16 around them eight records a tick each are studied, since not all can be; of the one that SYNs fall on at last, so many that it is named as soon as if all were.
    /// </summary>
    [Fact]
    public void SynCarpet_OverOneOfManyQuietNetworks_IsNamedAsSoonAsIfAllWereStudied()
    {
        List<FlowRecord> flows =
        [
            .. Traffic.Stream(30_000, 6, static (index, time) => Traffic.Tcp(time, Traffic.Sender(index % 16_384 % 200), 1024 + (index % 16_384), Address.FromIPv4(0x0A0A_0000 + (uint)(index % 16_384)), 443, Traffic.Ack)),
            .. Traffic.Stream(5_000, 2, static (index, time) => Traffic.Tcp(time, Traffic.Sender(500_000 + index), 1024 + (index * 7919 % 60_000), Host("10.10.7.0", index % 256), 443, Traffic.Syn), after: 4),
        ];
        flows.Sort(static (left, right) => left.ReceivedNanoseconds.CompareTo(right.ReceivedNanoseconds));
        var all = Assert.Single(Traffic.Detect(flows, new DetectorOptions { MaxAggregateRecords = 1 << 20 }).Incidents);
        var part = Assert.Single(Traffic.Detect(flows).Incidents);

        Assert.Equal((Vector.SynFlood, "10.10.7.0/24", Verdict.Attack), (part.Vectors[0].Vector, part.Target.Value, part.Verdict));
        Assert.Equal((all.Target, all.Verdict, all.Vectors[0].Vector), (part.Target, part.Verdict, part.Vectors[0].Vector));
        Assert.InRange(all.DetectedNanoseconds!.Value - Traffic.Start, 4_000_000_000, 4_300_000_000);
        Assert.Equal(all.DetectedNanoseconds, part.DetectedNanoseconds);
        // The twin: with a budget that leaves it eight, too, it takes longer.
        var late = Traffic.Detect(flows, new DetectorOptions { MaxAggregateRecords = 65 * 8 }).Incidents;
        Assert.All(late, incident => Assert.InRange(incident.DetectedNanoseconds!.Value - all.DetectedNanoseconds.Value, 100_000_000, long.MaxValue));
    }

    [Fact]
    public void Carpets_OverAServiceAndAnotherNetwork_AreTwoIncidents()
    {
        var elsewhere = Carpet(0, 64, "198.51.100.0");
        var incidents = Detect("203.0.113.64/26", [.. Carpet(64, 64).Concat(elsewhere).OrderBy(static flow => flow.ReceivedNanoseconds)]).Incidents;
        Assert.Equal(["198.51.100.0/24", "shop"], incidents.Select(static incident => incident.Target.Value).Order(StringComparer.Ordinal));
    }

    private static DetectionResult Detect(string service, List<FlowRecord> flows)
    {
        Assert.True(Prefix.TryParse(service, out var prefix));
        return Traffic.Detect(flows, new DetectorOptions { Protect = [_network, new(Address.Parse("198.51.100.0"), 24)], Services = [new("shop", [prefix])] });
    }

    /// <summary>Ten thousand SYNs a second over so many hosts of a network.</summary>
    private static List<FlowRecord> Carpet(int first, int hosts, string network = "203.0.113.0") => Traffic.Stream(10_000, 3, (index, time) =>
        Traffic.Tcp(time, Traffic.Sender(index), 1024 + (index * 7919 % 60_000), Host(network, first + (index % hosts)), 443, Traffic.Syn));

    private static Address Host(string network, int number) => Address.FromHalves(Address.Parse(network).High, Address.Parse(network).Low + (ulong)number);
}
