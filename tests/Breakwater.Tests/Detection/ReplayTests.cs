using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

public sealed class ReplayTests
{
    private static readonly List<FlowRecord> _attack =
    [
        .. Stream(2000, 4, static (index, time) => Udp(time, Sender(index % 700), 389, Victim, 20_000 + (index * 7 % 40_000), 1400)),
        .. Stream(3000, 3, static (index, time) => Tcp(time, Sender(index), 1024 + (index % 60_000), Victim, 443, Syn), after: 1),
        .. Stream(300, 5, static (index, time) => Udp(time, Sender(index % 5), 53, Victim, 5000, 120)),
        .. Stream(300, 5, static (index, time) => Udp(time, Victim, 5000, Sender(index % 5), 53, 70)),
        .. Stream(500, 5, static (index, time) => Tcp(time, Victim, 443, Sender(index), 5000, Ack)),
    ];

    private static string Hash(IEnumerable<FlowRecord> inOrder)
    {
        var detector = new Detector(new DetectorOptions());
        var feed = new DetectorFeed(detector);
        foreach (var flow in inOrder)
            feed.OnFlow(flow);
        return ReportJson.VerdictHash(Report(detector.Finish()));
    }

    [Fact]
    public void Detect_RecordsOfATickShuffled_SameVerdictHash()
    {
        var ordered = _attack.OrderBy(static flow => flow.ReceivedNanoseconds).ToList();
        var expected = Hash(ordered);
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var shuffled = ordered.OrderBy(static flow => flow.ReceivedNanoseconds / Detector.TickNanoseconds).ThenBy(_ => random.Next());
            Assert.Equal(expected, Hash(shuffled));
        }
    }

    [Fact]
    public void Detect_OneRecordOfTheAttackRemoved_OtherVerdictHash()
    {
        var ordered = _attack.OrderBy(static flow => flow.ReceivedNanoseconds).ToList();
        var expected = Hash(ordered);
        var middle = ordered.FindIndex(ordered.Count / 2, static flow => flow.Protocol == 6 && flow.TcpFlags == Syn);
        ordered.RemoveAt(middle);

        Assert.NotEqual(expected, Hash(ordered));
    }

    [Fact]
    public void Detect_HostLimitReached_SaysSo()
    {
        var scan = Stream(1000, 1, static (index, time) => Tcp(time, Sender(1), 40_000, Address.FromIPv4(0xCB007100u + (uint)index), 22, Syn));

        var limited = Detect(scan, new DetectorOptions { MaxHosts = 100 });

        Assert.Equal(100, limited.Hosts);
        Assert.Equal(900, Assert.Single(limited.LeftOut).Records);
        Assert.Empty(Detect(scan).LeftOut);
    }

    [Fact]
    public void Detect_AttackOnAColdHostWhileAllDossiersAreTaken_IsFound()
    {
        var busy = Stream(400, 3, static (index, time) => Tcp(time, Sender(1), 40_000, Sender(100 + (index % 20)), 443, Ack));
        var attack = Stream(5000, 2, static (index, time) => Tcp(time, Sender(index), 1024 + (index % 60_000), Victim, 443, Syn), after: 1);

        var result = Detect(busy.Concat(attack), new DetectorOptions { MaxDossiers = 20 });

        Assert.Equal(Target.Host(Victim), Assert.Single(result.Incidents).Target);
    }
}
