using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>Ordinary traffic that looks alarming from afar: much of it, one-sided, from many senders, or in odd protocols.</summary>
internal static class QuietServices
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000 * Millisecond;

    private const byte ManagementHost = 5;
    private const byte MailHost = 25;
    private const byte BackupHost = 40;
    private const byte VpnHost = 44;
    private const byte GameHost = 77;
    private const byte TestHost = 150;
    private const byte NatHost = 200;

    private const int TestConnections = 8;
    private const int BackupSources = 20;
    private const uint Devices = 500;
    private const uint Peers = 300;
    private const int Players = 120;
    private const int Uploads = 3;
    private const int QuicStreams = 40;

    /// <summary>A speed test of one own client: eight connections that fill the link one way and then the other.</summary>
    public static ConversationProfile SpeedTest(long packetsPerSecond) =>
        Standing(TestConnections, random => Plan(random, Own(TestHost), Server(random, 90, 1), 8080) with
        {
            Tcp = true,
            Turns = [new(true, 300), new(false, Burst(packetsPerSecond)), new(true, Burst(packetsPerSecond))],
            Repeats = int.MaxValue,
            AcknowledgeEvery = 2,
            SegmentNanoseconds = Gap(TestConnections * 3 / 2, packetsPerSecond),
        });

    /// <summary>Twenty servers elsewhere that pour their backups into one own host, and a few own ones that pour theirs out.</summary>
    public static ConversationProfile Backup(long packetsPerSecond) =>
        Standing(BackupSources, random => (random.OneIn(4)
            ? Plan(random, Own((byte)random.Between(100, 120)), Server(random, 60, 4), 22)
            : Plan(random, Server(random, 60, 20), Own(BackupHost), 873)) with
        {
            Tcp = true,
            Turns = [new(true, 64_000_000)],
            Repeats = int.MaxValue,
            AcknowledgeEvery = 2,
            SegmentNanoseconds = Gap(BackupSources * 3 / 2, packetsPerSecond),
        });

    /// <summary>A management station that polls 500 devices by SNMP and sets their clocks by NTP.</summary>
    public static ConversationProfile Management { get; } = new(static random =>
    {
        var isNtp = random.OneIn(5);
        return Plan(random, Own(ManagementHost), DocumentationSpace.Anybody(random.Below(Devices) * 211), isNtp ? (ushort)123 : (ushort)161) with
        {
            Turns = isNtp ? [new(true, 48, 0), new(false, 48)] : [new(true, random.Between(70, 110)), new(false, random.Between(300, 1_300))],
        };
    });

    /// <summary>Thousands of people behind one own address: web, QUIC and DNS towards everybody.</summary>
    public static ConversationProfile Nat { get; } = new(static random =>
    {
        var server = DocumentationSpace.Anybody(random.NextUInt32());
        return random.Below(10) switch
        {
            < 2 => Plan(random, Own(NatHost), Server(random, 53, 4), 53) with { Turns = [new(true, 36), new(false, random.Between(60, 420))] },
            < 6 => Plan(random, Own(NatHost), server, 443) with
            {
                SegmentBytes = 1_252,
                AcknowledgeEvery = 4,
                Turns = [new(true, 1_200, 0, HarmlessPayloads.QuicLongHeader(1_200, random.NextUInt64())), new(false, 3_600), new(true, 300), new(false, random.HeavyTail(1_200, 5))],
            },
            _ => Plan(random, Own(NatHost), server, 443) with
            {
                Tcp = true,
                AcknowledgeEvery = 2,
                Turns = [new(true, 517), new(false, 3_500), new(true, 500), new(false, random.HeavyTail(900, 6), random.Exponential(30 * Millisecond))],
            },
        };
    });

    /// <summary>A VPN concentrator: ESP, IPsec in UDP, WireGuard and GRE from 300 peers, both ways.</summary>
    public static ConversationProfile Vpn { get; } = new(static random =>
    {
        var peer = DocumentationSpace.Anybody(random.Below(Peers) * 397);
        var (protocol, port) = random.Below(4) switch
        {
            0 => (IpProtocol.Esp, (ushort)0),
            1 => (IpProtocol.Gre, (ushort)443),
            2 => (IpProtocol.Udp, (ushort)51_820),
            _ => (IpProtocol.Udp, (ushort)4_500),
        };
        return Plan(random, peer, Own(VpnHost), port) with
        {
            Protocol = protocol,
            SegmentBytes = 1_380,
            Turns = [new(true, random.Between(60, 900)), new(false, random.HeavyTail(700, 6)), new(true, 96), new(false, random.HeavyTail(200, 6), 10 * Millisecond)],
        };
    });

    /// <summary>A game server: 120 players who send small datagrams all the time and get somewhat larger ones.</summary>
    public static ConversationProfile Game(long packetsPerSecond) =>
        Standing(Players, random => Plan(random, DocumentationSpace.Anybody(random.NextUInt32()), Own(GameHost), 27_015) with
        {
            Turns = [new(true, random.Between(40, 90)), new(false, random.Between(120, 480))],
            Repeats = int.MaxValue,
            RoundTripNanoseconds = Math.Max(1, Gap(Players * 2, packetsPerSecond) - Millisecond),
        });

    /// <summary>Video sent out: three own clients upload by QUIC.</summary>
    public static ConversationProfile Upload(long packetsPerSecond) =>
        Standing(Uploads, random => Plan(random, Own((byte)random.Between(160, 170)), Server(random, 70, 4), 443) with
        {
            SegmentBytes = 1_252,
            Turns = [new(true, 1_200, 0, HarmlessPayloads.QuicLongHeader(1_200, random.NextUInt64())), new(false, 3_600), new(true, 200_000_000)],
            Repeats = int.MaxValue,
            AcknowledgeEvery = 4,
            SegmentNanoseconds = Gap(Uploads * 5 / 4, packetsPerSecond),
        });

    /// <summary>Downloads by QUIC: own clients and forty servers, full packets from port 443.</summary>
    public static ConversationProfile QuicDownload(long packetsPerSecond) =>
        Standing(QuicStreams, random => Plan(random, Own((byte)random.Between(170, 173)), DocumentationSpace.Anybody(random.NextUInt32()), 443) with
        {
            SegmentBytes = 1_252,
            Turns = [new(true, 1_200, 0, HarmlessPayloads.QuicLongHeader(1_200, random.NextUInt64())), new(false, 100_000_000)],
            Repeats = int.MaxValue,
            AcknowledgeEvery = 8,
            SegmentNanoseconds = Gap(QuicStreams * 9 / 8, packetsPerSecond),
        });

    /// <summary>Mail servers that all deliver at once: six times as many from one moment on.</summary>
    public static ConversationProfile MailBurst(long surgeNanoseconds) => new(static random =>
        Plan(random, DocumentationSpace.Anybody(random.Below(900) * 131), Own(MailHost), 25) with
        {
            Tcp = true,
            AcknowledgeEvery = 2,
            Turns = [new(false, 60), new(true, 24), new(false, 180), new(true, 40), new(false, 14), new(true, random.HeavyTail(1_500, 7)), new(false, 30), new(true, 6)],
        })
    { LoadPercent = nanoseconds => nanoseconds < surgeNanoseconds ? 100 : 600 };

    private static ConversationProfile Standing(int count, Func<SeededRandom, ConversationPlan> plan) => new(plan) { Standing = count };

    private static ConversationPlan Plan(SeededRandom random, Address client, Address server, ushort serverPort) =>
        new(client, server, random.EphemeralPort(), serverPort)
        {
            Tcp = false,
            Turns = [],
            RoundTripNanoseconds = random.Between(4, 90) * Millisecond,
        };

    private static Address Own(byte number) => DocumentationSpace.Own(number);

    private static Address Server(SeededRandom random, byte first, uint count) => DocumentationSpace.Server((byte)(first + random.Below(count)));

    /// <summary>Three seconds of one direction of a speed test, at most 1.4 GB.</summary>
    private static int Burst(long packetsPerSecond) => (int)Math.Clamp(packetsPerSecond * 2 / TestConnections, 1, 1_000_000) * 1_428;

    /// <summary>Time between the packets of one of several standing conversations that together keep a rate.</summary>
    private static long Gap(int conversations, long packetsPerSecond) => Math.Max(1, conversations * Second / packetsPerSecond);
}

/// <summary>
/// A vulnerability scan of the own network, ordered by its owner: one scanner asks every host on many ports; closed ports answer with
/// a reset, open ones with a handshake that the scanner breaks off.
/// </summary>
internal sealed class ScanTraffic : TrafficSource
{
    private const long AnswerNanoseconds = 300_000;
    private const byte Scanner = 201;
    private const uint OpenIn = 12;
    private const uint UdpIn = 10;

    private readonly SeededRandom _random;
    private readonly long _meanNanoseconds;
    private readonly long _endNanoseconds;
    private readonly Queue<(long Nanoseconds, Probe Probe, TcpFlags Flags, bool FromScanner)> _answers = new();
    private long _nextProbe;

    public ScanTraffic(long packetsPerSecond, long endNanoseconds, SeededRandom random)
    {
        (_random, _endNanoseconds) = (random, endNanoseconds);
        _meanNanoseconds = Math.Max(1, 2_000_000_000 / packetsPerSecond); // most probes get one answer
        _nextProbe = random.Exponential(_meanNanoseconds);
    }

    public override long NextNanoseconds
    {
        get
        {
            var next = _answers.TryPeek(out var answer) ? Math.Min(answer.Nanoseconds, _nextProbe) : _nextProbe;
            return next < _endNanoseconds ? next : Finished;
        }
    }

    public override void Next(SamplePacket packet)
    {
        if (_answers.TryPeek(out var answer) && answer.Nanoseconds <= _nextProbe)
        {
            _answers.Dequeue();
            Write(packet, answer.Probe, answer.Flags, answer.FromScanner);
            return;
        }

        var probe = new Probe(DocumentationSpace.Own((byte)_random.Between(1, 254)), (ushort)_random.Between(1, 10_000), _random.EphemeralPort(), _random.OneIn(UdpIn));
        Write(packet, probe, TcpFlags.Syn, fromScanner: true);
        if (!probe.IsUdp)
        {
            var isOpen = _random.OneIn(OpenIn);
            var answered = _nextProbe + AnswerNanoseconds;
            _answers.Enqueue((answered, probe, isOpen ? TcpFlags.Syn | TcpFlags.Ack : TcpFlags.Rst | TcpFlags.Ack, false));
            if (isOpen)
                _answers.Enqueue((answered, probe, TcpFlags.Rst, true));
        }

        _nextProbe += _random.Exponential(_meanNanoseconds);
    }

    private void Write(SamplePacket packet, Probe probe, TcpFlags flags, bool fromScanner)
    {
        var scanner = DocumentationSpace.Server(Scanner);
        packet.Begin(fromScanner ? scanner : probe.Target, fromScanner ? probe.Target : scanner, probe.IsUdp ? IpProtocol.Udp : IpProtocol.Tcp);
        (packet.SourcePort, packet.DestinationPort) = fromScanner ? (probe.ScannerPort, probe.Port) : (probe.Port, probe.ScannerPort);
        packet.Identification = _random.NextUInt16();
        if (probe.IsUdp)
        {
            packet.Fill(24);
            return;
        }

        (packet.TcpFlags, packet.Sequence) = (flags, _random.NextUInt32());
        packet.Acknowledgement = (flags & TcpFlags.Ack) == 0 ? 0 : _random.NextUInt32();
        packet.Window = (flags & TcpFlags.Rst) == 0 ? (ushort)1_024 : (ushort)0;
    }

    private readonly record struct Probe(Address Target, ushort Port, ushort ScannerPort, bool IsUdp);
}
