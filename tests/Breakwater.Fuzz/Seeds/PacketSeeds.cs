using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Frames of every link type and every header that the product's encoder can write.</summary>
internal static class PacketSeeds
{
    private static readonly Address _client = Address.Parse("192.0.2.1");
    private static readonly Address _server = Address.Parse("198.51.100.7");
    private static readonly Address _client6 = Address.Parse("2001:db8::1");
    private static readonly Address _server6 = Address.Parse("2001:db8:7::53");

    private const ulong Mac = 0x00005E005301;
    private const ulong OtherMac = 0x00005E005302;

    private delegate void Part(ref PacketWriter writer);

    private static readonly Part[] _packets =
    [
        static (ref w) => { Ip4(ref w); w.Udp(53, 40000); w.Filler(30, 0x5A); },
        static (ref w) => { Ip4(ref w); w.Tcp(new TcpHeader(443, 50123) { Flags = 0x12, Options = new byte[] { 2, 4, 5, 0xB4 } }); },
        static (ref w) => { w.Ip(new IpHeader(_client, _server) { Options = new byte[] { 7, 7, 4, 0, 0, 0, 0, 1 }, TypeOfService = 0x2E }); w.Tcp(new TcpHeader(80, 1234)); },
        static (ref w) => { w.Ip(new IpHeader(_client, _server) { FragmentOffset = 185, MoreFragments = true, Protocol = 17 }); w.Filler(40, 1); },
        static (ref w) => { w.Ip(new IpHeader(_client, _server) { MoreFragments = true }); w.Udp(123, 123, 1480); w.Filler(40, 1); },
        static (ref w) => { Ip4(ref w); w.Icmp(8, 0, 0x10001); w.Filler(16); },
        static (ref w) => { Ip4(ref w); w.Sctp(2905, 2905, 77); w.Filler(16); },
        static (ref w) => { Ip4(ref w); w.Ah(9, 1); w.Udp(500, 500); },
        static (ref w) => { Ip4(ref w); w.Esp(9, 1); w.Filler(32, 9); },
        static (ref w) => { Ip6(ref w); w.Udp(53, 5353); w.Filler(20); },
        static (ref w) => { Ip6(ref w); w.Extension(0); w.Extension(43, 24); w.Extension(60, 16); w.Tcp(new TcpHeader(443, 443) { Flags = 2 }); },
        static (ref w) => { Ip6(ref w); w.FragmentHeader(0, true, 99); w.Udp(53, 53, 1500); w.Filler(24); },
        static (ref w) => { Ip6(ref w); w.FragmentHeader(90, false, 99, 17); w.Filler(24); },
        static (ref w) => { Ip6(ref w); w.Ah(1, 2); w.Icmp(128, 0, 5); },
        static (ref w) => { Ip4(ref w); w.Gre(true, 5, 6); Ip6(ref w); w.Udp(1, 2); },
        static (ref w) => { Ip4(ref w); w.GrePptp(7, 8, 9); w.Ppp(); Ip4(ref w); w.Tcp(new TcpHeader(3, 4)); },
        static (ref w) => { Ip4(ref w); w.Gre(sequence: 3); w.Erspan(true, 4, 5, true); w.Ethernet(Mac, OtherMac); Ip4(ref w); w.Udp(1, 2); },
        static (ref w) => { Ip4(ref w); w.Udp(4000, 4789); w.Vxlan(88); w.Ethernet(Mac, OtherMac); w.Vlan(9); Ip6(ref w); w.Tcp(new TcpHeader(5, 6)); },
        static (ref w) => { Ip6(ref w); w.Udp(4000, 6081); w.Geneve(88, 3); w.Ethernet(Mac, OtherMac); Ip4(ref w); w.Udp(5, 6); },
        static (ref w) => { Ip4(ref w); w.Udp(2152, 2152); w.GtpU(88, 3); Ip4(ref w); w.Udp(5, 6); },
        static (ref w) => { Ip4(ref w); w.Udp(1701, 1701); w.L2tp(3, 3); w.Ppp(); Ip4(ref w); w.Udp(5, 6); },
        static (ref w) => { Ip4(ref w); w.EtherIp(); w.Ethernet(Mac, OtherMac); Ip4(ref w); w.Udp(5, 6); },
        static (ref w) => { Ip4(ref w); Ip4(ref w); Ip6(ref w); Ip6(ref w); Ip4(ref w); w.Icmp(3, 1); },
    ];

    /// <summary>Frames with one kind of link header.</summary>
    public static IEnumerable<byte[]> For(LinkType link)
    {
        foreach (var header in Links(link))
        {
            foreach (var packet in _packets)
            {
                if (TryBuild(header, packet, out var frame))
                    yield return link == LinkType.CiscoHdlc ? [0x0F, 0, .. EtherTypeOf(frame), .. frame] : frame;
            }
        }
    }

    /// <summary>One plain IPv4 or IPv6 packet with a payload of filler, for other formats to carry.</summary>
    public static byte[] Plain(int index)
    {
        var all = For(LinkType.Ethernet).ToList();
        return all[index % all.Count];
    }

    private static Part[] Links(LinkType link) => link switch
    {
        LinkType.Ethernet =>
        [
            static (ref w) => w.Ethernet(Mac, OtherMac),
            static (ref w) => { w.Ethernet(Mac, OtherMac); w.Vlan(100, 3); },
            static (ref w) => { w.Ethernet(Mac, OtherMac); w.Vlan(100, 3, 0x88A8); w.Vlan(7); },
            static (ref w) => { w.Ethernet(Mac, OtherMac); w.Mpls(1000); w.Mpls(16); },
            static (ref w) => { w.Ethernet(Mac, OtherMac); w.Mpls(1000); w.ControlWord(3); w.Ethernet(Mac, OtherMac); },
            static (ref w) => { w.Ethernet(Mac, OtherMac); w.Pppoe(11); },
            static (ref w) => w.Ieee8023Snap(Mac, OtherMac),
        ],
        LinkType.LinuxSll => [static (ref w) => w.LinuxSll(Mac), static (ref w) => { w.LinuxSll(Mac); w.Vlan(5); }],
        LinkType.LinuxSll2 => [static (ref w) => w.LinuxSll2(Mac, 3)],
        LinkType.Null => [static (ref w) => w.Loopback(false), static (ref w) => w.Loopback(true)],
        LinkType.Loop => [static (ref w) => w.Loopback(true)],
        LinkType.Ppp or LinkType.PppHdlc => [static (ref w) => w.Ppp()],
        LinkType.PppoeSession => [static (ref w) => w.Pppoe(4)],
        LinkType.FrameRelay => [static (ref w) => w.FrameRelay(40)],
        LinkType.Mpls => [static (ref w) => w.Mpls(40), static (ref w) => { w.Mpls(40); w.Mpls(3); }],
        _ => [static (ref w) => { }],
    };

    private static byte[] EtherTypeOf(byte[] packet) => packet[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xDD];

    private static bool TryBuild(Part link, Part packet, out byte[] frame)
    {
        var buffer = new byte[1024];
        var writer = new PacketWriter(buffer);
        link(ref writer);
        packet(ref writer);
        var done = writer.TryFinish(out var length);
        frame = buffer[..length];
        return done;
    }

    private static void Ip4(ref PacketWriter writer) => writer.Ip(new IpHeader(_client, _server) { TypeOfService = 0x20, TimeToLive = 61, Identification = 7, DontFragment = true });

    private static void Ip6(ref PacketWriter writer) => writer.Ip(new IpHeader(_client6, _server6) { TypeOfService = 0xB8, TimeToLive = 59, FlowLabel = 0x12345 });
}
