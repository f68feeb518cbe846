using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>
/// One packet as a traffic source describes it, before it becomes a frame. One instance is reused for a whole sample. There is no
/// member for MAC addresses, time to live or hop limit: <see cref="FrameWriter"/> sets those and nobody can change them.
/// </summary>
internal sealed class SamplePacket
{
    /// <summary>Most payload bytes of one packet: an MTU of 1500 less the IPv4 header (later fragments have no other).</summary>
    public const int MaximumPayloadBytes = 1480;

    /// <summary>
    /// The octet that stands for content. It begins no IP header (version 5), no QUIC long header and no answer that a service
    /// would understand.
    /// </summary>
    public const byte Filler = 0x5A;

    private readonly byte[] _payload = new byte[MaximumPayloadBytes];

    public Address Source { get; set; }

    public Address Destination { get; set; }

    /// <summary>IP protocol number; for IPv6 that of the transport.</summary>
    public byte Protocol { get; set; }

    public ushort SourcePort { get; set; }

    public ushort DestinationPort { get; set; }

    public TcpFlags TcpFlags { get; set; }

    public uint Sequence { get; set; }

    public uint Acknowledgement { get; set; }

    public ushort Window { get; set; }

    /// <summary>A SYN carries the options that clients and servers send: segment size, SACK, time stamps, window scale.</summary>
    public bool HasSynOptions { get; set; }

    public byte IcmpType { get; set; }

    public ushort Identification { get; set; }

    /// <summary>In units of 8 octets; above 0 the packet has no transport header.</summary>
    public ushort FragmentOffset { get; set; }

    public bool MoreFragments { get; set; }

    /// <summary>In a first fragment: the UDP length of the whole datagram; otherwise 0.</summary>
    public ushort WholeUdpLength { get; set; }

    /// <summary>Hop-by-hop and destination options headers in front of the transport (IPv6 only).</summary>
    public int ExtensionHeaders { get; set; }

    /// <summary>What follows the transport header.</summary>
    public ReadOnlySpan<byte> Payload => _payload.AsSpan(0, PayloadLength);

    public int PayloadLength { get; private set; }

    /// <summary>Starts the next packet: everything else is cleared.</summary>
    public void Begin(Address source, Address destination, byte protocol)
    {
        (Source, Destination, Protocol) = (source, destination, protocol);
        (SourcePort, DestinationPort, TcpFlags, Sequence, Acknowledgement, Window) = (0, 0, TcpFlags.None, 0, 0, 0);
        (IcmpType, Identification, FragmentOffset, MoreFragments, WholeUdpLength) = (0, 0, 0, false, 0);
        (ExtensionHeaders, PayloadLength, HasSynOptions) = (0, 0, false);
    }

    /// <summary>Sets the payload to <paramref name="lengthBytes"/> octets of filler.</summary>
    public void Fill(int lengthBytes)
    {
        _payload.AsSpan(0, lengthBytes).Fill(Filler);
        PayloadLength = lengthBytes;
    }

    /// <summary>Sets the payload to a copy of <paramref name="content"/>.</summary>
    public void Set(ReadOnlySpan<byte> content)
    {
        content.CopyTo(_payload);
        PayloadLength = content.Length;
    }
}

/// <summary>TCP control bits (RFC 9293 §3.1).</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 1 << 0,
    Syn = 1 << 1,
    Rst = 1 << 2,
    Psh = 1 << 3,
    Ack = 1 << 4,
    Urg = 1 << 5,
}

/// <summary>IP protocol numbers (IANA "Protocol Numbers") that samples use.</summary>
internal static class IpProtocol
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Gre = 47;
    public const byte Esp = 50;
    public const byte IcmpV6 = 58;

    /// <summary>"Use for experimentation and testing" (RFC 3692).</summary>
    public const byte Experimental = 253;
}
