using System.Collections.Immutable;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Scenarios.Prices;

/// <summary>
/// The legitimate traffic of one host: what share of its conversations is of which kind. Its clients come from one population, the busy ones more often, in
/// training and in scoring alike.
/// </summary>
internal sealed record PriceMix(string Name, ImmutableArray<(string Kind, int Weight)> Parts)
{
    private const long Millisecond = 1_000_000;
    private const byte Host = 10;

    // The attack begins inside a minute.
    private const long SecondsIntoMinute = 17;

    /// <summary>Parts of a mix that drifted have at most so many hundredths of their weight, or as many times less.</summary>
    private const int MostDrift = 150;

    /// <summary>A web server that resolves names, sets its clock, and is watched.</summary>
    public static readonly PriceMix Web = new("web", [("web", 60), ("quic", 20), ("dns", 90), ("ntp", 30), ("ping", 40), ("mail", 4)]);

    /// <summary>A web server without QUIC that hardly asks anybody.</summary>
    public static readonly PriceMix Plain = new("plain", [("web", 100), ("dns", 10), ("ping", 10)]);

    /// <summary>A server that takes uploads.</summary>
    public static readonly PriceMix Uploads = new("uploads", [("web", 40), ("uploads", 40), ("dns", 10), ("ping", 10)]);

    /// <summary>A host that asks for the time again and again.</summary>
    public static readonly PriceMix Clock = new("clock", [("web", 30), ("clock", 60), ("dns", 10)]);

    /// <summary>A name server.</summary>
    public static readonly PriceMix Names = new("names", [("queries", 100), ("dns", 20), ("ping", 4)]);

    /// <summary>Telephony beside web.</summary>
    public static readonly PriceMix Voice = new("voice", [("web", 30), ("sip", 90), ("ping", 10)]);

    /// <summary>A gateway of tunnels.</summary>
    public static readonly PriceMix Tunnels = new("tunnels", [("gre", 40), ("esp", 40), ("web", 10)]);

    /// <summary>A host that pings others, as monitors do.</summary>
    public static readonly PriceMix Monitor = new("monitor", [("asks", 60), ("web", 20), ("dns", 20)]);

    /// <summary>Hosts so quiet that most of their packets are among the samples: who is hurt is known of each client.</summary>
    public static readonly PriceMix QuietWeb = Quiet(Web, 10), QuietPlain = Quiet(Plain, 12), QuietUploads = Quiet(Uploads, 10), QuietClock = Quiet(Clock, 8), QuietNames = Quiet(Names, 4),
        QuietVoice = Quiet(Voice, 8), QuietMonitor = Quiet(Monitor, 8);

    /// <summary>Few clients, each with many packets.</summary>
    public static readonly PriceMix FewWeb = Quiet(Web, 8) with { Name = "few-client web", Population = 500 }, FewVoice = Quiet(Voice, 8) with { Name = "few-client voice", Population = 300 };

    /// <summary>The host, whose all traffic is.</summary>
    public static Address Target => DocumentationSpace.Own(Host);

    /// <summary>Clients that there are.</summary>
    public uint Population { get; init; } = 20_000;

    /// <summary>In both directions.</summary>
    public long PacketsPerSecond { get; init; } = 100;

    /// <summary>Ordinary time in front of the attack.</summary>
    public long BeforeSeconds { get; init; } = 1_800;

    /// <summary>Every other run is sampled 1 in so many.</summary>
    public uint SamplingRate { get; init; } = 8;

    /// <summary>When the attack begins, from the run's begin.</summary>
    public long AttackNanoseconds => (BeforeSeconds + SecondsIntoMinute) * 1_000 * Millisecond;

    /// <summary>The conversations, with weights that differ from seed to seed by up to two in each direction.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="drifted">The same host at another hour: each part has up to half more, or as much less.</param>
    public ConversationProfile Profile(ulong seed, bool drifted = false)
    {
        var random = new SeededRandom(seed);
        var weights = Parts.Select(part => (part.Kind, Weight: (uint)(part.Weight * random.Between(50, 200)))).ToArray();
        for (var part = 0; drifted && part < weights.Length; part++)
        {
            var (change, isMore) = ((uint)random.Between(100, MostDrift), random.OneIn(2));
            weights[part].Weight = isMore ? weights[part].Weight * change / 100 : weights[part].Weight * 100 / change;
        }

        var all = (uint)weights.Sum(static part => part.Weight);
        return new ConversationProfile(random => Plan(Draw(weights, random.Below(all)), random));
    }

    /// <summary>A host of so few packets a second, with a longer past to make up for it.</summary>
    private static PriceMix Quiet(PriceMix mix, long packetsPerSecond) =>
        mix with { Name = "quiet " + mix.Name, PacketsPerSecond = packetsPerSecond, BeforeSeconds = 3_000, SamplingRate = 2 };

    private static string Draw((string Kind, uint Weight)[] weights, uint number)
    {
        foreach (var (kind, weight) in weights)
        {
            if (number < weight)
                return kind;
            number -= weight;
        }

        return weights[^1].Kind;
    }

    private ConversationPlan Plan(string kind, SeededRandom random) => kind switch
    {
        "web" => FromClient(random, 443) with { Tcp = true, Turns = Pages(random), AcknowledgeEvery = 2 },
        "mail" => FromClient(random, 25) with { Tcp = true, Turns = [new(false, 60), new(true, 24), new(false, 180), new(true, random.HeavyTail(1_500, 5)), new(false, 30)], AcknowledgeEvery = 2 },
        "quic" => FromClient(random, 443) with
        {
            SegmentBytes = 1_252,
            AcknowledgeEvery = 4,
            Turns = [new(true, 1_200, 0, HarmlessPayloads.QuicLongHeader(1_200, random.NextUInt64())), new(false, 3_600), new(true, random.HeavyTail(150, 4)), new(false, random.HeavyTail(2_000, 5))],
        },
        "queries" => Queries(random),
        "dns" => ToServer(random, 53, 200) with { Turns = [new(true, 40), new(false, random.OneIn(20) ? random.Between(600, 1_200) : random.Between(60, 420))] },
        "ntp" => ToServer(random, 123, 24) with { ClientPort = 123, Turns = [new(true, 48), new(false, 48)] },
        "ping" => FromClient(random, 0) with { Protocol = IpProtocol.Icmp, Turns = [new(true, 56), new(false, 56)] },
        "asks" => ToServer(random, 0, 200) with { Protocol = IpProtocol.Icmp, Turns = [new(true, 56), new(false, 56)] },
        "sip" => FromClient(random, 5_060) with { ClientPort = 5_060, Turns = [new(true, random.Between(300, 700)), new(false, random.Between(300, 700)), new(true, 280)] },
        "uploads" => FromClient(random, 443) with { Tcp = true, Turns = [new(true, 517), new(false, 3_000), new(true, random.HeavyTail(6_000, 4)), new(false, 300)], AcknowledgeEvery = 2 },
        "clock" => ToServer(random, 123, 24) with { Turns = [new(true, 48), new(false, 48)] },
        "gre" => Tunnel(random, IpProtocol.Gre, random.Between(20, 100), 1_300),
        _ => Tunnel(random, IpProtocol.Esp, random.Between(60, 140) & ~3, 1_400),
    };

    private ConversationPlan Queries(SeededRandom random)
    {
        var query = HarmlessPayloads.DnsQuery(random.NextUInt16(), random.Below(4) switch { 0 => "www"u8, 1 => "mail"u8, 2 => "login"u8, _ => "cdn"u8 });
        return FromClient(random, 53) with { Turns = [new(true, query.Length, 0, query), new(false, random.Between(60, 420))] };
    }

    private static List<Turn> Pages(SeededRandom random)
    {
        var turns = new List<Turn> { new(true, 517), new(false, random.Between(2_600, 4_200)), new(true, 80) };
        for (var page = random.Between(1, 4); page > 0; page--)
        {
            turns.Add(new(true, random.Between(250, 900), random.Exponential(80 * Millisecond)));
            turns.Add(new(false, random.HeavyTail(600, 6)));
        }

        return turns;
    }

    private ConversationPlan Tunnel(SeededRandom random, byte protocol, int smallBytes, int largeBytes) => FromClient(random, 443) with
    {
        Protocol = protocol,
        SegmentBytes = largeBytes,
        Turns = [new(true, smallBytes), new(false, largeBytes), new(true, largeBytes * random.Between(1, 4)), new(false, smallBytes)],
    };

    private ConversationPlan FromClient(SeededRandom random, ushort port) => new(Client(random), Target, random.EphemeralPort(), port)
    {
        Tcp = false,
        Turns = [],
        RoundTripNanoseconds = random.Between(4, 90) * Millisecond,
    };

    private static ConversationPlan ToServer(SeededRandom random, ushort port, uint servers) =>
        new(Target, DocumentationSpace.Server((byte)(1 + random.Below(servers))), random.EphemeralPort(), port)
        {
            Tcp = false,
            Turns = [],
            RoundTripNanoseconds = random.Between(4, 90) * Millisecond,
        };

    /// <summary>One of the population: the first are the busiest.</summary>
    private Address Client(SeededRandom random) =>
        DocumentationSpace.Anybody((uint)((ulong)random.Below(Population) * random.Below(Population) / Population));
}
