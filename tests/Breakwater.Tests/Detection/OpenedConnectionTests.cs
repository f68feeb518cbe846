using Breakwater.Detection;
using Breakwater.Detection.Rules;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Floods of completed connections, in packets and in flow records of whole sessions. Beside each case stands what it resembles.</summary>
public sealed class OpenedConnectionTests
{
    private const int SessionFlags = Syn | Push | Ack | Fin;

    /// <summary>Requests cannot be read in flow records: a flood of them is said to be possible, not to be one.</summary>
    [Theory]
    [InlineData(250, 1000, 443, true)]
    [InlineData(250, 1000, 25, false)] // no web service
    [InlineData(250, 150, 443, false)] // below the floor
    [InlineData(40, 1000, 443, false)] // a fleet of proxies
    [InlineData(100_000, 1000, 443, false)] // a crowd: a connection each
    public void SessionsWithData_OfSendersThatOpenManyEach_AreInsufficientEvidence(int senders, int perSecond, int port, bool isTold)
    {
        var incidents = Detect(Stream(perSecond, 15, (index, time) => Session(time, index, senders, port, SessionFlags, 9))).Incidents;
        Assert.Equal(isTold ? 1 : 0, incidents.Length);
        if (!isTold)
            return;
        Assert.Equal((Verdict.InsufficientEvidence, Confidence.Low), (incidents[0].Verdict, incidents[0].Confidence));
        Assert.Equal(Vector.HttpFlood, Assert.Single(incidents[0].Vectors).Vector);
        // Sessions are no requests: their number is unknown.
        Assert.Null(incidents[0].Requests);
    }

    [Theory]
    [InlineData(250, true)]
    [InlineData(100_000, false)]
    public void SampledSessions_OfSendersSeenAgainAndAgain_AreInsufficientEvidence(int senders, bool isTold)
    {
        // Records of one packet: SYN, then segments with data.
        var packets = Stream(1000, 20, (index, time) => Session(time, index, senders, 443, Syn, 1))
            .Concat(Stream(5000, 20, (index, time) => Session(time, index / 5, senders, 443, Push | Ack, 1)));
        var incidents = Detect(Sample(packets, 100, 1)).Incidents;
        Assert.Equal(isTold ? [Verdict.InsufficientEvidence] : [], incidents.Select(static incident => incident.Verdict));
    }

    /// <summary>The host answers each handshake, so that its senders count as asked: that excuses no connection.</summary>
    [Theory]
    [InlineData(Syn | Ack, 2, true)]
    [InlineData(SessionFlags, 9, false)]
    public void AnsweredSessions_WithoutData_AreAConnectionFlood(int flags, int packets, bool isFlood)
    {
        var sessions = Stream(1000, 5, (index, time) => Session(time, index, 2000, 443, flags, packets));
        var answers = Stream(1000, 5, (index, time) => Tcp(time, Victim, 443, Sender(index % 2000), 30_000 + (index % 30_000), SynAck, 60));
        var vectors = Detect(sessions.Concat(answers), new DetectorOptions { Protect = [new(Victim, 32)] }).Incidents
            .SelectMany(static incident => incident.Vectors).Select(static vector => vector.Vector);
        Assert.Equal(isFlood ? [Vector.TcpConnectionFlood] : [], vectors);
    }

    /// <summary>The first requests come a round trip later: until then connections only look unused.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SampledConnections_OfACrowdJustArrived_AreNoFlood(bool isUsed)
    {
        var packets = Stream(1500, 4, static (index, time) => Session(time, index, 100_000, 443, Syn, 1))
            .Concat(Stream(1500, 4, static (index, time) => Session(time, index, 100_000, 443, Ack, 1), after: 0.05));
        if (isUsed)
            packets = packets.Concat(Stream(4500, 4, static (index, time) => Session(time, index / 3, 100_000, 443, Push | Ack, 1), after: 0.25));
        var vectors = Detect(Sample(packets, 10, 1)).Incidents.SelectMany(static incident => incident.Vectors).Select(static vector => vector.Vector);
        Assert.Equal(isUsed ? [] : [Vector.TcpConnectionFlood], vectors);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(5)]
    public void MeanOfSeen_OfSourcesSeenAtLeastOnce_IsThatOfAll(double mean) =>
        Assert.Equal(mean, OpenedConnections.MeanOfSeen(mean / (1 - Math.Exp(-mean))), 3);

    [Fact]
    public void MeanOfSeen_WithoutRepetition_IsNothing() => Assert.Equal(0, OpenedConnections.MeanOfSeen(1));

    private static FlowRecord Session(long time, int index, int senders, int port, int flags, int packets)
    {
        var flow = Tcp(time, Sender(index % senders), 1024 + (index * 7 % 60_000), Victim, port, flags, 60 * packets);
        flow.Packets = (ulong)packets;
        flow.Known &= ~FlowFields.IpLength;
        return flow;
    }
}
