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
    [Fact]
    public void Carpet_OfWhichASampleIsStudied_IsNamedWithAnInterval()
    {
        var options = new DetectorOptions { MaxAggregateRecords = 32 };
        var exact = Assert.Single(Traffic.Detect(Carpet(0, 128)).Incidents);
        var sampled = Assert.Single(Traffic.Detect(Carpet(0, 128), options).Incidents);
        Assert.Equal(exact.Vectors.Select(static vector => vector.Vector), sampled.Vectors.Select(static vector => vector.Vector));
        Assert.Equal(exact.Packets.Low, exact.Packets.High);
        Assert.InRange(exact.Packets.Value!.Value, sampled.Packets.Low!.Value, sampled.Packets.High!.Value);
        Assert.True(sampled.Packets.High - sampled.Packets.Low > 100);
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
