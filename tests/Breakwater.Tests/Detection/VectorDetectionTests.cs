using Breakwater.Detection;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Each vector at a clear rate is named alone; its twin at a tenth of the floor is silent.</summary>
public sealed class VectorDetectionTests
{
    private static readonly Address _victim6 = Address.Parse("2001:db8::80");

    /// <summary>The shape of one vector: packet number and time to record. Random numbers are hashes of the number.</summary>
    private static Func<int, long, FlowRecord> Shape(Vector vector) => vector switch
    {
        Vector.DnsAmplification => (index, time) => Udp(time, Sender(index % 500), 53, Victim, Port(index), 1400),
        Vector.NtpAmplification => (index, time) => Udp(time, Sender(index % 500), 123, Victim, 80, 468),
        Vector.BittorrentAmplification => (index, time) => Udp(time, Sender(index % 500), 6881, Victim, 80, 400),
        Vector.UdpReflection => (index, time) => Udp(time, Sender(index % 900), 10074, Victim, Port(index), 900),
        Vector.TcpReflection => (index, time) => Tcp(time, Sender(index % 900), 443, Victim, Port(index), SynAck),
        Vector.SynFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, Syn),
        Vector.SynAckFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, SynAck),
        Vector.AckFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, Ack),
        Vector.RstFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, Rst),
        Vector.FinFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, Fin),
        Vector.TcpNullFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, 0),
        Vector.TcpXmasFlood => (index, time) => Tcp(time, Sender(index), Port(index), Victim, 443, Xmas),
        Vector.UdpFlood => (index, time) => Udp(time, Sender(index), 49_152 + (Port(index) / 2), Victim, Port(index + 7), 512),
        Vector.DhcpFlood => (index, time) => Udp(time, Sender(index), 68, Victim, 67, 300),
        Vector.IcmpFlood => (index, time) => Icmp(time, Sender(index % 50), Victim, 8),
        Vector.FragmentFlood => (index, time) => LaterFragment(time, Sender(index), Victim),
        Vector.GreFlood => (index, time) => Ip(time, Sender(index), Victim, 47, 512),
        Vector.IpProtocolFlood => (index, time) => Ip(time, Sender(index), Victim, 99, 512),
        Vector.IPv6ExtensionHeaderFlood => static (_, time) => ExtensionHeaders(time),
        _ => throw new ArgumentOutOfRangeException(nameof(vector), vector, "no shape for this vector"),
    };

    private static FlowRecord ExtensionHeaders(long time)
    {
        var flow = Icmp(time, Address.Parse("2001:db8::bad"), _victim6, 128);
        flow.Extensions = IPv6Extensions.DestinationOptions;
        flow.Known |= FlowFields.Extensions;
        return flow;
    }

    private static int Port(int index) => (int)((uint)index * 2654435761u >> 17);

    /// <summary>Vector and its documented floor in packets per second.</summary>
    public static TheoryData<Vector, int> Cases => new()
    {
        { Vector.DnsAmplification, 500 },
        { Vector.NtpAmplification, 500 },
        { Vector.BittorrentAmplification, 500 },
        { Vector.UdpReflection, 500 },
        { Vector.TcpReflection, 500 },
        { Vector.SynFlood, 500 },
        { Vector.SynAckFlood, 500 },
        { Vector.AckFlood, 1000 },
        { Vector.RstFlood, 1000 },
        { Vector.FinFlood, 1000 },
        { Vector.TcpNullFlood, 1000 },
        { Vector.TcpXmasFlood, 1000 },
        { Vector.UdpFlood, 2000 },
        { Vector.DhcpFlood, 2000 },
        { Vector.IcmpFlood, 500 },
        { Vector.FragmentFlood, 1000 },
        { Vector.GreFlood, 2000 },
        { Vector.IpProtocolFlood, 2000 },
        { Vector.IPv6ExtensionHeaderFlood, 500 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Detect_FourTimesTheFloor_IsThisAttackAlone(Vector vector, int floor)
    {
        var result = Detect(Stream(4 * floor, 5, Shape(vector)));

        var incident = Assert.Single(result.Incidents);
        Assert.Equal(Verdict.Attack, incident.Verdict);
        Assert.Equal([vector], incident.Vectors.Select(static found => found.Vector));
        Assert.Equal(Target.Host(vector == Vector.IPv6ExtensionHeaderFlood ? _victim6 : Victim), incident.Target);
        // Random ports hit those of known services by chance: such packets are another kind of traffic.
        Assert.InRange(incident.Packets.Value!.Value, 20 * floor * 0.999, 20 * floor);
        Assert.InRange(incident.Peak.PacketsPerSecond.Value!.Value, 3.95 * floor, 4.05 * floor);
        Assert.InRange(incident.DetectedNanoseconds!.Value, Start, Start + 600_000_000);
        Assert.Equal(Start, incident.StartedNanoseconds);
        Assert.NotEmpty(incident.Reasons);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Detect_TenthOfTheFloor_IsSilent(Vector vector, int floor)
    {
        // To no well-known port, where replies that nobody asked for are evidence at any rate.
        var shape = Shape(vector);
        var result = Detect(Stream(floor / 10, 20, (index, time) =>
        {
            var flow = shape(index, time);
            if (flow.Knows(FlowFields.DestinationPort))
                flow.DestinationPort = (ushort)(20_000 + (index % 30_000));
            return flow;
        }));

        Assert.Empty(result.Incidents);
        Assert.Equal(2 * floor, result.Records);
    }

    [Theory]
    [InlineData(53, 70, Vector.DnsQueryFlood)]
    [InlineData(443, 1250, Vector.QuicFlood)]
    [InlineData(5060, 420, Vector.SipFlood)]
    [InlineData(53, 900, Vector.UdpFlood)]
    public void Detect_UnansweredRequestsToAService_AreNamedByPortAndSize(int port, int bytes, Vector vector)
    {
        var flood = Stream(8000, 4, (index, time) => Udp(time, Sender(index), 49_152 + (Port(index) / 2), Victim, port, bytes));
        var answered = Stream(100, 4, static (_, time) => Tcp(time, Sender(7), 50_000, Victim, 443, Ack));
        var answers = Stream(100, 4, static (_, time) => Tcp(time, Victim, 443, Sender(7), 50_000, Ack));

        var incident = Assert.Single(Detect(flood.Concat(answered).Concat(answers)).Incidents);

        Assert.Equal([vector], incident.Vectors.Select(static found => found.Vector));
        // Seen one way only, a crowd of clients of this service looks the same.
        Assert.Empty(Detect(flood).Incidents);
    }

    [Fact]
    public void Detect_AttackWithTwoVectors_IsOneIncident()
    {
        var syn = Stream(5000, 5, Shape(Vector.SynFlood));
        var dns = Stream(3000, 5, Shape(Vector.DnsAmplification), after: 10);

        var incident = Assert.Single(Detect(syn.Concat(dns)).Incidents);

        Assert.Equal([Vector.SynFlood, Vector.DnsAmplification], incident.Vectors.Select(static vector => vector.Vector));
        Assert.Equal(1, incident.Vectors.Sum(static vector => vector.Share), 6);
    }

    [Fact]
    public void Detect_TwoAttacksApartByMoreThanTheQuietPeriod_AreTwoIncidents()
    {
        var first = Stream(5000, 3, Shape(Vector.SynFlood));
        var second = Stream(5000, 3, Shape(Vector.SynFlood), after: 120);

        var incidents = Detect(first.Concat(second)).Incidents;

        Assert.Equal(2, incidents.Length);
        Assert.Equal([IncidentState.Closed, IncidentState.Active], incidents.Select(static incident => incident.State));
        Assert.InRange(incidents[0].EndedNanoseconds!.Value, Start + 3_000_000_000, Start + 4_200_000_000);
        Assert.Null(incidents[1].EndedNanoseconds);
    }

    [Fact]
    public void Detect_ProtectedNetworkElsewhere_IsSilent()
    {
        var flows = Stream(5000, 2, Shape(Vector.SynFlood));
        Assert.True(Prefix.TryParse("198.51.100.0/24", out var elsewhere) & Prefix.TryParse("203.0.113.0/24", out var here));

        Assert.Empty(Detect(flows, new DetectorOptions { Protect = [elsewhere] }).Incidents);
        Assert.Single(Detect(flows, new DetectorOptions { Protect = [elsewhere, here] }).Incidents);
    }

    [Fact]
    public void Detect_FragmentsOfAnAmplification_BelongToIt()
    {
        var flows = Stream(3000, 4, (index, time) =>
        {
            var sender = Sender(index / 3 % 500);
            if (index % 3 != 0)
                return LaterFragment(time, sender, Victim);
            var first = Udp(time, sender, 53, Victim, 4000 + index, 1500);
            first.MoreFragments = true;
            first.Known |= FlowFields.Fragment;
            return first;
        });

        var incident = Assert.Single(Detect(flows).Incidents);

        Assert.Equal([Vector.DnsAmplification], incident.Vectors.Select(static vector => vector.Vector));
    }

    [Fact]
    public void Detect_CaptureShorterThanASecond_PeakIsOverTheCapture()
    {
        var incident = Assert.Single(Detect(Stream(20_000, 0.25, Shape(Vector.NtpAmplification))).Incidents);

        Assert.Equal(Verdict.Attack, incident.Verdict);
        Assert.Equal(0.25, incident.Peak.WindowSeconds, 3);
        Assert.InRange(incident.Peak.PacketsPerSecond.Value!.Value, 19_900, 20_100);
    }

    [Fact]
    public void Detect_CaptureTooShortForTheFloor_IsInsufficientEvidence()
    {
        var incident = Assert.Single(Detect(Stream(1500, 0.06, Shape(Vector.SynFlood))).Incidents);

        Assert.Equal(Verdict.InsufficientEvidence, incident.Verdict);
        Assert.Equal(Confidence.Low, incident.Confidence);
        Assert.Equal([Vector.SynFlood], incident.Vectors.Select(static vector => vector.Vector));
        Assert.Empty(Detect(Stream(400, 0.06, Shape(Vector.SynFlood))).Incidents);
    }

    [Fact]
    public void Detect_RecordsWithoutArrival_WithholdTheVerdict()
    {
        var flows = Stream(5000, 3, Shape(Vector.SynFlood)).ConvertAll(static flow =>
        {
            flow.Known &= ~FlowFields.ReceivedAt;
            flow.ReceivedNanoseconds = 0;
            return flow;
        });
        var detector = new Detector(new DetectorOptions());
        var feed = new Breakwater.Reports.DetectorFeed(detector);
        foreach (var flow in flows)
            feed.OnFlow(flow);

        var incident = Assert.Single(detector.Finish().Incidents);

        Assert.Equal(Verdict.InsufficientEvidence, incident.Verdict);
        Assert.Null(incident.StartedNanoseconds);
    }
}
