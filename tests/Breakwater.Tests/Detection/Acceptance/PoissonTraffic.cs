using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// Packets that arrive at random (a Poisson process) and are seen 1 in N at random: the packets seen are a Poisson process of an Nth of
/// the rate, so only these are made.
/// </summary>
internal static class PoissonTraffic
{
    /// <summary>The floor of a vector for one host, packets per second.</summary>
    public static double Floor(Vector vector)
    {
        var floors = new Floors();
        return vector switch
        {
            Vector.SynFlood => floors.Syn,
            Vector.TcpReflection => floors.SynAck,
            Vector.IcmpFlood => floors.Icmp,
            Vector.CldapAmplification => floors.Amplification,
            Vector.UdpFlood => floors.Udp,
            _ => throw new ArgumentOutOfRangeException(nameof(vector)),
        };
    }

    /// <summary>One packet of a vector, from a sender drawn among 2^26.</summary>
    public static FlowRecord Packet(Vector vector, long time, Address host, uint sampling, SeededRandom random)
    {
        var sender = Address.FromIPv4(0x0B000000u + random.Below(1 << 26));
        var port = 1024 + (int)random.Below(60_000);
        var flow = vector switch
        {
            Vector.SynFlood => Traffic.Tcp(time, sender, port, host, 443, Traffic.Syn),
            Vector.TcpReflection => Traffic.Tcp(time, sender, 443, host, port, Traffic.SynAck),
            Vector.IcmpFlood => Traffic.Icmp(time, sender, host, 8),
            Vector.CldapAmplification => Traffic.Udp(time, sender, 389, host, port, 1400),
            _ => Traffic.Udp(time, sender, 1024 + (int)random.Below(60_000), host, port, 512),
        };
        flow.SamplingRate = sampling;
        return flow;
    }
}

/// <summary>Hosts that each get a steady share of a floor, one vector each, every host in a network of its own.</summary>
internal sealed class PoissonHosts(Vector[] vectors, int hosts, double timesFloor, uint sampling, ulong seed)
{
    private readonly SeededRandom _random = new(seed);

    /// <summary>Runs the detector over so many simulated seconds.</summary>
    public DetectionResult Run(long seconds)
    {
        var feed = new DetectorFeed(_detector);
        var (end, meanGap) = (Traffic.Start + (seconds * 1_000_000_000), (long)(1e9 / SeenPerSecond));
        for (var time = Traffic.Start + _random.Exponential(meanGap); time < end; time += _random.Exponential(meanGap))
        {
            var vector = Draw();
            var number = (_random.Below((uint)(hosts / vectors.Length)) * (uint)vectors.Length) + (uint)vector;
            feed.OnFlow(PoissonTraffic.Packet(vectors[vector], time, Host(number), sampling, _random));
        }
        return _detector.Finish();
    }

    /// <summary>Hosts of a result that have an incident of the vector they were given.</summary>
    public int Alarmed(DetectionResult result) => Enumerable.Range(0, hosts).Count(number => result.Incidents.Any(incident =>
        incident.Target == Target.Host(Host((uint)number)) && incident.Verdict == Verdict.Attack
        && incident.Vectors.Any(vector => vector.Vector == vectors[number % vectors.Length])));

    private readonly Detector _detector = new(new DetectorOptions());

    private double SeenPerSecond => vectors.Sum(PoissonTraffic.Floor) * (hosts / vectors.Length) * timesFloor / sampling;

    private static Address Host(uint number) => Address.FromIPv4(0x64000001u + (number << 16));

    private int Draw()
    {
        var at = _random.Below(1 << 20) * vectors.Sum(PoissonTraffic.Floor) / (1 << 20);
        var vector = 0;
        for (; vector < vectors.Length - 1 && at >= PoissonTraffic.Floor(vectors[vector]); vector++)
            at -= PoissonTraffic.Floor(vectors[vector]);
        return vector;
    }
}
