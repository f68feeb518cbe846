using System.Text;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>Direct floods: each packet stands alone, most with a source address drawn anew (as spoofed ones are).</summary>
internal sealed class Flood(Vector vector, SeededRandom random) : AttackPackets(random)
{
    private const ushort WebPort = 443;
    private const int Resolvers = 60;

    /// <summary>True for the vectors that this class makes.</summary>
    public static bool Makes(Vector vector) => vector is Vector.TcpReflection or >= Vector.SynFlood and <= Vector.DhcpFlood
        and not Vector.TcpConnectionFlood;

    public override void Make(SamplePacket packet, Address target)
    {
        switch (vector)
        {
            case Vector.TcpReflection:
                Tcp(packet, target, TcpFlags.Syn | TcpFlags.Ack, WebPort, Random.EphemeralPort());
                break;
            case Vector.SynFlood:
                Tcp(packet, target, TcpFlags.Syn, Random.EphemeralPort(), WebPort);
                break;
            case Vector.SynAckFlood:
                Tcp(packet, target, TcpFlags.Syn | TcpFlags.Ack, AnyPort(), AnyPort());
                break;
            case Vector.AckFlood:
                Tcp(packet, target, TcpFlags.Ack, AnyPort(), WebPort);
                break;
            case Vector.RstFlood:
                Tcp(packet, target, TcpFlags.Rst, AnyPort(), WebPort);
                break;
            case Vector.FinFlood:
                Tcp(packet, target, TcpFlags.Fin, AnyPort(), WebPort);
                break;
            case Vector.TcpNullFlood:
                Tcp(packet, target, TcpFlags.None, AnyPort(), WebPort);
                break;
            case Vector.TcpXmasFlood:
                Tcp(packet, target, TcpFlags.Fin | TcpFlags.Psh | TcpFlags.Urg, AnyPort(), WebPort);
                break;
            default:
                WithoutTcp(packet, target);
                break;
        }
    }

    private void WithoutTcp(SamplePacket packet, Address target)
    {
        switch (vector)
        {
            case Vector.UdpFlood:
                Udp(packet, target, AnyPort(), AnyPort()).Fill(Random.Between(64, 1_400));
                break;
            case Vector.FragmentFlood:
                Begin(packet, target, IpProtocol.Udp);
                packet.FragmentOffset = (ushort)Random.Between(1, 8_000);
                packet.MoreFragments = !Random.OneIn(4);
                packet.Fill(Random.Between(60, 180) * 8);
                break;
            case Vector.IcmpFlood:
                Begin(packet, target, target.IsIPv4 ? IpProtocol.Icmp : IpProtocol.IcmpV6);
                packet.IcmpType = (byte)(target.IsIPv4 ? 8 : 128);
                packet.Sequence = Random.NextUInt32();
                packet.Fill(Random.Between(56, 1_400));
                break;
            case Vector.GreFlood:
                Begin(packet, target, IpProtocol.Gre);
                (packet.SourcePort, packet.DestinationPort) = (AnyPort(), AnyPort());
                packet.Fill(512);
                break;
            case Vector.IpProtocolFlood:
                Begin(packet, target, IpProtocol.Experimental);
                packet.Fill(Random.Between(64, 1_400));
                break;
            case Vector.IPv6ExtensionHeaderFlood:
                Udp(packet, target, AnyPort(), AnyPort()).Fill(64);
                packet.ExtensionHeaders = Random.Between(2, 8);
                break;
            default:
                Requests(packet, target);
                break;
        }
    }

    private void Requests(SamplePacket packet, Address target)
    {
        switch (vector)
        {
            case Vector.DnsQueryFlood:
                Udp(packet, target, Random.EphemeralPort(), 53).Set(HarmlessPayloads.DnsQuery(Random.NextUInt16(), "www"u8));
                break;
            case Vector.DnsRandomSubdomain:
                // Such queries come through resolvers: few sources, each of them a real one.
                Udp(packet, target, Random.EphemeralPort(), 53).Set(HarmlessPayloads.DnsQuery(Random.NextUInt16(), RandomLabel()));
                packet.Source = DocumentationSpace.Anybody(Random.Below(Resolvers) * 331);
                break;
            case Vector.QuicFlood:
                Udp(packet, target, Random.EphemeralPort(), WebPort).Set(HarmlessPayloads.QuicLongHeader(1_200, Random.NextUInt64()));
                break;
            case Vector.SipFlood:
                Udp(packet, target, 5060, 5060).Set(HarmlessPayloads.SipOptions);
                break;
            default:
                Udp(packet, target, 68, 67).Set(HarmlessPayloads.DhcpDiscover(Random.NextUInt32()));
                break;
        }
    }

    private void Tcp(SamplePacket packet, Address target, TcpFlags flags, ushort sourcePort, ushort destinationPort)
    {
        Begin(packet, target, IpProtocol.Tcp);
        (packet.SourcePort, packet.DestinationPort, packet.TcpFlags) = (sourcePort, destinationPort, flags);
        packet.Sequence = Random.NextUInt32();
        packet.Acknowledgement = (flags & TcpFlags.Ack) == 0 ? 0 : Random.NextUInt32();
        packet.Window = (flags & TcpFlags.Rst) == 0 ? (ushort)64_240 : (ushort)0;
    }

    private SamplePacket Udp(SamplePacket packet, Address target, ushort sourcePort, ushort destinationPort)
    {
        Begin(packet, target, IpProtocol.Udp);
        (packet.SourcePort, packet.DestinationPort) = (sourcePort, destinationPort);
        return packet;
    }

    private void Begin(SamplePacket packet, Address target, byte protocol)
    {
        packet.Begin(DocumentationSpace.Anybody(Random.NextUInt32(), !target.IsIPv4), target, protocol);
        packet.Identification = Random.NextUInt16();
    }

    private ushort AnyPort() => (ushort)Random.Between(1_024, 65_535);

    private byte[] RandomLabel() => Encoding.ASCII.GetBytes($"{Random.NextUInt64():x12}");
}
