using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>Turns a described packet into an Ethernet frame.</summary>
internal static class FrameWriter
{
    /// <summary>Longest frame written here: Ethernet header and an MTU of 1500.</summary>
    public const int MaximumFrameBytes = 1514;

    // Locally administered: the router towards everybody else, and the own network's side of the link.
    private const ulong RouterMac = 0x02_00_00_00_00_01;
    private const ulong OwnMac = 0x02_00_00_00_00_02;

    // MSS 1460, SACK permitted, time stamps, no operation, window scale 7 (RFC 9293 §3.2, RFC 2018, RFC 7323).
    private static readonly byte[] SynOptions = [2, 4, 5, 0xB4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7];

    private const int ExtensionHeaderBytes = 8;
    private const byte HopByHopOptions = 0;
    private const byte DestinationOptions = 60;

    /// <summary>Writes the frame of a packet that goes to the own network or leaves it, and returns its length.</summary>
    public static int Write(SamplePacket packet, Span<byte> frame) => Write(packet, frame, DocumentationSpace.IsOwn(packet.Destination));

    /// <summary>Writes the frame and returns its length; <paramref name="inbound"/> decides who sends it on the link.</summary>
    /// <exception cref="InvalidOperationException">The packet makes no frame: a traffic source is wrong.</exception>
    public static int Write(SamplePacket packet, Span<byte> frame, bool inbound)
    {
        var writer = new PacketWriter(frame[..MaximumFrameBytes]);
        writer.Ethernet(inbound ? OwnMac : RouterMac, inbound ? RouterMac : OwnMac);
        writer.Ip(new IpHeader(packet.Source, packet.Destination)
        {
            TimeToLive = DocumentationSpace.TimeToLive,
            Identification = packet.Identification,
            FragmentOffset = packet.FragmentOffset,
            MoreFragments = packet.MoreFragments,
            DontFragment = packet.Protocol == IpProtocol.Tcp,
            Protocol = packet.Protocol,
        });
        for (var i = 0; i < packet.ExtensionHeaders; i++)
            writer.Extension(i == 0 ? HopByHopOptions : DestinationOptions, ExtensionHeaderBytes);
        if (!packet.Source.IsIPv4 && (packet.FragmentOffset > 0 || packet.MoreFragments))
            writer.FragmentHeader(packet.FragmentOffset, packet.MoreFragments, packet.Identification, packet.Protocol);
        if (packet.FragmentOffset == 0)
            WriteTransport(packet, ref writer);
        writer.Payload(packet.Payload);
        writer.PadToMinimum();
        return writer.TryFinish(out var length)
            ? length
            : throw new InvalidOperationException($"no frame for protocol {packet.Protocol}, payload {packet.PayloadLength} bytes");
    }

    private static void WriteTransport(SamplePacket packet, ref PacketWriter writer)
    {
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp:
                writer.Tcp(new TcpHeader(packet.SourcePort, packet.DestinationPort)
                {
                    SequenceNumber = packet.Sequence,
                    AcknowledgementNumber = packet.Acknowledgement,
                    Flags = (ushort)packet.TcpFlags,
                    WindowSize = packet.Window,
                    Options = packet.HasSynOptions ? SynOptions : default(ReadOnlyMemory<byte>),
                });
                break;
            case IpProtocol.Udp:
                writer.Udp(packet.SourcePort, packet.DestinationPort, packet.WholeUdpLength > 0 ? packet.WholeUdpLength : null);
                break;
            case IpProtocol.Icmp or IpProtocol.IcmpV6:
                writer.Icmp(packet.IcmpType, code: 0, rest: packet.Sequence);
                break;
            case IpProtocol.Gre:
                writer.Gre();
                writer.Ip(new IpHeader(packet.Source, packet.Destination) { TimeToLive = DocumentationSpace.TimeToLive });
                writer.Udp(packet.SourcePort, packet.DestinationPort);
                break;
        }
    }
}
