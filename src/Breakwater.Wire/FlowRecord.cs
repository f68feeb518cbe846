using System.Runtime.InteropServices;

namespace Breakwater.Wire;

/// <summary>
/// One flow or packet as detection sees it: what every telemetry format has in common, in fixed places (one allocation for a
/// whole stream, compiled template plans store straight into it). Counters are as exported, never scaled by the sampling rate.
/// A member whose bit in <see cref="Known"/> is not set was not exported and holds 0: unknown is never a value.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowRecord
{
    /// <summary>Source address of the outermost IP header.</summary>
    public Address Source;

    /// <summary>Destination address of the outermost IP header.</summary>
    public Address Destination;

    /// <summary>Octets: of layer 3 for NetFlow and IPFIX as exported, original frame length for sFlow and packets.</summary>
    public ulong Bytes;

    /// <summary>Packets; 1 for sFlow samples and captured packets.</summary>
    public ulong Packets;

    /// <summary>First packet, nanoseconds since 1970-01-01 UTC.</summary>
    public long StartNanoseconds;

    /// <summary>Last packet, nanoseconds since 1970-01-01 UTC.</summary>
    public long EndNanoseconds;

    /// <summary>When the datagram or packet arrived, nanoseconds since 1970-01-01 UTC; 0 when <see cref="FlowFields.ReceivedAt"/> is not set.</summary>
    public long ReceivedNanoseconds;

    /// <summary>
    /// What the packet asks about, as an unkeyed hash that is the same in every run and on every machine: HTTP requests the method and
    /// the request target up to its query; DNS the last two labels of the first QNAME, lower-cased (a shorter name whole), which
    /// stand in for the registered domain without a public suffix list (two names under co.uk share one); TLS the lower-cased server
    /// name. 0: none, or not whole in the captured part.
    /// </summary>
    public ulong ApplicationResource;

    /// <summary>
    /// Which variant of the resource, as such a hash: HTTP requests the query string (as far as captured; 0 without one), DNS the
    /// whole lower-cased QNAME with QTYPE; 0: none, or not captured. Ever new variants of one resource are cache busting, or random
    /// subdomains.
    /// </summary>
    public ulong ApplicationVariant;

    /// <summary>ifIndex where the packets came in.</summary>
    public uint InputInterface;

    /// <summary>ifIndex where they left; 0x3FFFFFFF is the exporter itself (sFlow v5, "local").</summary>
    public uint OutputInterface;

    /// <summary>1 in this many packets was seen; 0 while unknown (never assumed to be 1).</summary>
    public uint SamplingRate;

    /// <summary>Which members hold values.</summary>
    public FlowFields Known;

    public ushort SourcePort;

    public ushort DestinationPort;

    /// <summary>IP total length (IPv6: payload length + 40) of one packet, in bytes; packets and sFlow only.</summary>
    public ushort IpLength;

    /// <summary>TCP flags, cumulative for flows; bit 0 FIN … bit 7 CWR, bit 8 AE (RFC 9293, IANA "TCP Header Flags").</summary>
    public ushort TcpFlags;

    /// <summary>ICMP or ICMPv6 type × 256 + code (IPFIX IE 32/139).</summary>
    public ushort IcmpTypeCode;

    /// <summary>Fragment offset in units of 8 octets; above 0 for later fragments, which have no ports.</summary>
    public ushort FragmentOffset;

    /// <summary>VLAN identifier of the outermost tag.</summary>
    public ushort VlanId;

    /// <summary>IP protocol number: for IPv6 the last header of the chain that could be read.</summary>
    public byte Protocol;

    /// <summary>IPv4 TOS or IPv6 traffic class.</summary>
    public byte TypeOfService;

    /// <summary>IPv4 TTL or IPv6 hop limit.</summary>
    public byte TimeToLive;

    /// <summary>IPv6 extension headers met in the chain.</summary>
    public IPv6Extensions Extensions;

    /// <summary>IPFIX flowDirection (IE 61): 0 ingress, 1 egress.</summary>
    public byte Direction;

    /// <summary>IPFIX forwardingStatus (IE 89), one octet: the top two bits are 0 unknown, 1 forwarded, 2 dropped, 3 consumed.</summary>
    public byte ForwardingStatus;

    /// <summary>Where <see cref="SamplingRate"/> comes from.</summary>
    public SamplingSource SamplingSource;

    /// <summary>What the first octets of the TCP or UDP payload are; packets and sampled frames only.</summary>
    public ApplicationSign Application;

    /// <summary>
    /// Of the records themselves one in 2^this was taken whole, and stands for all: its packets stand and fall together. The counters and
    /// <see cref="SamplingRate"/> do not have it in them. 0: each record is there.
    /// </summary>
    public byte ThinnedLevel;

    /// <summary>More fragments follow (IPv4 MF, IPv6 fragment header M).</summary>
    public bool MoreFragments;

    /// <summary>True for a fragment other than the first.</summary>
    public readonly bool IsLaterFragment => (Known & FlowFields.Fragment) != 0 && FragmentOffset > 0;

    /// <summary>True when every bit of <paramref name="fields"/> is known.</summary>
    public readonly bool Knows(FlowFields fields) => (Known & fields) == fields;
}

/// <summary>The members of <see cref="FlowRecord"/> that a record may or may not carry.</summary>
[Flags]
public enum FlowFields : uint
{
    None = 0,
    Source = 1 << 0,
    Destination = 1 << 1,
    Bytes = 1 << 2,
    Packets = 1 << 3,
    Start = 1 << 4,
    End = 1 << 5,
    ReceivedAt = 1 << 6,
    InputInterface = 1 << 7,
    OutputInterface = 1 << 8,
    SourcePort = 1 << 9,
    DestinationPort = 1 << 10,
    IpLength = 1 << 11,
    TcpFlags = 1 << 12,
    IcmpTypeCode = 1 << 13,
    Fragment = 1 << 14,
    VlanId = 1 << 15,
    Protocol = 1 << 16,
    TypeOfService = 1 << 17,
    TimeToLive = 1 << 18,
    Extensions = 1 << 19,
    Direction = 1 << 20,
    ForwardingStatus = 1 << 21,

    /// <summary>Bytes and packets are totals since the flow began (IE 85/86), not deltas since the last export.</summary>
    TotalCounters = 1 << 22,

    /// <summary>The captured payload of TCP or UDP was enough to decide on <see cref="FlowRecord.Application"/>, be it that nothing was
    /// recognised. Not set for other protocols, later fragments, and payloads that were cut too early.</summary>
    Application = 1 << 23,
}

/// <summary>What the first octets of a payload are certain to be. One packet is looked at, never a stream.</summary>
public enum ApplicationSign : byte
{
    /// <summary>Nothing that is recognised here, or no payload.</summary>
    None = 0,

    /// <summary>TCP: a method of RFC 9110 §9 or RFC 5789 and a space.</summary>
    HttpRequest,

    /// <summary>TCP: a status line of HTTP/1.x (RFC 9112 §4).</summary>
    HttpResponse,

    /// <summary>TCP: a handshake record of TLS with a ClientHello (RFC 8446 §4.1.2, §5.1).</summary>
    TlsClientHello,

    /// <summary>UDP, port 53 or 5353: a DNS message without QR (RFC 1035 §4.1, RFC 6762).</summary>
    DnsQuery,

    /// <summary>UDP, port 53 or 5353: a DNS message with QR.</summary>
    DnsResponse,

    /// <summary>UDP: an Initial packet of QUIC version 1, 2 or the late drafts (RFC 9000 §17.2.2, RFC 9369 §3.2), of either side.</summary>
    QuicInitial,

    /// <summary>UDP, port 123: mode 3 (RFC 5905 §7.3).</summary>
    NtpClient,

    /// <summary>UDP, port 123: mode 4.</summary>
    NtpServer,

    /// <summary>UDP, port 123: a control message, of either side (RFC 9327 §2).</summary>
    NtpMode6,

    /// <summary>UDP, port 123: a private message of ntpd (monlist and others), of either side (RFC 5905 §7.3, <c>ntp_request.h</c>).</summary>
    NtpMode7,

    /// <summary>UDP: <c>M-SEARCH * HTTP/1.</c> (UPnP Device Architecture §1.3.2).</summary>
    SsdpSearch,

    /// <summary>UDP: a status line of HTTP/1.x (§1.3.3).</summary>
    SsdpResponse,

    /// <summary>UDP or TCP: a method and a sip, sips or tel URI (RFC 3261 §7.1).</summary>
    SipRequest,

    /// <summary>UDP or TCP: a status line of SIP/2.0 (§7.2).</summary>
    SipResponse,

    /// <summary>UDP, port 67 or 68: BOOTREQUEST with the magic cookie (RFC 2131 §2, §3).</summary>
    DhcpRequest,

    /// <summary>UDP, port 67 or 68: BOOTREPLY with the magic cookie.</summary>
    DhcpReply,

    /// <summary>UDP from port 11211: the frame header (<c>protocol.txt</c>, "UDP protocol") and, in the first datagram, a VALUE, STAT or END line.</summary>
    MemcachedResponse,
}

/// <summary>Where a sampling rate comes from.</summary>
public enum SamplingSource : byte
{
    /// <summary>Not told yet: the record is unscaled and says so.</summary>
    Unknown = 0,

    /// <summary>With the record itself: datagram header, sFlow sample header, or a field of the data record.</summary>
    Header,

    /// <summary>An options record of the exporter.</summary>
    Options,

    /// <summary>The operator's configuration.</summary>
    Configured,
}

/// <summary>IPv6 extension headers (RFC 8200 §4, IANA "IPv6 Extension Header Types") seen in a packet's chain.</summary>
[Flags]
public enum IPv6Extensions : byte
{
    None = 0,
    HopByHop = 1 << 0,
    Routing = 1 << 1,
    Fragment = 1 << 2,
    DestinationOptions = 1 << 3,
    AuthenticationHeader = 1 << 4,
    Mobility = 1 << 5,
    Other = 1 << 6,
}

/// <summary>Takes flows in the order in which they are decoded. Implemented by structs, so a decoder's call costs no dispatch.</summary>
public interface IFlowSink
{
    /// <summary>One record; the reference is valid only during the call.</summary>
    void OnFlow(in FlowRecord flow);
}
