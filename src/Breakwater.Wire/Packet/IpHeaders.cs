using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Readers of IPv4 and IPv6 headers with their extension headers.</summary>
internal static class IpHeaders
{
    private const int IPv4MinimumLength = 20;
    private const int IPv6Length = 40;

    /// <summary>Reads the IP header at the cursor into <see cref="FrameCursor.Ip"/>, its transport included; the cursor then stands behind the IP header.</summary>
    /// <returns>False when there is no readable IP header; the walk is then stopped.</returns>
    public static bool TryRead(ref FrameCursor cursor)
    {
        if (cursor.IpLayers == PacketDissector.MaxIpLayers)
        {
            cursor.Stop(DecodeError.TooDeep);
            return false;
        }

        var rest = cursor.Rest;
        var version = rest.IsEmpty ? 0 : rest[0] >> 4;
        if (rest.IsEmpty)
            cursor.Stop(DecodeError.Truncated);
        else if (version is not (4 or 6) || (version == 4 && cursor.Next == NextHeader.IPv6))
            cursor.Stop(DecodeError.BadVersion);
        else if (rest.Length < (version == 4 ? IPv4MinimumLength : IPv6Length))
            cursor.Stop(DecodeError.Truncated);
        else if (version == 4 && (rest[0] & 0xF) < 5)
            cursor.Stop(DecodeError.BadLength);
        else
        {
            cursor.Ip = default;
            cursor.Ip.Offset = cursor.Offset;
            cursor.Ip.Depth = (byte)cursor.IpLayers++;
            cursor.Ip.Tunnel = InnerTunnel(cursor.Tunnel, version);
            cursor.Next = NextHeader.Done;
            if (version == 4)
                ReadIPv4(ref cursor, rest);
            else
                ReadIPv6(ref cursor, rest);
            return true;
        }

        return false;
    }

    // IPv4 in IPv4 and IPv6 in IPv4 share the protocol's number with their counterparts in IPv6; the caller only knows the outer family.
    private static Tunnel InnerTunnel(Tunnel tunnel, int version) => tunnel switch
    {
        Tunnel.IpIp when version == 6 => Tunnel.SixInFour,
        Tunnel.SixInSix when version == 4 => Tunnel.FourInSix,
        _ => tunnel,
    };

    //  0                   1                   2                   3      RFC 791 §3.1
    // |Version|  IHL  |Type of Service|          Total Length         |
    // |         Identification        |Flags|      Fragment Offset    |
    // |  Time to Live |    Protocol   |         Header Checksum       |
    // |                       Source Address                          |
    // |                    Destination Address                        |
    private static void ReadIPv4(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        ref var ip = ref cursor.Ip;
        var header = rest[..IPv4MinimumLength];
        var headerLength = (header[0] & 0xF) * 4;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        ip.Version = 4;
        ip.HeaderLength = (ushort)headerLength;
        ip.TypeOfService = header[1];
        ip.TotalLength = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        ip.Identification = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        ip.DontFragment = (fragment & 0x4000) != 0;
        ip.MoreFragments = (fragment & 0x2000) != 0;
        ip.FragmentOffset = (ushort)(fragment & 0x1FFF);
        ip.TimeToLive = header[8];
        ip.Protocol = header[9];
        ip.Known = IpFields.Fragment;
        ip.Source = Address.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(header[12..]));
        ip.Destination = Address.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(header[16..]));

        // A total length of 0 is left by segmentation offload: the packet then fills the frame.
        if (ip.TotalLength != 0)
            cursor.Limit(ip.TotalLength);
        if (ip.TotalLength != 0 && ip.TotalLength < headerLength)
            cursor.Stop(DecodeError.BadLength);
        else if (cursor.TryTake(headerLength, out _))
        {
            ReadExtensions(ref cursor);
            return;
        }

        ip.PayloadOffset = cursor.End;
    }

    //  0                   1                   2                   3      RFC 8200 §3
    // |Version| Traffic Class |           Flow Label                  |
    // |         Payload Length        |  Next Header  |   Hop Limit   |
    // |                   Source Address, 16 octets                   |
    // |                Destination Address, 16 octets                 |
    private static void ReadIPv6(ref FrameCursor cursor, ReadOnlySpan<byte> rest)
    {
        ref var ip = ref cursor.Ip;
        var header = rest[..IPv6Length];
        var first = BinaryPrimitives.ReadUInt32BigEndian(header);
        var payloadLength = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        ip.Version = 6;
        ip.HeaderLength = IPv6Length;
        ip.TypeOfService = (byte)(first >> 20);
        ip.FlowLabel = first & 0xFFFFF;
        ip.Protocol = header[6];
        ip.TimeToLive = header[7];
        ip.Known = IpFields.FlowLabel;
        _ = Address.TryRead(header.Slice(8, 16), out ip.Source);
        _ = Address.TryRead(header.Slice(24, 16), out ip.Destination);

        // A payload length of 0 with a payload announced is segmentation offload, or a jumbogram (RFC 2675 §3).
        if (payloadLength != 0 || ip.Protocol == IpProtocols.NoNextHeader)
        {
            ip.TotalLength = IPv6Length + payloadLength;
            cursor.Limit(ip.TotalLength);
        }

        cursor.Offset += IPv6Length;
        ReadExtensions(ref cursor);
        ip.HeaderLength = (ushort)(cursor.Offset - ip.Offset);
    }

    /// <summary>Follows the extension headers (RFC 8200 §4; AH also in IPv4), then reads the transport header.</summary>
    private static void ReadExtensions(ref FrameCursor cursor)
    {
        ref var ip = ref cursor.Ip;
        for (var count = 0; !ip.IsLaterFragment && ExtensionOf(ip.Protocol, ip.Version) is var extension and not IPv6Extensions.None; count++)
        {
            if (count == PacketDissector.MaxExtensionHeaders)
            {
                cursor.Stop(DecodeError.TooDeep);
                break;
            }

            // A mobility header is the last one (RFC 6275 §6.1.1: its payload protocol is "no next header", anything else is discarded).
            ip.Extensions |= extension;
            if (extension == IPv6Extensions.Mobility || !TryReadExtension(ref cursor, extension))
                break;
        }

        ip.PayloadOffset = cursor.Offset;
        ip.PayloadLength = cursor.End - cursor.Offset;
        if (cursor.Error == DecodeError.None && !ip.IsLaterFragment)
            TransportHeaders.Read(ref cursor);
    }

    private static bool TryReadExtension(ref FrameCursor cursor, IPv6Extensions extension)
    {
        ref var ip = ref cursor.Ip;
        var rest = cursor.Rest;
        if (rest.Length >= 2)
        {
            // The next header's number is known even when the rest of this one was cut off.
            ip.Protocol = rest[0];
            var length = extension switch
            {
                IPv6Extensions.Fragment => 8,
                IPv6Extensions.AuthenticationHeader => (rest[1] + 2) * 4, // RFC 4302 §2.2: 32-bit words minus 2
                _ => (rest[1] + 1) * 8,
            };
            if (!cursor.TryTake(length, out var header))
                return false;
            if (extension == IPv6Extensions.Fragment)
                ReadFragmentHeader(ref ip, header);
            return true;
        }

        cursor.Stop(DecodeError.Truncated);
        return false;
    }

    // Next header 1, reserved 1, offset 13 bits, reserved 2 bits, M 1 bit, identification 4 (RFC 8200 §4.5).
    private static void ReadFragmentHeader(ref IpLayer ip, ReadOnlySpan<byte> header)
    {
        var offset = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        ip.FragmentOffset = (ushort)(offset >> 3);
        ip.MoreFragments = (offset & 1) != 0;
        ip.Identification = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        ip.Known |= IpFields.Fragment;
    }

    private static IPv6Extensions ExtensionOf(byte protocol, byte version) => protocol switch
    {
        IpProtocols.Ah => IPv6Extensions.AuthenticationHeader,
        _ when version == 4 => IPv6Extensions.None,
        IpProtocols.HopByHop => IPv6Extensions.HopByHop,
        IpProtocols.Routing => IPv6Extensions.Routing,
        IpProtocols.Fragment => IPv6Extensions.Fragment,
        IpProtocols.DestinationOptions => IPv6Extensions.DestinationOptions,
        IpProtocols.Mobility => IPv6Extensions.Mobility,
        IpProtocols.Hip or IpProtocols.Shim6 => IPv6Extensions.Other,
        _ => IPv6Extensions.None,
    };
}
