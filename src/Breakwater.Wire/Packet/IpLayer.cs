namespace Breakwater.Wire.Packet;

/// <summary>
/// One IP header with its extension headers and the first fields of its transport. Members whose bit in <see cref="Known"/> is
/// not set were cut off, or do not exist in such a packet, and hold 0: a cut port is unknown, never 0.
/// </summary>
public struct IpLayer
{
    public Address Source;
    public Address Destination;

    /// <summary>Which of the members below hold values; version, addresses, lengths, traffic class and hop limit always do.</summary>
    public IpFields Known;

    /// <summary>IPv4 identification, or that of the IPv6 fragment header (RFC 8200 §4.5).</summary>
    public uint Identification;

    /// <summary>IPv6 flow label, 20 bits.</summary>
    public uint FlowLabel;
    public uint TcpSequenceNumber;
    public uint TcpAcknowledgementNumber;

    /// <summary>Where the IP header starts, in bytes from the start of the frame.</summary>
    public int Offset;

    /// <summary>IPv4 total length, or IPv6 payload length + 40, in bytes, as it stands in the header: 0 when the header leaves it
    /// open (segmentation offload; RFC 2675 jumbograms).</summary>
    public int TotalLength;

    /// <summary>Where the transport's payload starts, in bytes from the start of the frame; that of IP when the transport is not read.</summary>
    public int PayloadOffset;

    /// <summary>Captured bytes of the transport's payload, without link-layer padding.</summary>
    public int PayloadLength;

    /// <summary>Bytes of the IP header: IPv4 with its options, IPv6 with the extension headers that were read.</summary>
    public ushort HeaderLength;
    public ushort SourcePort;
    public ushort DestinationPort;

    /// <summary>TCP flags: bit 0 FIN … bit 7 CWR, bit 8 AE, bits 9-11 reserved (RFC 9293 §3.1).</summary>
    public ushort TcpFlags;
    public ushort TcpWindowSize;

    /// <summary>UDP length field in bytes, header included (RFC 768).</summary>
    public ushort UdpLength;

    /// <summary>ICMP or ICMPv6 type × 256 + code.</summary>
    public ushort IcmpTypeCode;

    /// <summary>Fragment offset in units of 8 octets.</summary>
    public ushort FragmentOffset;

    /// <summary>4 or 6.</summary>
    public byte Version;

    /// <summary>Transport protocol number; for IPv6 the last next-header value that could be read.</summary>
    public byte Protocol;

    /// <summary>IPv4 TOS or IPv6 traffic class.</summary>
    public byte TypeOfService;

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public byte TimeToLive;

    /// <summary>IP headers around this one: 0 for the outermost.</summary>
    public byte Depth;

    /// <summary>How this layer is carried by the IP header around it.</summary>
    public Tunnel Tunnel;

    /// <summary>Extension headers met; an authentication header is also noted for IPv4.</summary>
    public IPv6Extensions Extensions;

    /// <summary>IPv4 MF or the M flag of the IPv6 fragment header.</summary>
    public bool MoreFragments;

    /// <summary>IPv4 DF.</summary>
    public bool DontFragment;

    /// <summary>True for a fragment other than the first: it has no transport header.</summary>
    public readonly bool IsLaterFragment => FragmentOffset > 0;

    /// <summary>True when every bit of <paramref name="fields"/> is known.</summary>
    public readonly bool Knows(IpFields fields) => (Known & fields) == fields;
}

/// <summary>The members of <see cref="IpLayer"/> that a packet may or may not carry.</summary>
[Flags]
public enum IpFields : ushort
{
    None = 0,
    SourcePort = 1 << 0,
    DestinationPort = 1 << 1,
    Ports = SourcePort | DestinationPort,
    TcpSequenceNumber = 1 << 2,
    TcpAcknowledgementNumber = 1 << 3,
    TcpFlags = 1 << 4,
    TcpWindowSize = 1 << 5,
    UdpLength = 1 << 6,
    IcmpTypeCode = 1 << 7,

    /// <summary>Identification, fragment offset and MF: every IPv4 header, and IPv6 with a fragment header.</summary>
    Fragment = 1 << 8,
    FlowLabel = 1 << 9,

    /// <summary>The whole transport header was captured: <see cref="IpLayer.PayloadOffset"/> points behind it.</summary>
    Payload = 1 << 10,
}
