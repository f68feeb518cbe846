using System.Buffers.Binary;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Sflow;

/// <summary>Tags of the flow records that flows are made of, enterprise 0 (sflow_version_5.txt). All others: <see cref="SflowStructure"/>.</summary>
public static class SflowFlowRecord
{
    public const uint RawHeader = 1;
    public const uint Ethernet = 2;
    public const uint IPv4 = 3;
    public const uint IPv6 = 4;
    public const uint ExtendedSwitch = 1001;
}

/// <summary><c>sampled_header</c>: the first bytes of the packet.</summary>
public readonly ref struct SflowRawHeader
{
    /// <summary>header_protocol: 1 Ethernet, 7 PPP, 11 IPv4, 12 IPv6, 13 MPLS, 14 POS, …</summary>
    public uint Protocol { get; init; }

    /// <summary>Length of the packet on its network in bytes, with the octets that were stripped (and the Ethernet FCS, if the agent knows it).</summary>
    public uint FrameLength { get; init; }

    /// <summary>Octets removed before the header was taken, counted in <see cref="FrameLength"/>.</summary>
    public uint Stripped { get; init; }

    public ReadOnlySpan<byte> Header { get; init; }

    // protocol, frame_length, stripped, header<>
    public static bool TryRead(ReadOnlySpan<byte> body, out SflowRawHeader value)
    {
        value = default;
        if (body.Length < 16)
            return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(body[12..]);
        if (length > (uint)body.Length - 16)
            return false;
        value = new SflowRawHeader
        {
            Protocol = BinaryPrimitives.ReadUInt32BigEndian(body),
            FrameLength = BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
            Stripped = BinaryPrimitives.ReadUInt32BigEndian(body[8..]),
            Header = body.Slice(16, (int)length),
        };
        return true;
    }

    /// <summary>The link type of a header_protocol; false for those that cannot be dissected (token ring, FDDI, X.25, AAL5, 802.11, …).</summary>
    public static bool TryGetLink(uint protocol, out LinkType link)
    {
        (var known, link) = protocol switch
        {
            1 => (true, LinkType.Ethernet),
            5 => (true, LinkType.FrameRelay),
            7 => (true, LinkType.Ppp),
            11 => (true, LinkType.IPv4),
            12 => (true, LinkType.IPv6),
            13 => (true, LinkType.Mpls),
            14 => (true, LinkType.PppHdlc),
            _ => (false, default),
        };
        return known;
    }
}

/// <summary><c>sampled_ethernet</c>: the Ethernet header in fields.</summary>
public readonly ref struct SflowEthernet
{
    /// <summary>Length of the frame with FCS, in bytes.</summary>
    public uint Length { get; init; }

    public ReadOnlySpan<byte> Source { get; init; }

    public ReadOnlySpan<byte> Destination { get; init; }

    public uint Type { get; init; }

    // length, src_mac[6] padded to 8, dst_mac[6] padded to 8, type
    public static bool TryRead(ReadOnlySpan<byte> body, out SflowEthernet value)
    {
        value = default;
        if (body.Length < 24)
            return false;
        value = new SflowEthernet
        {
            Length = BinaryPrimitives.ReadUInt32BigEndian(body),
            Source = body.Slice(4, 6),
            Destination = body.Slice(12, 6),
            Type = BinaryPrimitives.ReadUInt32BigEndian(body[20..]),
        };
        return true;
    }
}

/// <summary><c>sampled_ipv4</c> and <c>sampled_ipv6</c>: the IP header in fields.</summary>
public readonly record struct SflowIp
{
    /// <summary>Length of the IP packet without lower layers, in bytes.</summary>
    public uint Length { get; init; }

    public uint Protocol { get; init; }

    public Address Source { get; init; }

    public Address Destination { get; init; }

    public uint SourcePort { get; init; }

    public uint DestinationPort { get; init; }

    public uint TcpFlags { get; init; }

    /// <summary>IPv4 TOS, IPv6 priority (traffic class).</summary>
    public uint TypeOfService { get; init; }

    // length, protocol, src_ip, dst_ip, src_port, dst_port, tcp_flags, tos or priority
    public static bool TryRead(ReadOnlySpan<byte> body, bool isIPv6, out SflowIp value)
    {
        value = default;
        var addressLength = isIPv6 ? 16 : 4;
        if (body.Length < 24 + 2 * addressLength)
            return false;
        var rest = body[(8 + 2 * addressLength)..];
        Address.TryRead(body.Slice(8, addressLength), out var source);
        Address.TryRead(body.Slice(8 + addressLength, addressLength), out var destination);
        value = new SflowIp
        {
            Length = BinaryPrimitives.ReadUInt32BigEndian(body),
            Protocol = BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
            Source = source,
            Destination = destination,
            SourcePort = BinaryPrimitives.ReadUInt32BigEndian(rest),
            DestinationPort = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]),
            TcpFlags = BinaryPrimitives.ReadUInt32BigEndian(rest[8..]),
            TypeOfService = BinaryPrimitives.ReadUInt32BigEndian(rest[12..]),
        };
        return true;
    }
}
