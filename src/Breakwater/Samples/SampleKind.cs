using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>What a sample shows: a vector over quiet traffic, or quiet traffic alone.</summary>
/// <param name="Name">As given on the command line; for vectors the name in <see cref="Vectors"/>.</param>
/// <param name="Description">One line for <c>sample --list</c>.</param>
/// <param name="Vector"><see cref="Vector.None"/> for quiet traffic.</param>
internal sealed record SampleKind(string Name, string Description, Vector Vector)
{
    private const string QuietMix = "quiet-mix";
    private const string QuietDownload = "quiet-download";
    private const string QuietVideo = "quiet-video";
    private const string QuietDnsResolver = "quiet-dns-resolver";
    private const string QuietSpeedTest = "quiet-speed-test";
    private const string QuietBackup = "quiet-backup";
    private const string QuietManagement = "quiet-management";
    private const string QuietScan = "quiet-scan";
    private const string QuietNat = "quiet-nat";
    private const string QuietVpn = "quiet-vpn";
    private const string QuietGame = "quiet-game";
    private const string QuietUpload = "quiet-upload";
    private const string QuietQuicDownload = "quiet-quic-download";
    private const string QuietMailBurst = "quiet-mail-burst";
    private const string QuietFlashCrowd = "quiet-flash-crowd";

    /// <summary>Every kind: vectors in the order of their list, then the quiet ones.</summary>
    public static ImmutableArray<SampleKind> All { get; } =
    [
        .. Vectors.All.Where(ShowsInPackets).Select(static vector => new SampleKind(Vectors.Name(vector), Describe(vector), vector)),
        new(QuietMix, "web, QUIC, DNS, mail and NTP in both directions", Vector.None),
        new(QuietDownload, "four long downloads that fill the link", Vector.None),
        new(QuietVideo, "viewers who fetch a piece every two seconds", Vector.None),
        new(QuietDnsResolver, "a busy resolver: queries, recursion, answers up to 1 kB", Vector.None),
        new(QuietSpeedTest, "a speed test: eight connections that fill the link, down and up", Vector.None),
        new(QuietBackup, "a backup window: twenty long transfers, most into one own host", Vector.None),
        new(QuietManagement, "a station that polls 500 devices by SNMP and NTP", Vector.None),
        new(QuietScan, "a vulnerability scan of the own network, ordered by its owner", Vector.None),
        new(QuietNat, "thousands of people behind one own address", Vector.None),
        new(QuietVpn, "a VPN concentrator: ESP, GRE, IPsec in UDP, WireGuard", Vector.None),
        new(QuietGame, "a game server and its 120 players over UDP", Vector.None),
        new(QuietUpload, "video uploads by QUIC from three own clients", Vector.None),
        new(QuietQuicDownload, "own clients that download by QUIC from forty servers", Vector.None),
        new(QuietMailBurst, "mail deliveries, six times as many after the first third", Vector.None),
        new(QuietFlashCrowd, "web visitors, five times as many after the first third", Vector.None),
    ];

    /// <summary>The quiet traffic that runs under attacks.</summary>
    public static SampleKind Mix { get; } = All.Single(static kind => kind.Name == QuietMix);

    public bool IsAttack => Vector != Vector.None;

    /// <summary>Finds a kind by its exact name.</summary>
    public static SampleKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Who is attacked: the web server, or the server of the protocol that the vector needs.</summary>
    public Address Target => Vector switch
    {
        Vector.DnsQueryFlood or Vector.DnsRandomSubdomain => DocumentationSpace.Own(53),
        Vector.SipFlood => DocumentationSpace.Own(60),
        Vector.DhcpFlood => DocumentationSpace.Own(67),
        Vector.IPv6ExtensionHeaderFlood => DocumentationSpace.Own(10, ipv6: true),
        _ => DocumentationSpace.Own(10),
    };

    /// <summary>True for attacks that are conversations with real clients.</summary>
    public bool IsConversation => Vector is Vector.TcpConnectionFlood or Vector.HttpFlood or Vector.HttpCacheBusting;

    /// <summary>The conversations of a quiet kind, or of an attack for which <see cref="IsConversation"/> holds.</summary>
    /// <param name="packetsPerSecond">Rate of the whole.</param>
    /// <param name="surgeNanoseconds">When the crowd of a kind that has one comes.</param>
    public ConversationProfile Conversations(long packetsPerSecond, long surgeNanoseconds) => (Vector, Name) switch
    {
        (Vector.TcpConnectionFlood, _) => QuietProfiles.ConnectionFlood(Target),
        (Vector.HttpFlood, _) => QuietProfiles.HttpFlood(Target, bustsCaches: false),
        (Vector.HttpCacheBusting, _) => QuietProfiles.HttpFlood(Target, bustsCaches: true),
        (_, QuietDownload) => QuietProfiles.Download(packetsPerSecond),
        (_, QuietVideo) => QuietProfiles.Video(packetsPerSecond),
        (_, QuietDnsResolver) => QuietProfiles.DnsResolver,
        (_, QuietSpeedTest) => QuietServices.SpeedTest(packetsPerSecond),
        (_, QuietBackup) => QuietServices.Backup(packetsPerSecond),
        (_, QuietManagement) => QuietServices.Management,
        (_, QuietNat) => QuietServices.Nat,
        (_, QuietVpn) => QuietServices.Vpn,
        (_, QuietGame) => QuietServices.Game(packetsPerSecond),
        (_, QuietUpload) => QuietServices.Upload(packetsPerSecond),
        (_, QuietQuicDownload) => QuietServices.QuicDownload(packetsPerSecond),
        (_, QuietMailBurst) => QuietServices.MailBurst(surgeNanoseconds),
        (_, QuietFlashCrowd) => QuietProfiles.FlashCrowd(surgeNanoseconds),
        _ => QuietProfiles.Mix,
    };

    /// <summary>True for the quiet kind whose packets are no conversations.</summary>
    public bool IsScan => Name == QuietScan;

    /// <summary>True when the attack has a variant that looks like ordinary traffic.</summary>
    public bool CanMimic => IsAttack && (IsConversation || Samples.Mimicry.Makes(Vector));

    /// <summary>The packets of that variant; only where <see cref="CanMimic"/> holds and the attack is no conversation.</summary>
    public AttackPackets Mimicry(SeededRandom random) => new Mimicry(Vector, random);

    /// <summary>The conversations of that variant.</summary>
    public ConversationProfile MimickingConversations() => Vector == Vector.TcpConnectionFlood
        ? QuietProfiles.ConnectionFloodMimic(Target)
        : QuietProfiles.HttpFloodMimic(Target, bustsCaches: Vector == Vector.HttpCacheBusting);

    /// <summary>The packets of an attack that is no conversation.</summary>
    public AttackPackets Packets(SeededRandom random) => Flood.Makes(Vector) ? new Flood(Vector, random) : new Reflection(Vector, random);

    /// <summary>Vectors that are only told from the content of requests come with web logs.</summary>
    private static bool ShowsInPackets(Vector vector) => vector is not (Vector.HttpSlow or Vector.HttpLoginFlood or Vector.HttpScraping);

    private static string Describe(Vector vector) => vector switch
    {
        Vector.TcpReflection => "SYN-ACK from port 443 of many servers that the victim never asked",
        Vector.UdpReflection => string.Create(CultureInfo.InvariantCulture, $"replies from UDP port {Reflection.UnlistedPort}, which no list names"),
        Vector.SynFlood => "SYN to port 443 from random sources",
        Vector.SynAckFlood => "SYN-ACK from random sources and ports",
        Vector.AckFlood => "ACK without a connection",
        Vector.RstFlood => "RST without a connection",
        Vector.FinFlood => "FIN without a connection",
        Vector.TcpNullFlood => "TCP without flags",
        Vector.TcpXmasFlood => "TCP with FIN, PSH and URG",
        Vector.TcpConnectionFlood => "completed handshakes that are left open",
        Vector.UdpFlood => "UDP between random ports",
        Vector.FragmentFlood => "later IP fragments whose first never comes",
        Vector.IcmpFlood => "echo requests",
        Vector.GreFlood => "UDP in IPv4 in GRE",
        Vector.IpProtocolFlood => "IP protocol 253",
        Vector.IPv6ExtensionHeaderFlood => "UDP behind 2 to 8 IPv6 extension headers",
        Vector.DnsQueryFlood => "one DNS query again and again",
        Vector.DnsRandomSubdomain => "DNS queries for names that do not exist, through resolvers",
        Vector.QuicFlood => "first QUIC packets from random sources",
        Vector.SipFlood => "SIP OPTIONS from random sources",
        Vector.DhcpFlood => "DHCPDISCOVER from random sources",
        Vector.HttpFlood => "requests for one page over real connections",
        Vector.HttpCacheBusting => "requests with a new query string each",
        _ => DescribePorts(vector),
    };

    private static string DescribePorts(Vector vector)
    {
        var ports = Vectors.AmplificationPorts.Where(entry => entry.Vector == vector).Select(entry => entry.Port).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"replies from UDP port{(ports.Length > 1 ? "s" : "")} {string.Join(", ", ports)}");
    }
}
