using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>Synthetic flow records for detector tests: addresses from documentation ranges (RFC 5737, RFC 3849), fixed seeds.</summary>
internal static class Traffic
{
    public const long Start = 1_700_000_000_000_000_000;
    public const int Push = 8, Syn = 2, Rst = 4, Ack = 16, Fin = 1, SynAck = 18, FinAck = 17, Xmas = 41;

    public static readonly Address Victim = Address.Parse("203.0.113.80");

    /// <summary>The sender number <paramref name="index"/> of 2^24, spread over 16 /8 networks.</summary>
    public static Address Sender(int index) => Address.FromIPv4(0x0B000000u + (uint)(index * 40503 & 0xFFFFFF) + ((uint)(index % 16) << 24));

    public static FlowRecord Ip(long time, Address from, Address to, byte protocol, int bytes, uint rate = 1)
    {
        return new FlowRecord
        {
            Source = from,
            Destination = to,
            Protocol = protocol,
            Bytes = (ulong)bytes,
            IpLength = (ushort)bytes,
            Packets = 1,
            SamplingRate = rate,
            SamplingSource = rate == 0 ? SamplingSource.Unknown : SamplingSource.Header,
            StartNanoseconds = time,
            EndNanoseconds = time,
            ReceivedNanoseconds = time,
            Known = FlowFields.Source | FlowFields.Destination | FlowFields.Protocol | FlowFields.Bytes | FlowFields.IpLength | FlowFields.Packets
                | FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt,
        };
    }

    public static FlowRecord Udp(long time, Address from, int fromPort, Address to, int toPort, int bytes) =>
        WithPorts(Ip(time, from, to, 17, bytes), fromPort, toPort);

    public static FlowRecord Tcp(long time, Address from, int fromPort, Address to, int toPort, int flags, int bytes = 60)
    {
        var flow = WithPorts(Ip(time, from, to, 6, bytes), fromPort, toPort);
        flow.TcpFlags = (ushort)flags;
        flow.Known |= FlowFields.TcpFlags;
        return flow;
    }

    public static FlowRecord Icmp(long time, Address from, Address to, int type, int bytes = 84)
    {
        var flow = Ip(time, from, to, to.IsIPv4 ? (byte)1 : (byte)58, bytes);
        flow.IcmpTypeCode = (ushort)(type << 8);
        flow.Known |= FlowFields.IcmpTypeCode;
        return flow;
    }

    public static FlowRecord LaterFragment(long time, Address from, Address to)
    {
        var flow = Ip(time, from, to, 17, 1480);
        flow.FragmentOffset = 185;
        flow.Known |= FlowFields.Fragment;
        return flow;
    }

    /// <summary>Evenly spaced packets; the maker gets the packet's number and time.</summary>
    public static List<FlowRecord> Stream(int packetsPerSecond, double seconds, Func<int, long, FlowRecord> make, double after = 0)
    {
        var flows = new List<FlowRecord>();
        var count = (int)(packetsPerSecond * seconds);
        for (var index = 0; index < count; index++)
            flows.Add(make(index, Start + (long)((after + ((double)index / packetsPerSecond)) * 1e9)));
        return flows;
    }

    /// <summary>Every <paramref name="rate"/>-th packet at random, saying so.</summary>
    public static List<FlowRecord> Sample(IEnumerable<FlowRecord> flows, int rate, int seed)
    {
        var random = new Random(seed);
        var sampled = new List<FlowRecord>();
        foreach (var flow in flows)
        {
            if (random.Next(rate) != 0)
                continue;
            var kept = flow;
            kept.SamplingRate = (uint)rate;
            sampled.Add(kept);
        }
        return sampled;
    }

    /// <summary>Sorts by time, runs the detector over all of it, returns the outcome.</summary>
    public static DetectionResult Detect(IEnumerable<FlowRecord> flows, DetectorOptions? options = null)
    {
        var detector = new Detector(options ?? new DetectorOptions());
        var feed = new DetectorFeed(detector);
        foreach (var flow in flows.OrderBy(static flow => flow.ReceivedNanoseconds))
            feed.OnFlow(flow);
        return detector.Finish();
    }

    /// <summary>The report around a result, for hashes and texts.</summary>
    public static AnalysisReport Report(DetectionResult result) => new()
    {
        Options = new DetectorOptions(),
        Inputs = [],
        Result = result,
        RecordsRead = result.Records,
        Warnings = [],
        Complete = true,
        ElapsedSeconds = 0.5,
    };

    private static FlowRecord WithPorts(FlowRecord flow, int fromPort, int toPort)
    {
        flow.SourcePort = (ushort)fromPort;
        flow.DestinationPort = (ushort)toPort;
        flow.Known |= FlowFields.SourcePort | FlowFields.DestinationPort;
        return flow;
    }
}
