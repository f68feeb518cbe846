using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Reads the transport header as far as it was captured, and finds out which tunnel it leads to.</summary>
internal static class TransportHeaders
{
    /// <summary>Reads the transport at the cursor into <see cref="FrameCursor.Ip"/> and moves the cursor behind it when a tunnel follows.</summary>
    public static void Read(ref FrameCursor cursor)
    {
        var rest = cursor.Rest;
        switch (cursor.Ip.Protocol)
        {
            case IpProtocols.Tcp:
                ReadTcp(ref cursor, rest);
                break;
            case IpProtocols.Udp:
                ReadUdp(ref cursor, rest);
                break;
            case IpProtocols.UdpLite:
                ReadPorts(ref cursor, rest);
                SetPayload(ref cursor, rest, 8);
                break;
            case IpProtocols.Sctp:
                ReadPorts(ref cursor, rest);
                SetPayload(ref cursor, rest, 12);
                break;
            case IpProtocols.Dccp:
                ReadPorts(ref cursor, rest);
                SetPayload(ref cursor, rest, rest.Length > 4 ? Math.Max(12, rest[4] * 4) : 12); // RFC 4340 §5.1
                break;
            case IpProtocols.Icmp or IpProtocols.IcmpV6:
                ReadIcmp(ref cursor, rest);
                break;
            default:
                GoProtocol(ref cursor);
                break;
        }
    }

    // Source port 2, destination port 2, sequence 4, acknowledgement 4, data offset and flags 2, window 2, checksum 2, urgent 2 (RFC 9293 §3.1)
    private static void ReadTcp(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        ref var ip = ref cursor.Ip;
        ReadPorts(ref cursor, rest);
        if (BinaryPrimitives.TryReadUInt32BigEndian(Tail(rest, 4), out ip.TcpSequenceNumber))
            ip.Known |= IpFields.TcpSequenceNumber;
        if (BinaryPrimitives.TryReadUInt32BigEndian(Tail(rest, 8), out ip.TcpAcknowledgementNumber))
            ip.Known |= IpFields.TcpAcknowledgementNumber;
        if (BinaryPrimitives.TryReadUInt16BigEndian(Tail(rest, 12), out var offsetAndFlags))
        {
            ip.TcpFlags = (ushort)(offsetAndFlags & 0xFFF);
            ip.Known |= IpFields.TcpFlags;
        }

        if (BinaryPrimitives.TryReadUInt16BigEndian(Tail(rest, 14), out ip.TcpWindowSize))
            ip.Known |= IpFields.TcpWindowSize;
        var headerLength = (offsetAndFlags >> 12) * 4;
        if (rest.Length >= 20 && headerLength < 20)
            cursor.Stop(DecodeError.BadLength);
        else
            SetPayload(ref cursor, rest, Math.Max(20, headerLength));
    }

    // Source port 2, destination port 2, length 2, checksum 2 (RFC 768)
    private static void ReadUdp(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        ref var ip = ref cursor.Ip;
        ReadPorts(ref cursor, rest);
        if (BinaryPrimitives.TryReadUInt16BigEndian(Tail(rest, 4), out ip.UdpLength))
            ip.Known |= IpFields.UdpLength;
        if (rest.Length < 8)
        {
            cursor.Stop(DecodeError.Truncated);
            return;
        }

        // A length of 0 is left by segmentation offload, or a jumbogram (RFC 2675 §4).
        if (ip.UdpLength is > 0 and < 8)
        {
            cursor.Stop(DecodeError.BadLength);
            return;
        }

        if (ip.UdpLength != 0)
            cursor.Limit(ip.UdpLength);
        SetPayload(ref cursor, cursor.Rest, 8);
        cursor.Offset = ip.PayloadOffset;
        GoPort(ref cursor);
    }

    // Type 1, code 1, checksum 2, rest 4 (RFC 792, RFC 4443 §2.1)
    private static void ReadIcmp(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        if (BinaryPrimitives.TryReadUInt16BigEndian(rest, out cursor.Ip.IcmpTypeCode))
            cursor.Ip.Known |= IpFields.IcmpTypeCode;
        SetPayload(ref cursor, rest, cursor.Ip.Protocol == IpProtocols.Icmp ? 8 : 4);
    }

    private static void ReadPorts(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        ref var ip = ref cursor.Ip;
        if (BinaryPrimitives.TryReadUInt16BigEndian(rest, out ip.SourcePort))
            ip.Known |= IpFields.SourcePort;
        if (BinaryPrimitives.TryReadUInt16BigEndian(Tail(rest, 2), out ip.DestinationPort))
            ip.Known |= IpFields.DestinationPort;
    }

    private static void SetPayload(ref FrameCursor cursor, ReadOnlySpan<byte> rest, int headerLength)
    {
        if (rest.Length < headerLength)
        {
            cursor.Stop(DecodeError.Truncated);
            return;
        }

        cursor.Ip.PayloadOffset = cursor.Offset + headerLength;
        cursor.Ip.PayloadLength = rest.Length - headerLength;
        cursor.Ip.Known |= IpFields.Payload;
    }

    private static void GoProtocol(ref FrameCursor cursor)
    {
        (cursor.Next, cursor.Tunnel) = cursor.Ip.Protocol switch
        {
            // The inner header's version nibble tells IpIp from SixInFour (IpHeaders.InnerTunnel).
            IpProtocols.IPv4 => (NextHeader.Ip, cursor.Ip.Version == 4 ? Tunnel.IpIp : Tunnel.SixInSix),
            IpProtocols.IPv6 => (NextHeader.IPv6, cursor.Ip.Version == 4 ? Tunnel.IpIp : Tunnel.SixInSix),
            IpProtocols.Gre => (NextHeader.Gre, Tunnel.Gre),
            IpProtocols.EtherIp => (NextHeader.EtherIp, Tunnel.EtherIp),
            IpProtocols.Ethernet => (NextHeader.Ethernet, Tunnel.EtherIp),
            IpProtocols.MplsInIp => (NextHeader.Mpls, Tunnel.Mpls),
            _ => (NextHeader.Done, Tunnel.None),
        };
    }

    private static void GoPort(ref FrameCursor cursor)
    {
        // Encapsulators take the tunnel's port as destination and any source port; Teredo servers and L2TP peers also answer from theirs.
        (cursor.Next, cursor.Tunnel) = cursor.Ip.DestinationPort switch
        {
            TunnelPorts.Vxlan => (NextHeader.Vxlan, Tunnel.Vxlan),
            TunnelPorts.VxlanGpe => (NextHeader.VxlanGpe, Tunnel.VxlanGpe),
            TunnelPorts.Geneve => (NextHeader.Geneve, Tunnel.Geneve),
            TunnelPorts.GtpU => (NextHeader.GtpU, Tunnel.GtpU),
            TunnelPorts.Mpls => (NextHeader.Mpls, Tunnel.Mpls),
            _ when IsPort(cursor.Ip, TunnelPorts.Teredo) => (NextHeader.Teredo, Tunnel.Teredo),
            _ when IsPort(cursor.Ip, TunnelPorts.L2tp) => (NextHeader.L2tp, Tunnel.L2tp),
            _ => (NextHeader.Done, Tunnel.None),
        };
    }

    private static bool IsPort(in IpLayer ip, ushort port) => ip.SourcePort == port || ip.DestinationPort == port;

    private static ReadOnlySpan<byte> Tail(ReadOnlySpan<byte> bytes, int offset) => offset < bytes.Length ? bytes[offset..] : default;
}
