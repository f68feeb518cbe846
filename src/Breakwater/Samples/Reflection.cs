using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>
/// Replies of reflectors as the victim sees them: many addresses, the service's source port, one destination port, and filler
/// instead of content. The requests that would cause them are never made.
/// </summary>
internal sealed class Reflection : AttackPackets
{
    /// <summary>A fixed port that no list of services names: <see cref="Vector.UdpReflection"/>.</summary>
    public const ushort UnlistedPort = 30_120;

    private const int ReflectorCount = 400;
    private const int FragmentBytes = 1480;

    private readonly Address[] _reflectors = new Address[ReflectorCount];
    private readonly ushort[] _sourcePorts;
    private readonly ushort _victimPort;
    private readonly (int Low, int High) _replyBytes;
    private Address _source;
    private ushort _identification;
    private int _offset;
    private int _rest;

    public Reflection(Vector vector, SeededRandom random)
        : base(random)
    {
        _sourcePorts = SourcePorts(vector);
        _replyBytes = ReplyBytes(vector);
        _victimPort = random.EphemeralPort();
        for (var i = 0; i < ReflectorCount; i++)
            _reflectors[i] = DocumentationSpace.Anybody(random.NextUInt32());
    }

    public override bool HasMore => _rest > 0;

    public override void Make(SamplePacket packet, Address target)
    {
        if (_rest > 0)
            LaterFragment(packet, target);
        else
            Reply(packet, target);
    }

    private void Reply(SamplePacket packet, Address target)
    {
        var length = Random.Between(_replyBytes.Low, _replyBytes.High);
        _source = _reflectors[Random.Below(ReflectorCount)];
        _identification = Random.NextUInt16();
        packet.Begin(_source, target, IpProtocol.Udp);
        packet.Identification = _identification;
        packet.SourcePort = _sourcePorts[Random.Below((uint)_sourcePorts.Length)];
        packet.DestinationPort = _victimPort;
        var here = Math.Min(length, FragmentBytes - 8);
        packet.Fill(here);
        _rest = length - here;
        _offset = FragmentBytes / 8;
        packet.MoreFragments = _rest > 0;
        packet.WholeUdpLength = _rest > 0 ? (ushort)(length + 8) : (ushort)0;
    }

    private void LaterFragment(SamplePacket packet, Address target)
    {
        var here = Math.Min(_rest, FragmentBytes);
        _rest -= here;
        packet.Begin(_source, target, IpProtocol.Udp);
        packet.Identification = _identification;
        packet.FragmentOffset = (ushort)_offset;
        packet.MoreFragments = _rest > 0;
        packet.Fill(here);
        _offset += FragmentBytes / 8;
    }

    private static ushort[] SourcePorts(Vector vector) => vector == Vector.UdpReflection
        ? [UnlistedPort]
        : [.. Vectors.AmplificationPorts.Where(entry => entry.Vector == vector).Select(entry => entry.Port)];

    /// <summary>
    /// Payload bytes of a reply, in the order of magnitude of each service's large answers. DNS and CLDAP answers exceed a packet
    /// and come in fragments.
    /// </summary>
    private static (int Low, int High) ReplyBytes(Vector vector) => vector switch
    {
        Vector.DnsAmplification => (1_800, 3_900),
        Vector.NtpAmplification => (440, 440),
        Vector.CldapAmplification => (2_600, 3_000),
        Vector.MemcachedAmplification => (1_400, 1_400),
        Vector.SsdpAmplification => (250, 420),
        Vector.SnmpAmplification => (900, 1_400),
        Vector.ChargenAmplification => (900, 1_024),
        Vector.WsDiscoveryAmplification => (700, 1_400),
        Vector.ArmsAmplification => (1_006, 1_006),
        Vector.CoapAmplification => (300, 1_000),
        Vector.PortmapAmplification => (400, 600),
        Vector.NetbiosAmplification => (190, 290),
        Vector.MdnsAmplification => (200, 900),
        Vector.TftpAmplification => (516, 516),
        Vector.RipAmplification => (504, 504),
        Vector.QotdAmplification => (150, 500),
        Vector.SlpAmplification => (350, 1_400),
        Vector.SipAmplification => (350, 700),
        Vector.StunAmplification => (90, 140),
        Vector.OpenvpnAmplification => (14, 60),
        Vector.QuakeAmplification => (500, 1_100),
        Vector.SteamAmplification => (500, 1_380),
        Vector.DhcpdiscoverAmplification => (600, 900),
        Vector.JenkinsAmplification => (250, 500),
        Vector.BittorrentAmplification => (300, 600),
        Vector.BacnetAmplification => (300, 500),
        Vector.QuicReflection => (1_200, 1_252),
        _ => (600, 1_000),
    };
}
