using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Breakwater.Detection;

/// <summary>
/// The technique of an attack. One list for JSON, metrics, samples and the user interface; <see cref="Vectors.Name"/> gives the
/// kebab-case name. New members go to the end: the numbers index arrays, and are written nowhere.
/// </summary>
public enum Vector : byte
{
    None = 0,

    DnsAmplification,
    NtpAmplification,
    CldapAmplification,
    MemcachedAmplification,
    SsdpAmplification,
    SnmpAmplification,
    ChargenAmplification,
    WsDiscoveryAmplification,
    ArmsAmplification,
    CoapAmplification,
    PortmapAmplification,
    NetbiosAmplification,
    MdnsAmplification,
    TftpAmplification,
    RipAmplification,
    QotdAmplification,
    SlpAmplification,
    SipAmplification,
    StunAmplification,
    OpenvpnAmplification,
    QuakeAmplification,
    SteamAmplification,
    DhcpdiscoverAmplification,
    JenkinsAmplification,
    BittorrentAmplification,
    BacnetAmplification,

    TcpReflection,
    QuicReflection,
    UdpReflection,

    SynFlood,
    SynAckFlood,
    AckFlood,
    RstFlood,
    FinFlood,
    TcpNullFlood,
    TcpXmasFlood,
    TcpConnectionFlood,

    UdpFlood,
    FragmentFlood,
    IcmpFlood,
    GreFlood,
    IpProtocolFlood,
    IPv6ExtensionHeaderFlood,
    DnsQueryFlood,
    DnsRandomSubdomain,
    QuicFlood,
    SipFlood,
    DhcpFlood,

    HttpFlood,
    HttpCacheBusting,
    HttpSlow,
    HttpLoginFlood,
    HttpScraping,
}

/// <summary>Names of the vectors, and the services whose replies are abused as amplifiers.</summary>
public static class Vectors
{
    /// <summary>Every vector but <see cref="Vector.None"/>, in the order of the enum.</summary>
    public static ImmutableArray<Vector> All { get; } = [.. Enum.GetValues<Vector>().Where(static vector => vector != Vector.None)];

    /// <summary>
    /// UDP source ports of services that answer a small spoofed request with a large reply. The IANA port of each service; for
    /// BitTorrent the usual range of its clients, 6881-6889, and the Kademlia port 4672.
    /// </summary>
    public static ImmutableArray<(ushort Port, Vector Vector)> AmplificationPorts { get; } =
    [
        (17, Vector.QotdAmplification),
        (19, Vector.ChargenAmplification),
        (53, Vector.DnsAmplification),
        (69, Vector.TftpAmplification),
        (111, Vector.PortmapAmplification),
        (123, Vector.NtpAmplification),
        (137, Vector.NetbiosAmplification),
        (161, Vector.SnmpAmplification),
        (389, Vector.CldapAmplification),
        (427, Vector.SlpAmplification),
        (443, Vector.QuicReflection),
        (520, Vector.RipAmplification),
        (1194, Vector.OpenvpnAmplification),
        (1900, Vector.SsdpAmplification),
        (3283, Vector.ArmsAmplification),
        (3478, Vector.StunAmplification),
        (3702, Vector.WsDiscoveryAmplification),
        (4672, Vector.BittorrentAmplification),
        (5060, Vector.SipAmplification),
        (5353, Vector.MdnsAmplification),
        (5683, Vector.CoapAmplification),
        (6881, Vector.BittorrentAmplification),
        (6882, Vector.BittorrentAmplification),
        (6883, Vector.BittorrentAmplification),
        (6884, Vector.BittorrentAmplification),
        (6885, Vector.BittorrentAmplification),
        (6886, Vector.BittorrentAmplification),
        (6887, Vector.BittorrentAmplification),
        (6888, Vector.BittorrentAmplification),
        (6889, Vector.BittorrentAmplification),
        (11211, Vector.MemcachedAmplification),
        (27015, Vector.SteamAmplification),
        (27960, Vector.QuakeAmplification),
        (33848, Vector.JenkinsAmplification),
        (37810, Vector.DhcpdiscoverAmplification),
        (47808, Vector.BacnetAmplification),
    ];

    private static readonly ImmutableArray<string> _names = [.. Enum.GetValues<Vector>().Select(KebabName)];

    private const int PortBits = 8;

    // A port above its vector, where its hash says; the factor is one that gives no two of them the same place. A table of all ports
    // would be 64 kB: hardly ever near a processor that has other work between two batches of records.
    private static readonly uint _portFactor = FindPortFactor();
    private static readonly uint[] _byPort = BuildPortTable();

    /// <summary>The vector's name as it stands in JSON, metrics and pages: <c>dns-amplification</c>; <c>none</c> for <see cref="Vector.None"/>.</summary>
    public static string Name(Vector vector) => _names[(int)vector];

    /// <summary>Finds a vector by its name (exact, lower case).</summary>
    public static bool TryParse(string? name, out Vector vector)
    {
        var index = name is null ? -1 : _names.IndexOf(name);
        vector = index > 0 ? (Vector)index : Vector.None;
        return index > 0;
    }

    /// <summary>The vector whose reflectors answer from this UDP port; <see cref="Vector.None"/> when the port is in no list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector OfUdpSourcePort(ushort port)
    {
        var known = _byPort[PlaceOf(port, _portFactor)];
        return known >> 16 == port ? (Vector)(byte)known : Vector.None;
    }

    /// <summary>True for the vectors named after a reflecting service of <see cref="AmplificationPorts"/>.</summary>
    public static bool IsAmplification(Vector vector) =>
        vector is (>= Vector.DnsAmplification and <= Vector.BacnetAmplification) or Vector.QuicReflection;

    /// <summary>
    /// The IP protocols that all packets of a vector have; empty when the vector does not tell: fragments, tunnels, and what is asked over several transports.
    /// </summary>
    public static ReadOnlySpan<byte> ProtocolsOf(Vector vector) => vector switch
    {
        (>= Vector.DnsAmplification and <= Vector.BacnetAmplification) or Vector.QuicReflection or Vector.UdpReflection or Vector.UdpFlood or Vector.QuicFlood or Vector.DhcpFlood => [17],
        Vector.TcpReflection or (>= Vector.SynFlood and <= Vector.TcpConnectionFlood) => [6],
        Vector.IcmpFlood => [1, 58],
        Vector.GreFlood => [47],
        _ => [],
    };

    private static uint PlaceOf(ushort port, uint factor) => (port * factor) >> (32 - PortBits);

    /// <exception cref="InvalidOperationException">A port stands in the list twice, or the list is too long for the table.</exception>
    private static uint FindPortFactor() => Enumerable.Range(0, 1 << 16).Select(static number => 0x9E37_79B9u + (0x3C6E_F372u * (uint)number))
        .First(static factor => AmplificationPorts.DistinctBy(known => PlaceOf(known.Port, factor)).Count() == AmplificationPorts.Length);

    private static uint[] BuildPortTable()
    {
        var table = new uint[1 << PortBits];
        foreach (var (port, vector) in AmplificationPorts)
            table[PlaceOf(port, _portFactor)] = ((uint)port << 16) | (byte)vector;
        return table;
    }

    /// <summary>IPv6ExtensionHeaderFlood → ipv6-extension-header-flood: a hyphen before each capital that follows a small letter or digit.</summary>
    private static string KebabName(Vector vector)
    {
        var member = vector.ToString();
        var kebab = new System.Text.StringBuilder(member.Length + 8);
        for (var i = 0; i < member.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(member[i]) && !char.IsAsciiLetterUpper(member[i - 1]))
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(member[i]));
        }
        return kebab.ToString();
    }
}
