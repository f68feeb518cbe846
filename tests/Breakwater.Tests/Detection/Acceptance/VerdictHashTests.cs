using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>The verdict does not depend on how records come or are spread, and does depend on each record of an attack.</summary>
public sealed class VerdictHashTests
{
    private static readonly List<FlowRecord> _records = RichTraffic.Records();

    private static readonly DetectorOptions _plain = new();

    /// <summary>Fewer places of close watch than busy hosts.</summary>
    private static readonly DetectorOptions _crowded = new() { MaxDossiers = 60 };

    /// <summary>Fewer records a tick than there are.</summary>
    private static readonly DetectorOptions _thinned = new() { MaxTickRecords = 256 };
    private static readonly DetectorOptions _sampled = new() { MaxAggregateRecords = 32 };

    /// <summary>Fewer hosts than there are.</summary>
    private static readonly DetectorOptions _full = new() { MaxHosts = 100 };

    private static DetectorOptions Named(string name) => name switch
    {
        "crowded" => _crowded,
        "thinned" => _thinned,
        "sampled" => _sampled,
        "both" => _sampled with { MaxTickRecords = 256 },
        "full" => _full,
        _ => _plain,
    };

    [Fact]
    public void RichTraffic_HasSomethingOfEverything()
    {
        var incidents = Detect(_records).Incidents;
        Vector[] expected =
        [
            Vector.SynFlood, Vector.CldapAmplification, Vector.NtpAmplification, Vector.IcmpFlood, Vector.UdpFlood, Vector.HttpCacheBusting,
        ];
        Assert.All(expected, vector => Assert.Contains(incidents, incident => incident.Vectors.Any(each => each.Vector == vector)));
        Assert.Contains(incidents, static incident => incident.Shape == Shape.Carpet);
        Assert.Contains(Detect(_records, _crowded).LeftOut, static entry => entry.Reason.Contains("close watch", StringComparison.Ordinal));
        Assert.Contains(Detect(_records, _thinned).LeftOut, static entry => entry.Reason.Contains("sample stood for them", StringComparison.Ordinal));
        Assert.Contains(Detect(_records, _full).LeftOut, static entry => entry.Reason.Contains("limit of hosts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("crowded")]
    [InlineData("thinned")]
    [InlineData("sampled")]
    [InlineData("full")]
    public void Shards_AnyNumber_SameHash(string options)
    {
        var expected = RichTraffic.Hash(_records, Named(options));
        Assert.All([1, 2, 3, 8], shards => Assert.Equal(expected, RichTraffic.Hash(_records, Named(options) with { Shards = shards })));
    }

    [Theory]
    [InlineData("plain", 3)]
    [InlineData("crowded", 4)]
    [InlineData("thinned", 4)]
    [InlineData("sampled", 4)]
    [InlineData("both", 4)]
    [InlineData("full", 4)]
    public void Shuffled_RichTraffic_SameHash(string options, int shuffles)
    {
        var expected = RichTraffic.Hash(_records, Named(options));
        for (var seed = 1; seed <= shuffles; seed++)
            Assert.Equal(expected, RichTraffic.Hash(RichTraffic.Shuffled(_records, seed), Named(options) with { Shards = 1 + (seed % 3) }));
    }

    [Fact]
    public void Shuffled_AHundredTimes_SameHash() => AssertShuffles(100);

    [Fact(Explicit = true)]
    public void Shuffled_AThousandTimes_SameHash() => AssertShuffles(1000);

    private static void AssertShuffles(int shuffles)
    {
        var records = RichTraffic.Records(0.05);
        var expected = RichTraffic.Hash(records, _plain);
        Assert.NotEqual(RichTraffic.Hash([], _plain), expected);
        for (var seed = 1; seed <= shuffles; seed++)
            Assert.Equal(expected, RichTraffic.Hash(RichTraffic.Shuffled(records, seed), _plain));
    }

    /// <summary>What is kept of a tick that is too large, down to limits at which single records decide.</summary>
    [Fact]
    public void TickLog_EntriesInAnyOrder_KeepsTheSame()
    {
        for (ulong set = 1; set <= 200; set++)
        {
            var random = new SeededRandom(set);
            var entries = Enumerable.Range(0, 24).Select(_ => new TickEntry { RecordHash = random.NextUInt64() }).ToArray();
            var expected = Kept(entries);
            for (var shuffle = 0; shuffle < 10; shuffle++)
                Assert.Equal(expected, Kept(entries.OrderBy(_ => random.NextUInt64())));
        }
    }

    /// <summary>A full tick, one without records, and a quiet one: whether the empty one is stepped through, as a recording does, or leapt over, as a late judge does, changes nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EmptyTickAfterAFullOne_SteppedThroughOrLeaptOver_SameHash(int empty)
    {
        var first = Start / Detector.TickNanoseconds;
        Assert.Equal(Hash(isStepped: true), Hash(isStepped: false));

        string Hash(bool isStepped)
        {
            var detector = new Detector(_thinned);
            detector.Tick(first * Detector.TickNanoseconds);
            for (var tick = first; tick < first + 40; tick++)
            {
                var isFull = (tick - first) % (empty + 2) == 0;
                var isEmpty = !isFull && (tick - first) % (empty + 2) <= empty;
                if (isEmpty && !isStepped)
                    continue;
                detector.Tick(tick * Detector.TickNanoseconds);
                for (var index = 0; index < (isFull ? 6_000 : isEmpty ? 0 : 90); index++)
                {
                    var flow = Udp((tick * Detector.TickNanoseconds) + (index * 15_000), Sender((int)(tick * 977) + index), 123, Victim, 50_000, 468);
                    detector.Count(in flow);
                }
            }

            return Breakwater.Reports.ReportJson.VerdictHash(Report(detector.Finish()));
        }
    }

    /// <summary>A tick after a full one begins at a level: what it keeps is what it would have kept, had it come to that level by itself; a quiet one keeps its own part.</summary>
    [Fact]
    public void TickLog_BegunAtALevel_KeepsWhatThatLevelKeeps()
    {
        var random = new SeededRandom(7);
        var entries = Enumerable.Range(0, 200).Select(_ => new TickEntry { RecordHash = random.NextUInt64() }).ToArray();
        var expected = Kept(entries);
        Assert.InRange(expected[0], 4UL, 7UL);
        for (var level = 0; level <= (int)expected[0]; level++)
            Assert.Equal(expected, Kept(entries, level));
        var quiet = Kept(entries.Take(12), level: 2);
        Assert.Equal([2UL, .. entries.Take(12).Select(static entry => entry.RecordHash).Where(static hash => hash >> 62 == 0).Order()], quiet);
        Assert.NotEqual(quiet, Kept(entries.Take(12), level: 1));
    }

    private static List<ulong> Kept(IEnumerable<TickEntry> entries, int level = 0)
    {
        var log = new TickLog(6);
        log.Clear(level);
        foreach (var entry in entries)
        {
            if (!log.Takes(entry.RecordHash))
                continue;
            log.Next = entry;
            log.Add();
        }
        return [(ulong)log.Level, .. log.Entries.ToArray().Select(static entry => entry.RecordHash).Order()];
    }

    /// <summary>More hosts cross the watch floor in one tick than there are places, each with small records and a large one.</summary>
    [Fact]
    public void Shuffled_HostsCompeteForPlaces_SameHash()
    {
        var records = Stream(12_600, 1, static (index, time) =>
        {
            var flow = Tcp(time, Sender(index), 1024 + index, RichTraffic.Own(index % 60), 443, Syn);
            flow.Packets = index / 60 % 21 == 20 ? 60u + (uint)(index % 60) : 1;
            flow.Bytes = 60 * flow.Packets;
            return flow;
        });
        var options = new DetectorOptions { MaxDossiers = 20, Off = ["carpet"] };
        var expected = RichTraffic.Hash(records, options);
        Assert.NotEqual(RichTraffic.Hash([], options), expected);
        for (var seed = 1; seed <= 10; seed++)
            Assert.Equal(expected, RichTraffic.Hash(RichTraffic.Shuffled(records, seed), options));
    }

    /// <summary>More kinds of traffic to one host than a dossier has room for.</summary>
    [Fact]
    public void Shuffled_EveryListedPortAtOnce_SameHash()
    {
        var ports = Vectors.AmplificationPorts.Select(static entry => (int)entry.Port).ToArray();
        var records = Stream(36_000, 1, (index, time) => Udp(time, Sender(index % 3000), ports[index % ports.Length], Victim, 20_000 + (index % 9000), 900));
        records.AddRange(Stream(1500, 1, static (index, time) => Tcp(time, Sender(index), 1024 + index, Victim, 443, Syn)));
        var expected = RichTraffic.Hash(RichTraffic.Shuffled(records, 0), _plain);
        for (var seed = 1; seed <= 20; seed++)
            Assert.Equal(expected, RichTraffic.Hash(RichTraffic.Shuffled(records, seed), _plain));
    }

    /// <summary>A handful of packets of every other kind must not keep a flood from being seen.</summary>
    [Fact]
    public void SynFlood_AfterAPacketFromEveryListedPort_IsFound()
    {
        var ports = Vectors.AmplificationPorts.Select(static entry => (int)entry.Port).ToArray();
        var probes = Stream(2 * ports.Length, 1, (index, time) => Udp(time, Sender(index), ports[index % ports.Length], Victim, 20_000, 90));
        var flood = Stream(5000, 3, static (index, time) => Tcp(time, Sender(index), 1024 + (index % 60_000), Victim, 443, Syn), after: 2);

        var incidents = Detect(probes.Concat(flood)).Incidents;

        Assert.Contains(incidents, static incident => incident.Vectors.Any(static vector => vector.Vector == Vector.SynFlood));
    }

    [Fact]
    public void OneRecordRemoved_OfEachAttack_OtherHash()
    {
        var expected = RichTraffic.Hash(_records, _plain);
        (string Name, Predicate<FlowRecord> IsPart)[] attacks =
        [
            ("SYN flood", static record => record.TcpFlags == Syn && record.Protocol == 6),
            ("sampled reflection", static record => record.SourcePort == 389),
            ("reflection", static record => record.SourcePort == 123),
            ("ICMP", static record => record.Destination == RichTraffic.Own(3)),
            ("carpet", static record => record is { Protocol: 17, Packets: 20 }),
            ("requests", static record => record.Application == ApplicationSign.HttpRequest),
            ("long flows", static record => record.Destination == RichTraffic.Own(5)),
        ];
        foreach (var (name, isPart) in attacks)
        {
            var place = _records.FindIndex(_records.Count / 2, isPart);
            List<FlowRecord> without = [.. _records[..place], .. _records[(place + 1)..]];
            Assert.False(expected == RichTraffic.Hash(without, _plain), $"{name}: a record less makes no difference");
        }
    }

    [Fact]
    public void OneRecordRemoved_OfQuietTraffic_SameHash()
    {
        var place = _records.FindIndex(_records.Count / 2, static record => record.Destination == RichTraffic.Own(2100));
        List<FlowRecord> without = [.. _records[..place], .. _records[(place + 1)..]];
        Assert.Equal(RichTraffic.Hash(_records, _plain), RichTraffic.Hash(without, _plain));
    }
}
