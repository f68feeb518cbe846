using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>Ordinary traffic of the own network: what a detector must stay silent about.</summary>
internal static class QuietProfiles
{
    private const int DownloadCount = 4;
    private const int ViewerCount = 6;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000 * Millisecond;

    private const byte WebHost = 10;
    private const byte MailHost = 25;
    private const byte ResolverHost = 53;
    private const byte VideoHost = 80;

    /// <summary>Web in both directions, DNS with answers, mail, NTP and QUIC.</summary>
    public static ConversationProfile Mix { get; } = new(static random => random.Below(100) switch
    {
        < 34 => Web(random, Anybody, ToOwn(WebHost)),
        < 50 => Web(random, OwnClient, Elsewhere(10)),
        < 62 => Quic(random, OwnClient, Elsewhere(20)),
        < 88 => Dns(random, ToOwn(ResolverHost), Elsewhere(53)),
        < 94 => Ntp(random),
        _ => Mail(random),
    });

    /// <summary>Web only, to the own web server.</summary>
    public static ConversationProfile WebOnly { get; } = new(static random => Web(random, Anybody, ToOwn(WebHost)));

    /// <summary>A few long downloads by own clients that fill the link.</summary>
    public static ConversationProfile Download(long packetsPerSecond) => new(random => Pair(random, OwnClient, Elsewhere(30), 443) with
    {
        Tcp = true,
        Turns = [new(true, 700), new(false, 64_000_000)],
        Repeats = int.MaxValue,
        AcknowledgeEvery = 2,
        SegmentNanoseconds = Math.Max(1, DownloadCount * Second * 3 / 2 / packetsPerSecond),
    })
    { Standing = DownloadCount };

    /// <summary>Video from the own server: every viewer fetches a piece every two seconds.</summary>
    public static ConversationProfile Video(long packetsPerSecond) => new(random => Pair(random, Anybody, ToOwn(VideoHost), 443) with
    {
        Tcp = false,
        SegmentBytes = 1_200,
        Turns =
        [
            new(true, 220, 2 * Second),
            new(false, (int)Math.Clamp(packetsPerSecond * 2 / ViewerCount * 4 / 5, 1, 1_000_000) * 1_200),
        ],
        Repeats = int.MaxValue,
        AcknowledgeEvery = 4,
        SegmentNanoseconds = Math.Min(200_000, Second * ViewerCount / packetsPerSecond / 2),
    })
    { Standing = ViewerCount };

    /// <summary>A busy resolver: queries of own clients, recursion to name servers elsewhere, and their answers.</summary>
    public static ConversationProfile DnsResolver { get; } = new(static random => random.OneIn(3)
        ? Dns(random, OwnClient, ToOwn(ResolverHost))
        : Dns(random, ToOwn(ResolverHost), random => DocumentationSpace.Server((byte)random.Between(1, 254), random.OneIn(3))));

    /// <summary>Visitors who come all at once, five times as many from one moment on, and behave like visitors.</summary>
    public static ConversationProfile FlashCrowd(long surgeNanoseconds) => WebOnly with
    {
        LoadPercent = nanoseconds => nanoseconds < surgeNanoseconds ? 100 : 500,
    };

    /// <summary>Handshakes that are completed and then left alone.</summary>
    public static ConversationProfile ConnectionFlood(Address target) => new(random => Bot(random, 1_500, target, 443) with
    {
        Turns = [],
        Closes = false,
    });

    /// <summary>Requests for the start page over kept connections; <paramref name="bustsCaches"/> makes each one unlike the others.</summary>
    public static ConversationProfile HttpFlood(Address target, bool bustsCaches) => new(random =>
    {
        var turns = new List<Turn>();
        for (var i = 0; i < 5; i++)
        {
            var request = bustsCaches ? HarmlessPayloads.HttpGetUncached(random.NextUInt64()) : HarmlessPayloads.HttpGet;
            turns.Add(new(true, request.Length, 20 * Millisecond, request));
            turns.Add(new(false, 1_100));
        }

        return Bot(random, 250, target, 80) with { Turns = turns };
    });

    /// <summary>Connections that ask for one page, read it, and then stay open and silent like those of idle visitors.</summary>
    public static ConversationProfile ConnectionFloodMimic(Address target) => new(random => Bot(random, 1_500, target, 443) with
    {
        Turns = [new(true, 517), new(false, 2_800), new(true, 80)],
        Closes = false,
    });

    /// <summary>Browser-like requests of many visitors, each with pauses, for a few pages or (<paramref name="bustsCaches"/>) as searches.</summary>
    public static ConversationProfile HttpFloodMimic(Address target, bool bustsCaches) => new(random =>
    {
        var turns = new List<Turn>();
        for (var i = 0; i < 4; i++)
        {
            var request = bustsCaches ? HarmlessPayloads.HttpGetSearch(random.NextUInt64()) : HarmlessPayloads.HttpGetBrowser(random.Below(20));
            turns.Add(new(true, request.Length, random.Exponential(300 * Millisecond), request));
            turns.Add(new(false, random.Between(900, 4_000)));
        }

        return Bot(random, 1_500, target, 80) with { Turns = turns, AcknowledgeEvery = 2 };
    });

    private static ConversationPlan Web(SeededRandom random, Func<SeededRandom, Address> client, Func<SeededRandom, Address> server)
    {
        var turns = new List<Turn> { new(true, 517), new(false, random.Between(2_600, 4_200)), new(true, 80) };
        for (var i = random.Between(1, 5); i > 0; i--)
        {
            turns.Add(new(true, random.Between(250, 900), random.Exponential(80 * Millisecond)));
            turns.Add(new(false, random.HeavyTail(600, 9), random.Exponential(15 * Millisecond)));
        }

        return Pair(random, client, server, random.OneIn(12) ? (ushort)80 : (ushort)443) with
        {
            Tcp = true,
            Turns = turns,
            AcknowledgeEvery = 2,
        };
    }

    private static ConversationPlan Quic(SeededRandom random, Func<SeededRandom, Address> client, Func<SeededRandom, Address> server) =>
        Pair(random, client, server, 443) with
        {
            Tcp = false,
            SegmentBytes = 1_252,
            AcknowledgeEvery = 4,
            Turns =
            [
                new(true, 1_200, 0, HarmlessPayloads.QuicLongHeader(1_200, random.NextUInt64())),
                new(false, 3_600),
                new(true, random.Between(150, 600)),
                new(false, random.HeavyTail(2_000, 8), random.Exponential(20 * Millisecond)),
            ],
        };

    private static ConversationPlan Dns(SeededRandom random, Func<SeededRandom, Address> client, Func<SeededRandom, Address> server)
    {
        var id = random.NextUInt16();
        var label = "www"u8.ToArray();
        var query = HarmlessPayloads.DnsQuery(id, label);
        var answer = HarmlessPayloads.DnsAnswer(id, label, random.Between(1, random.OneIn(8) ? 60 : 6));
        return Pair(random, client, server, 53) with
        {
            Tcp = false,
            Turns = [new(true, query.Length, 0, query), new(false, answer.Length, 0, answer)],
        };
    }

    private static ConversationPlan Ntp(SeededRandom random) =>
        Pair(random, OwnClient, Elsewhere(123), 123) with { Tcp = false, Turns = [new(true, 48), new(false, 48)] };

    private static ConversationPlan Mail(SeededRandom random) => Pair(random, Anybody, ToOwn(MailHost), 25) with
    {
        Tcp = true,
        AcknowledgeEvery = 2,
        Turns =
        [
            new(false, 60), new(true, 24), new(false, 180), new(true, 40), new(false, 14), new(true, 36), new(false, 14),
            new(true, 6), new(false, 37), new(true, random.HeavyTail(1_500, 7)), new(false, 30), new(true, 6), new(false, 20),
        ],
    };

    private static ConversationPlan Bot(SeededRandom random, uint bots, Address target, ushort port) =>
        new(DocumentationSpace.Anybody(random.Below(bots) * 83), target, random.EphemeralPort(), port)
        {
            Tcp = true,
            Turns = [],
            RoundTripNanoseconds = random.Between(10, 180) * Millisecond,
        };

    private static ConversationPlan Pair(
        SeededRandom random, Func<SeededRandom, Address> client, Func<SeededRandom, Address> server, ushort serverPort)
    {
        // Both ends must be of one family: the server is drawn until it is.
        var from = client(random);
        var to = server(random);
        while (to.IsIPv4 != from.IsIPv4)
            to = server(random);
        return new(from, to, random.EphemeralPort(), serverPort)
        {
            Tcp = false,
            Turns = [],
            RoundTripNanoseconds = random.Between(4, 120) * Millisecond,
        };
    }

    private static Address Anybody(SeededRandom random) => DocumentationSpace.Anybody(random.NextUInt32(), random.OneIn(4));

    private static Func<SeededRandom, Address> ToOwn(byte host) => random => DocumentationSpace.Own(host, random.OneIn(2));

    private static Address OwnClient(SeededRandom random) => DocumentationSpace.Own((byte)random.Between(100, 219), random.OneIn(4));

    private static Func<SeededRandom, Address> Elsewhere(byte first) =>
        random => DocumentationSpace.Server((byte)(first + random.Below(4)), random.OneIn(2));
}
