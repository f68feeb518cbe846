using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// Eight seconds with something of everything: floods and reflections on several hosts, a carpet, an HTTP flood whose requests are seen,
/// sampled and unsampled records, flows that took long, both directions, and hundreds of busy hosts.
/// </summary>
internal static class RichTraffic
{
    private const long Second = 1_000_000_000;

    /// <param name="scale">1 for all of it; less for fewer packets in less time.</param>
    public static List<FlowRecord> Records(double scale = 1)
    {
        var seconds = 8 * scale;
        List<FlowRecord> records =
        [
            .. Stream(1500, seconds, static (index, time) => Tcp(time, Sender(index), 1024 + (index % 60_000), Victim, 443, Syn)),
            .. Stream(400, seconds, static (index, time) => Tcp(time, Victim, 443, Sender(index * 31), 5000, Ack)),
            .. Stream(400, seconds, static (index, time) => Tcp(time, Sender(index * 31), 5000, Victim, 443, Push | Ack, 400)),
            .. Stream(60, seconds, static (index, time) => Sampled(Udp(time, Sender(index % 700), 389, Own(1), 20_000 + (index % 999), 1400), 100)),
            .. Stream(900, seconds, static (index, time) => Udp(time, Sender(index % 90), 123, Own(2), 80, 468)),
            .. Stream(800, seconds, static (index, time) => Icmp(time, Sender(index % 50), Own(3), 8)),
            .. Stream(1200, seconds, static (index, time) => Weighing(Udp(time, Sender(index), 1024 + (index * 7 % 50_000), Own(1000 + (index * 37 % 256)), index * 13 % 65_536, 500), 20)),
            .. Stream(600, seconds, static (index, time) => Request(Tcp(time, Sender(index % 40), 10_000 + (index % 400), Own(4), 80, Push | Ack, 300), index)),
            .. Stream(5, seconds, static (index, time) => Lasting(Icmp(time, Sender(index), Own(5), 8), 2 * Second, 3000)),
            .. Stream(700, seconds, static (index, time) => Tcp(time, Sender(index % 300), 40_000, Own(2000 + (index % 350)), 443, Ack)),
            .. Stream(500, seconds, static (index, time) => Weighing(Udp(time, Sender(1), 53, Own(3000 + (index % 250)), 5000, 90), 1 + (index % 5))),
            .. Stream(500, seconds, static (index, time) => Udp(time - 1_000_000, Own(3000 + (index % 250)), 5000, Sender(1), 53, 60)),
        ];
        return [.. records.OrderBy(static record => record.ReceivedNanoseconds)];
    }

    public static Address Own(int number) => Address.FromIPv4(0xC6120000u + (uint)number);

    /// <summary>The records of each tick in random order.</summary>
    public static List<FlowRecord> Shuffled(IEnumerable<FlowRecord> records, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        return [.. records.OrderBy(static record => record.ReceivedNanoseconds / Detector.TickNanoseconds).ThenBy(_ => random.NextUInt64())];
    }

    /// <summary>The verdict's hash, each record counted into a shard drawn at random.</summary>
    public static string Hash(IEnumerable<FlowRecord> inOrder, DetectorOptions options, ulong seed = 1) =>
        ReportJson.VerdictHash(Report(Detect(inOrder, options, seed)));

    private static DetectionResult Detect(IEnumerable<FlowRecord> inOrder, DetectorOptions options, ulong seed)
    {
        var random = new SeededRandom(seed);
        var detector = new Detector(options);
        long tick = 0;
        foreach (var record in inOrder)
        {
            if (record.ReceivedNanoseconds / Detector.TickNanoseconds is var next && next > tick)
                detector.Tick((tick = next) * Detector.TickNanoseconds);
            detector.Shards[(int)random.Below((uint)detector.Shards.Length)].Count(in record);
        }
        return detector.Finish();
    }

    private static FlowRecord Sampled(FlowRecord record, uint rate)
    {
        record.SamplingRate = rate;
        return record;
    }

    private static FlowRecord Weighing(FlowRecord record, int packets)
    {
        record.Packets = (ulong)packets;
        record.Bytes *= (ulong)packets;
        return record;
    }

    /// <summary>A flow that has ended just now.</summary>
    private static FlowRecord Lasting(FlowRecord record, long nanoseconds, int packets)
    {
        record = Weighing(record, packets);
        record.StartNanoseconds = record.EndNanoseconds - nanoseconds;
        return record;
    }

    private static FlowRecord Request(FlowRecord record, int index)
    {
        record.Application = ApplicationSign.HttpRequest;
        (record.ApplicationResource, record.ApplicationVariant) = (index % 20 == 0 ? (ulong)index : 7, (ulong)index);
        record.Known |= FlowFields.Application;
        return record;
    }
}
