using System.Text;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>
/// Floods that look as much like ordinary traffic of their protocol as the vector allows: a standing crowd of senders, each with its
/// own port, sizes and flags of real clients and servers. What is left to tell them apart is that nothing answers to anything.
/// </summary>
internal sealed class Mimicry : AttackPackets
{
    private const ushort WebPort = 443;

    private readonly Vector _vector;
    private readonly Sender[] _senders;

    public Mimicry(Vector vector, SeededRandom random)
        : base(random)
    {
        _vector = vector;
        _senders = new Sender[SenderCount(vector)];
        for (var i = 0; i < _senders.Length; i++)
            _senders[i] = new Sender(random.NextUInt32(), random.EphemeralPort(), random.NextUInt32(), random.NextUInt32());
    }

    /// <summary>True for the vectors that this class makes.</summary>
    public static bool Makes(Vector vector) => SenderCount(vector) > 0;

    public override void Make(SamplePacket packet, Address target)
    {
        ref var sender = ref _senders[Random.Below((uint)_senders.Length)];
        var source = DocumentationSpace.Anybody(sender.Number, !target.IsIPv4);
        switch (_vector)
        {
            case Vector.SynFlood or Vector.TcpReflection or Vector.SynAckFlood or Vector.AckFlood or Vector.RstFlood or Vector.FinFlood:
                packet.Begin(source, target, IpProtocol.Tcp);
                Segment(packet, ref sender);
                break;
            case Vector.IcmpFlood:
                packet.Begin(source, target, target.IsIPv4 ? IpProtocol.Icmp : IpProtocol.IcmpV6);
                packet.IcmpType = (byte)(target.IsIPv4 ? 0 : 129); // echo replies, of a ping's usual size
                packet.Sequence = ((uint)sender.Port << 16) | (ushort)sender.Sequence++;
                packet.Fill(56);
                break;
            case Vector.GreFlood:
                packet.Begin(source, target, IpProtocol.Gre);
                (packet.SourcePort, packet.DestinationPort) = (sender.Port, WebPort);
                packet.Fill(Random.OneIn(3) ? Random.Between(20, 100) : 1_300);
                break;
            case Vector.IpProtocolFlood:
                packet.Begin(source, target, IpProtocol.Esp);
                packet.Fill(Random.OneIn(3) ? Random.Between(60, 140) & ~3 : 1_400);
                break;
            default:
                packet.Begin(source, target, IpProtocol.Udp);
                Datagram(packet, ref sender);
                break;
        }

        packet.Identification = Random.NextUInt16();
    }

    private void Segment(SamplePacket packet, ref Sender sender)
    {
        (packet.SourcePort, packet.DestinationPort, packet.Window) = (sender.Port, WebPort, 64_240);
        switch (_vector)
        {
            case Vector.SynFlood:
                (packet.TcpFlags, packet.HasSynOptions) = (TcpFlags.Syn, true);
                packet.SourcePort = Random.EphemeralPort();
                packet.Sequence = Random.NextUInt32();
                return;
            case Vector.TcpReflection or Vector.SynAckFlood:
                (packet.TcpFlags, packet.HasSynOptions) = (TcpFlags.Syn | TcpFlags.Ack, true);
                (packet.SourcePort, packet.DestinationPort) = (_vector == Vector.TcpReflection ? WebPort : AnyServicePort(), Random.EphemeralPort());
                packet.Sequence = Random.NextUInt32();
                break;
            case Vector.RstFlood:
                packet.TcpFlags = TcpFlags.Rst | TcpFlags.Ack;
                packet.Window = 0;
                break;
            case Vector.FinFlood:
                packet.TcpFlags = TcpFlags.Fin | TcpFlags.Ack;
                break;
            default:
                // An upload: full segments in sequence between fixed ports, the last of each burst pushed.
                var isLast = Random.OneIn(4);
                packet.TcpFlags = isLast ? TcpFlags.Psh | TcpFlags.Ack : TcpFlags.Ack;
                packet.Fill(isLast ? Random.Between(40, 1_400) : 1_428);
                break;
        }

        if (packet.Sequence == 0)
        {
            packet.Sequence = sender.Sequence;
            sender.Sequence += (uint)packet.PayloadLength;
        }

        packet.Acknowledgement = sender.Acknowledgement;
    }

    private void Datagram(SamplePacket packet, ref Sender sender)
    {
        (packet.SourcePort, packet.DestinationPort) = (sender.Port, WebPort);
        switch (_vector)
        {
            case Vector.UdpFlood: // QUIC in full swing: short headers are filler (RFC 9000 §17.3: encrypted), full packets and acknowledgements
                packet.Fill(Random.OneIn(3) ? Random.Between(29, 60) : 1_252);
                break;
            case Vector.QuicFlood:
                packet.Set(HarmlessPayloads.QuicLongHeader(1_200, Random.NextUInt64()));
                break;
            case Vector.DnsQueryFlood or Vector.DnsRandomSubdomain:
                (packet.SourcePort, packet.DestinationPort) = (Random.EphemeralPort(), 53);
                packet.Set(HarmlessPayloads.DnsQuery(Random.NextUInt16(), _vector == Vector.DnsQueryFlood ? PlausibleLabel() : WordLabel()));
                break;
            case Vector.SipFlood:
                (packet.SourcePort, packet.DestinationPort) = (5060, 5060);
                packet.Set(HarmlessPayloads.SipOptions);
                break;
            case Vector.FragmentFlood:
                // Large datagrams between high ports: first fragments whose rest never comes, and later ones without a beginning.
                packet.DestinationPort = 8_801;
                if (Random.OneIn(2))
                    packet.FragmentOffset = 185;
                packet.MoreFragments = packet.FragmentOffset == 0;
                packet.WholeUdpLength = packet.MoreFragments ? (ushort)2_400 : (ushort)0;
                packet.Fill(packet.MoreFragments ? 1_472 : Random.Between(300, 920));
                break;
            default:
                packet.SourcePort = Vectors.AmplificationPorts.First(entry => entry.Vector == _vector).Port;
                packet.DestinationPort = sender.Port;
                SmallReply(packet);
                break;
        }
    }

    /// <summary>Replies of the size that clients of the service get every day.</summary>
    private void SmallReply(SamplePacket packet)
    {
        switch (_vector)
        {
            case Vector.DnsAmplification:
                packet.Set(HarmlessPayloads.DnsAnswer(Random.NextUInt16(), PlausibleLabel(), Random.Between(1, 6)));
                break;
            case Vector.NtpAmplification:
                packet.Set(HarmlessPayloads.NtpReply);
                break;
            default:
                packet.Fill(_vector == Vector.QuicReflection ? 1_252 : Random.Between(90, 160));
                break;
        }
    }

    private ushort AnyServicePort() => Random.Below(4) switch { 0 => 80, 1 => 8_443, 2 => 25, _ => WebPort };

    private byte[] PlausibleLabel() => Encoding.ASCII.GetBytes(Random.Below(8) switch
    {
        0 => "www",
        1 => "mail",
        2 => "api",
        3 => "cdn",
        4 => "shop",
        5 => $"img{Random.Below(8)}",
        6 => $"ns{1 + Random.Below(2)}",
        _ => "login",
    });

    private byte[] WordLabel()
    {
        ReadOnlySpan<string> words = ["blue", "river", "north", "panel", "media", "store", "cloud", "track", "green", "point", "daily", "craft"];
        return Encoding.ASCII.GetBytes($"{words[Random.Between(0, 11)]}-{words[Random.Between(0, 11)]}-{Random.Below(10_000)}");
    }

    /// <summary>How many senders a crowd of this protocol has; 0 where ordinary traffic has no such packets.</summary>
    private static int SenderCount(Vector vector) => vector switch
    {
        Vector.SynFlood or Vector.QuicFlood or Vector.RstFlood or Vector.FinFlood => 3_000,
        Vector.DnsQueryFlood => 4_000,
        Vector.UdpFlood or Vector.IcmpFlood or Vector.FragmentFlood => 2_000,
        Vector.AckFlood or Vector.TcpReflection or Vector.SynAckFlood => 600,
        Vector.DnsRandomSubdomain or Vector.SipFlood => 300,
        Vector.GreFlood or Vector.IpProtocolFlood => 120,
        _ when Vectors.IsAmplification(vector) => 1_500,
        _ => 0,
    };

    /// <summary>One of the crowd: an address, a port of its own, and where its stream stands.</summary>
    private record struct Sender(uint Number, ushort Port, uint Sequence, uint Acknowledgement);
}
