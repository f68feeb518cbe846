using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// Ten minutes of download at 1 Gbit/s, told by an exporter only when its active timeout has passed: up to 25 million packets arrive in
/// one record. The same packets as floods do alarm.
/// </summary>
public sealed class LongDownloadTests
{
    private const long Second = 1_000_000_000;
    private const int Seconds = 600;

    /// <summary>1 Gbit/s in packets of 1,500 bytes.</summary>
    private const double PacketsPerSecond = 1e9 / 8 / 1500;

    private static readonly Address _server = Address.Parse("198.51.100.7");

    public static TheoryData<int, int, uint> Exports()
    {
        var data = new TheoryData<int, int, uint>();
        foreach (var timeout in new[] { 1, 10, 60, 300 })
        {
            foreach (var connections in new[] { 1, 8 })
            {
                data.Add(timeout, connections, 1);
                data.Add(timeout, connections, 1000);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void Download_IsSilent(int timeout, int connections, uint sampling)
    {
        var data = Download(timeout, connections, sampling, isData: true).ToList();
        var acknowledgements = Download(timeout, connections, sampling, isData: false).ToList();

        Assert.Empty(Traffic.Detect(data).Incidents);
        Assert.Empty(Traffic.Detect(acknowledgements).Incidents);
        Assert.Empty(Traffic.Detect(data.Concat(acknowledgements)).Incidents);
        // The client's network is ours, so that the acknowledgements are outbound.
        Assert.Empty(Traffic.Detect(data.Concat(acknowledgements), new DetectorOptions { Protect = [new Prefix(Traffic.Victim, 32)] }).Incidents);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(300)]
    public void SamePacketsAsFlood_Alarm(int timeout)
    {
        var syns = Flood(timeout, static (index, time, random) =>
            Traffic.Tcp(time, Traffic.Sender(index), random.EphemeralPort(), Traffic.Victim, 443, Traffic.Syn));
        var everyPort = Flood(timeout, static (_, time, random) =>
            Traffic.Udp(time, Traffic.Sender(1), 40_000, Traffic.Victim, random.NextUInt16(), 60));

        Assert.Equal([(Verdict.Attack, Vector.SynFlood)], Found(Traffic.Detect(syns)));
        Assert.Equal([(Verdict.Attack, Vector.UdpFlood)], Found(Traffic.Detect(everyPort)));
    }

    /// <summary>What the incidents say; a timeout longer than the quiet period makes one incident an export.</summary>
    private static IEnumerable<(Verdict Verdict, Vector Vector)> Found(DetectionResult result) =>
        result.Incidents.SelectMany(static incident => incident.Vectors.Select(vector => (incident.Verdict, vector.Vector))).Distinct();

    /// <summary>The records of one direction: the first has the handshake's flags, the last the FIN, those between ACK and PSH.</summary>
    private static IEnumerable<FlowRecord> Download(int timeout, int connections, uint sampling, bool isData)
    {
        for (var from = 0; from < Seconds; from += timeout)
        {
            for (var connection = 0; connection < connections; connection++)
            {
                var flags = Traffic.Ack | Traffic.Push | (from == 0 ? Traffic.Syn : 0) | (from + timeout == Seconds ? Traffic.Fin : 0);
                // Connections begin and are told at different moments.
                var start = Traffic.Start + (from * Second) + (connection * Second / 13);
                // Two segments an acknowledgement (RFC 5681 §4.2).
                var packets = PacketsPerSecond * timeout / connections / sampling / (isData ? 1 : 2);
                var flow = isData
                    ? Traffic.Tcp(start, _server, 443, Traffic.Victim, 50_000 + connection, flags)
                    : Traffic.Tcp(start, Traffic.Victim, 50_000 + connection, _server, 443, flags);
                yield return Exported(flow, (ulong)packets, isData ? 1500u : 52u, timeout, sampling);
            }
        }
    }

    /// <summary>The same packets from a thousand places at once, for two timeouts and at least ten seconds.</summary>
    private static IEnumerable<FlowRecord> Flood(int timeout, Func<int, long, SeededRandom, FlowRecord> make)
    {
        var random = new SeededRandom(1);
        for (var from = 0; from < Math.Max(10, 2 * timeout); from += timeout)
        {
            for (var index = 0; index < 1000; index++)
            {
                var start = Traffic.Start + (from * Second) + random.Below((uint)Second);
                yield return Exported(make((from * 1000) + index, start, random), (ulong)(PacketsPerSecond * timeout / 1000), 60, timeout, 1);
            }
        }
    }

    private static FlowRecord Exported(FlowRecord flow, ulong packets, uint packetBytes, int timeout, uint sampling)
    {
        flow.Packets = packets;
        flow.Bytes = packets * packetBytes;
        flow.EndNanoseconds = flow.StartNanoseconds + (timeout * Second) - (Second / 80_000);
        flow.ReceivedNanoseconds = flow.EndNanoseconds + (Second / 20);
        flow.SamplingRate = sampling;
        flow.Known &= ~FlowFields.IpLength;
        return flow;
    }
}
