using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Live;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Configuration;
using Breakwater.Tests.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Effect;

/// <summary>From standing samples and records of answers to the verdict over a filter, second by second.</summary>
public sealed class HarmWatchTests
{
    private const int Clients = 60;
    private const long SecondNanoseconds = 1_000_000_000;
    private const byte Ack = (byte)Vector.AckFlood;

    private readonly ManualTime _time = new(20_000L * 86_400 * SecondNanoseconds);
    private readonly AnswerTap _answers = new();
    private readonly BreakwaterConfig _config = Configurations.Good("version: 1\nservices: [{name: web, addresses: [203.0.113.0/24]}]\n");
    private readonly List<StandingRecord> _samples = [];
    private HealthSnapshot _health = HealthSnapshot.Empty;
    private long _datagrams;
    private int _answered;

    /// <summary>The filter drops the clients, drops nothing, or was active before the start. Clients that pause as it begins are back while what they did is doubted, and may fall then.</summary>
    [Theory]
    [InlineData("drops", "hurt")]
    [InlineData("passes", "no-harm-seen")]
    [InlineData("pauses", "no-harm-seen")]
    [InlineData("pauses-and-drops", "hurt")]
    [InlineData("older", "not-known")]
    [InlineData("elsewhere", "not-known")]
    [InlineData("udp", "not-known")]
    [InlineData("other-source", "not-known")]
    [InlineData("silence", "not-known")]
    [InlineData("drops-by-the-kernel", "not-known")]
    public async Task Filter_IsJudgedByWhatItDoes(string what, string verdict)
    {
        await using var cohorts = new Cohorts(() => _config, Source(), _time);
        var watch = new HarmWatch(() => _config, cohorts, () => _health);
        Sample(Clients);
        cohorts.Renew();
        cohorts.Renew();
        Assert.Equal([("", 0), ("web", Clients)], cohorts.Sizes.OrderBy(static known => known.Service, StringComparer.Ordinal));
        for (var second = 0; second < 60; second++)
        {
            Told(exporterTells: true, drops: 0);
            watch.See([], []);
            Answer(Clients);
        }

        var row = Row(what == "elsewhere" ? "203.0.113.9/32" : "203.0.113.7/32", MitigationState.Proposed);
        row = what switch
        {
            "udp" => row with { Rule = DeskRig.Rule("destination 203.0.113.7/32 protocol 17 source-port 123 then discard") },
            "other-source" => row with { Rule = DeskRig.Rule("destination 203.0.113.7/32 source 198.51.100.0/24 protocol 6 then discard") },
            _ => row,
        };
        watch.See([row], []);
        Assert.Equal((what is "elsewhere" or "udp" or "other-source" ? 0 : Clients, "it is not active"), (watch.Find(row.Id)!.Clients, watch.Find(row.Id)!.Why));
        row = row with { State = MitigationState.Active, AnnouncedTo = 1 };
        if (what == "older")
            watch.Begin([row]);
        var harms = 0;
        for (var second = 0; second < 16; second++)
        {
            Told(what != "silence" || second < 3, what == "drops-by-the-kernel" && second == 3 ? 100 : 0);
            harms += watch.See([row], []).Length;
            Answer(what is "passes" or "older" || (what == "pauses" && second >= 3) || (what == "pauses-and-drops" && second is 3 or 4) ? Clients : 3);
        }

        Assert.Equal((verdict, verdict == "hurt" ? 1 : 0), (watch.Find(row.Id)!.Verdict, harms));
        Assert.Equal(harms, watch.Harms);
        // Told after its end too, and the cohort is taken anew again.
        watch.See([], []);
        Assert.Equal(verdict, watch.Find(row.Id)!.Verdict);
    }

    /// <summary>A botnet that has kept real connections for minutes leaves with the filter: it is not known, and the filter stays. Clients of long are.</summary>
    [Theory]
    [InlineData(10, 3, false)]
    [InlineData(40, 20, true)]
    public async Task Botnet_ThatCameMinutesAgo_GetsNoFilterTakenBack(int firstMinutes, int lastMinutes, bool isTakenBack)
    {
        await using var cohorts = new Cohorts(() => _config, Source(), _time);
        var watch = new HarmWatch(() => _config, cohorts, () => _health);
        _time.Move(TimeSpan.FromMinutes(40));
        Sample(Clients, firstMinutes, lastMinutes);
        cohorts.Renew();
        cohorts.Renew();
        var row = Row("203.0.113.7/32", MitigationState.Proposed);
        var harms = 0;
        for (var second = 0; second < 70; second++)
        {
            Told(exporterTells: true, drops: 0);
            harms += watch.See([second < 60 ? row : row with { State = MitigationState.Active, AnnouncedTo = 1 }], []).Length;
            Answer(second < 61 ? Clients : 3);
        }

        Assert.Equal((isTakenBack ? 1 : 0, isTakenBack ? Clients : 0), (harms, watch.Find(row.Id)!.Clients));
    }

    /// <summary>While a service is attacked its cohort stays as it is: an attack must not bring in its own. The twin is not attacked.</summary>
    [Theory]
    [InlineData(true, Clients)]
    [InlineData(false, 2 * Clients)]
    public async Task Cohort_OfAnAttackedService_StaysAsItIs(bool isAttacked, int clients)
    {
        await using var cohorts = new Cohorts(() => _config, Source(), _time);
        Sample(Clients);
        cohorts.Renew();
        cohorts.Renew();
        Sample(2 * Clients);
        cohorts.Hold(isAttacked ? ["web"] : []);
        _time.Move(TimeSpan.FromSeconds(61));
        cohorts.Renew();
        cohorts.Renew();
        Assert.Equal(clients, cohorts.Sizes.Single(static known => known.Service == "web").Clients);
    }

    /// <summary>Answers over open connections are told; what is sent to forged senders too, to others, or over UDP, is not.</summary>
    [Theory]
    [InlineData(0x10, 1, 6, "192.0.2.1", true)]
    [InlineData(0x12, 1, 6, "192.0.2.1", false)]
    [InlineData(0x14, 1, 6, "192.0.2.1", false)]
    [InlineData(0x1B, 9, 6, "192.0.2.1", true)]
    [InlineData(0x02, 9, 6, "192.0.2.1", false)]
    [InlineData(0x12, 9, 6, "192.0.2.1", false)]
    [InlineData(0x16, 9, 6, "192.0.2.1", false)]
    [InlineData(0x10, 1, 17, "192.0.2.1", false)]
    [InlineData(0x10, 1, 6, "192.0.2.200", false)]
    public void Tap_TellsOfAnswersAlone(int flags, int packets, int protocol, string client, bool isTold)
    {
        var told = 0;
        var flow = Flow(Address.Parse(client)) with { TcpFlags = (ushort)flags, Packets = (ulong)packets, Bytes = (flags & 8) != 0 ? 200UL * (ulong)packets : 60UL * (ulong)packets, Protocol = (byte)protocol };
        _answers.Offer(in flow);
        _answers.Watch([Address.Parse("192.0.2.1")], (in _) => told++);
        _answers.Offer(in flow);
        // Another client may share its place in the bitmap, with one in 262,144.
        Assert.Equal(isTold ? 1 : 0, told);
        _answers.Watch([], (in _) => told++);
        _answers.Offer(in flow);
        Assert.Equal(isTold ? 1 : 0, told);
    }

    private void Told(bool exporterTells, long drops)
    {
        _datagrams += exporterTells ? 10 : 0;
        _health = _health with
        {
            At = _time.GetUtcNow(),
            Account = _health.Account with { KernelDrops = _health.Account.KernelDrops + drops },
            Exporters = [new ExporterHealth { Name = "edge", Address = Host, Conditions = [], Datagrams = _datagrams }],
        };
    }

    private CohortSource Source() => new((service, _, _, _) => service == "web" ? _samples : [], _answers, () => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100);

    private static Address Client(int number) => CohortModel.Client(number);

    private static Address Host => Address.Parse("203.0.113.7");

    /// <summary>So many clients exchanged segments with the service, twice.</summary>
    private void Sample(int clients, int firstMinutes = 40, int lastMinutes = 20)
    {
        _samples.Clear();
        foreach (var at in new[] { firstMinutes, lastMinutes }.Select(minutes => _time.GetUtcNow() - TimeSpan.FromMinutes(minutes)))
        {
            foreach (var client in Enumerable.Range(0, clients).Select(Client))
            {
                foreach (var (source, destination, direction) in new[] { (client, Host, Direction.Inbound), (Host, client, Direction.Outbound) })
                    _samples.Add(new StandingRecord(at.ToUnixTimeSeconds() / 60, 1, new SampledRecord { Hash = 1, FirstNanoseconds = (at - DateTimeOffset.UnixEpoch).Ticks * 100, Source = source, Destination = destination, Bytes = 100, Packets = 1, SamplingRate = 1, SourcePort = 1, DestinationPort = 2, Protocol = 6, Class = Ack, Direction = direction }));
            }
        }
    }

    /// <summary>A second in which so many clients are answered.</summary>
    /// <summary>A second in which each client is answered once to three times.</summary>
    private void Answer(int clients)
    {
        _answered++;
        for (var number = 0; number < clients; number++)
        {
            var flow = Flow(Client(number));
            for (var times = 1 + ((number + _answered) % 3); times > 0; times--)
                _answers.Offer(in flow);
        }

        _time.Move(TimeSpan.FromSeconds(1));
    }

    private FlowRecord Flow(Address client) => new()
    {
        Known = FlowFields.Source | FlowFields.Destination | FlowFields.TcpFlags | FlowFields.Packets | FlowFields.ReceivedAt,
        Source = Host,
        Destination = client,
        Packets = 1,
        Protocol = 6,
        TcpFlags = 0x10,
        ReceivedNanoseconds = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100,
    };

    private Mitigation Row(string destination, MitigationState state) => new()
    {
        Id = "mit-1",
        Service = "web",
        Rule = DeskRig.Rule($"destination {destination} protocol 6 then discard"),
        State = state,
        Lease = TimeSpan.FromSeconds(60),
        ChangedAt = _time.GetUtcNow(),
        By = "one",
        Why = "mine",
    };
}
