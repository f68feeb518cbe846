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
