using Breakwater.Bench.Harness;
using Breakwater.Bench.Workloads;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Bench;

/// <summary>
/// Time to verdict, in record time, of a SYN flood at twice the floor on one host, beneath the traffic of a million others: on a host
/// never seen before, on one that has long had a dossier, and on a new one while every dossier is taken.
/// </summary>
internal static class DetectCold
{
    private const uint Background = 1_000_000;
    private const int WarmSeconds = 6;
    private const int AttackSeconds = 10;
    private const int PacketsPerSecond = 1000;
    private const int Runs = 3;

    // One tick more than the hot host: the watch floor is crossed within the first tick or the second.
    private const double MostLateSeconds = 0.1;
    private static readonly Address _victim = Address.FromIPv4(0x0AFFFFFE);

    private enum Past
    {
        Hot,
        Cold,
        Full,
    }

    public static void Execute(Action<bool, string> judge)
    {
        Console.WriteLine(Detect.Text($"detect-cold: seconds of record time from the first packet of {PacketsPerSecond} SYN/s to the verdict, {Background:N0} other hosts"));
        var worst = new Dictionary<Past, double>();
        foreach (var past in Enum.GetValues<Past>())
        {
            var seconds = Enumerable.Range(1, Runs).Select(run => Run(past, (ulong)run)).ToArray();
            worst[past] = seconds.Max();
            Console.WriteLine(Detect.Text($"  {past,-5} {string.Join("  ", seconds.Select(static value => Detect.Text($"{value:F1} s")))}"));
        }

        judge(worst[Past.Cold] <= worst[Past.Hot] + MostLateSeconds, Detect.Text($"detect-cold: a new host is judged {worst[Past.Cold]:F1} s after the first packet, a watched one {worst[Past.Hot]:F1} s"));
        judge(worst[Past.Full] <= worst[Past.Hot] + MostLateSeconds, Detect.Text($"detect-cold: with every dossier taken {worst[Past.Full]:F1} s"));
    }

    /// <summary>Seconds to the verdict; infinite when there is none.</summary>
    private static double Run(Past past, ulong seed)
    {
        var traffic = new DetectTraffic(Background);
        var detector = Detect.NewDetector();
        var sink = new DetectSink(detector);
        var random = new Traffic(seed * 0x9E37_79B9);
        for (var tick = 0; tick < WarmSeconds * 10; tick++)
        {
            traffic.Decode(ref sink, traffic.RecordsPerSecond / 10);
            if (past == Past.Hot)
                Flood(ref sink, ref random, traffic.Nanoseconds, _victim, 20);
            else if (past == Past.Full)
                Busy(ref sink, ref random, traffic.Nanoseconds);
        }

        // From here on a fifth of the traffic, so that a run takes seconds.
        traffic.RecordsPerSecond /= 5;
        var start = traffic.Nanoseconds;
        for (var tick = 0; tick < AttackSeconds * 10; tick++)
        {
            Flood(ref sink, ref random, traffic.Nanoseconds, _victim, PacketsPerSecond / 10);
            if (past == Past.Full)
                Busy(ref sink, ref random, traffic.Nanoseconds);
            traffic.Decode(ref sink, traffic.RecordsPerSecond / 10);
        }

        var found = detector.Finish().Incidents.FirstOrDefault(static incident => incident.Target.Prefix.Network == _victim && incident.Verdict == Verdict.Attack);
        return found?.DetectedNanoseconds is { } detected ? (detected - start) / 1e9 : double.PositiveInfinity;
    }

    private static void Flood(ref DetectSink sink, ref Traffic random, long nanoseconds, Address victim, int packets)
    {
        for (var packet = 0; packet < packets; packet++)
            sink.OnFlow(Record(Address.FromIPv4((uint)random.Next()), victim, 6, 0x02, random.Port(), 443, 1, nanoseconds));
    }

    // Half of the UDP floor and half of the SYN floor on a thousand hosts each: more than there are dossiers, none of them attacked.
    private static void Busy(ref DetectSink sink, ref Traffic random, long nanoseconds)
    {
        for (var host = 0u; host < 1000; host++)
        {
            var (one, two) = (Address.FromIPv4(DetectTraffic.Host(host * 16)), Address.FromIPv4(DetectTraffic.Host((host * 16) + 1)));
            sink.OnFlow(Record(Address.FromIPv4(0x0C000000 | random.Below(1 << 20)), one, 17, 0, random.Port(), random.Port(), 100, nanoseconds));
            sink.OnFlow(Record(Address.FromIPv4(0x0C000000 | random.Below(1 << 20)), two, 6, 0x02, random.Port(), 443, 25, nanoseconds));
        }
    }

    private static FlowRecord Record(Address source, Address destination, byte protocol, ushort flags, ushort sourcePort, ushort destinationPort, ulong packets, long nanoseconds) => new()
    {
        Known = FlowFields.Source | FlowFields.Destination | FlowFields.Bytes | FlowFields.Packets | FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt
            | FlowFields.SourcePort | FlowFields.DestinationPort | FlowFields.Protocol | FlowFields.TcpFlags,
        Source = source,
        Destination = destination,
        Protocol = protocol,
        TcpFlags = flags,
        SourcePort = sourcePort,
        DestinationPort = destinationPort,
        Packets = packets,
        Bytes = packets * 60,
        StartNanoseconds = nanoseconds,
        EndNanoseconds = nanoseconds,
        ReceivedNanoseconds = nanoseconds,
        SamplingRate = 1,
        SamplingSource = SamplingSource.Header,
    };
}
