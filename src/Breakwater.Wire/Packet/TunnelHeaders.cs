using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Readers of the headers between two IP headers. Bytes that do not look like the tunnel their port names are payload, no fault.</summary>
internal static class TunnelHeaders
{
    private const int MaxGtpExtensionHeaders = 8;

    /// <summary>Flags and version 2, protocol type 2, then the optional fields the flags announce (RFC 2784 §2, RFC 2890 §2, RFC 1701).</summary>
    public static void ReadGre(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(4, out var header))
            return;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(header);
        var hasSequence = (flags & 0x1000) != 0;
        switch (flags & 7)
        {
            case 0:
                var length = ((flags & 0xC000) != 0 ? 4 : 0) + ((flags & 0x2000) != 0 ? 4 : 0) + (hasSequence ? 4 : 0);
                if (!cursor.TryTake(length, out _) || ((flags & 0x4000) != 0 && !TrySkipRouting(ref cursor)))
                    return;
                GoGreProtocol(ref cursor, header[2..], hasSequence);
                break;
            case 1:
                ReadGrePptp(ref cursor, hasSequence, hasAcknowledgement: (flags & 0x80) != 0);
                break;
            default:
                cursor.Stop(DecodeError.BadVersion);
                break;
        }
    }

    /// <summary>Flags 1, reserved 3, network identifier 3, reserved 1 (RFC 7348 §5).</summary>
    public static void ReadVxlan(ref FrameCursor cursor)
    {
        if (cursor.TryTake(8, out var header))
            cursor.Next = (header[0] & 0x08) != 0 ? NextHeader.Ethernet : NextHeader.Done;
    }

    /// <summary>As VXLAN; with the P flag the fourth octet names what follows (draft-ietf-nvo3-vxlan-gpe §3).</summary>
    public static void ReadVxlanGpe(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(8, out var header))
            return;
        cursor.Next = ((header[0] & 0x04) != 0 ? header[3] : 3) switch
        {
            1 => NextHeader.Ip,
            2 => NextHeader.IPv6,
            3 => NextHeader.Ethernet,
            5 => NextHeader.Mpls,
            _ => NextHeader.Done,
        };
    }

    /// <summary>Version 2 bits, option length 6 bits in words, flags 1, protocol type 2, network identifier 3, reserved 1 (RFC 8926 §3.4).</summary>
    public static void ReadGeneve(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(8, out var header))
            return;
        if (header[0] >> 6 != 0)
            cursor.Stop();
        else if (cursor.TryTake((header[0] & 0x3F) * 4, out _))
            GoInnerEtherType(ref cursor, header[2..]);
    }

    /// <summary>Flags 1, message type 1, length 2, endpoint 4, and with any of E, S, PN: sequence 2, number 1, next extension 1
    /// (3GPP TS 29.281 §5.1, extension headers §5.2).</summary>
    public static void ReadGtpU(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(8, out var header))
            return;
        if ((header[0] & 0xF0) != 0x30 || header[1] != 255)
        {
            cursor.Stop();
            return;
        }

        cursor.Limit(BinaryPrimitives.ReadUInt16BigEndian(header[2..]));
        cursor.Next = NextHeader.Ip;
        if ((header[0] & 0x07) == 0 || !cursor.TryTake(4, out var optional))
            return;
        var next = (header[0] & 0x04) != 0 ? optional[3] : (byte)0;
        for (var count = 0; next != 0; count++)
        {
            if (count == MaxGtpExtensionHeaders)
                cursor.Stop(DecodeError.TooDeep);
            else if (cursor.Rest is [0, ..])
                cursor.Stop(DecodeError.BadLength);
            if (cursor.Next == NextHeader.Done || !cursor.TryTake(1, out var words) || !cursor.TryTake((words[0] * 4) - 1, out var extension))
                return;
            next = extension[^1];
        }
    }

    /// <summary>Optional authentication and origin indications, then IPv6 (RFC 4380 §5.1.1).</summary>
    public static void ReadTeredo(ref FrameCursor cursor)
    {
        if (cursor.Rest is [0, 1, var identifierLength, var authenticationLength, ..])
            cursor.Offset = Math.Min(cursor.End, cursor.Offset + 4 + identifierLength + authenticationLength + 9);
        if (cursor.Rest is [0, 0, ..])
            cursor.Offset = Math.Min(cursor.End, cursor.Offset + 8);
        cursor.Next = cursor.Rest is [var first, ..] && first >> 4 == 6 ? NextHeader.IPv6 : NextHeader.Done;
    }

    /// <summary>Flags and version 2, then length, tunnel, session, sequence and offset as the flags announce (RFC 2661 §3.1).</summary>
    public static void ReadL2tp(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(2, out var header))
            return;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(header);
        if ((flags & 0x8000) != 0 || (flags & 0xF) != 2)
        {
            cursor.Stop();
            return;
        }

        var length = ((flags & 0x4000) != 0 ? 2 : 0) + 4 + ((flags & 0x0800) != 0 ? 4 : 0);
        if (!cursor.TryTake(length, out _))
            return;
        if ((flags & 0x0200) != 0
            && (!cursor.TryTake(2, out var offset) || !cursor.TryTake(BinaryPrimitives.ReadUInt16BigEndian(offset), out _)))
            return;
        cursor.Next = NextHeader.Ppp;
    }

    /// <summary>Version 3 in the first four bits, rest reserved (RFC 3378 §2).</summary>
    public static void ReadEtherIp(ref FrameCursor cursor)
    {
        if (cursor.TryTake(2, out var header))
            cursor.Next = header[0] >> 4 == 3 ? NextHeader.Ethernet : NextHeader.Done;
    }

    /// <summary>Key (payload length 2, call id 2), then sequence and acknowledgement as announced (RFC 2637 §4.1).</summary>
    private static void ReadGrePptp(ref FrameCursor cursor, bool hasSequence, bool hasAcknowledgement)
    {
        if (!cursor.TryTake(4 + (hasSequence ? 4 : 0) + (hasAcknowledgement ? 4 : 0), out var header))
            return;
        cursor.Limit(BinaryPrimitives.ReadUInt16BigEndian(header));
        cursor.Next = hasSequence ? NextHeader.Ppp : NextHeader.Done;
    }

    /// <summary>Source routes of RFC 1701: family 2, offset 1, length 1, addresses; a zero family and length end them.</summary>
    private static bool TrySkipRouting(ref FrameCursor cursor)
    {
        while (cursor.TryTake(4, out var entry))
        {
            if (entry is [0, 0, _, 0])
                return true;
            if (!cursor.TryTake(entry[3], out _))
                return false;
        }

        return false;
    }

    private static void GoGreProtocol(ref FrameCursor cursor, ReadOnlySpan<byte> protocolType, bool hasSequence)
    {
        switch (BinaryPrimitives.ReadUInt16BigEndian(protocolType))
        {
            case EtherTypes.ErspanTypeTwo:
                cursor.Tunnel = Tunnel.Erspan;
                // Type I has no header of its own, and no GRE sequence number (draft-foschiano-erspan-03 §4.1).
                cursor.Next = !hasSequence || cursor.TryTake(8, out _) ? NextHeader.Ethernet : NextHeader.Done;
                break;
            case EtherTypes.ErspanTypeThree:
                cursor.Tunnel = Tunnel.Erspan;
                if (!cursor.TryTake(12, out var header))
                    break;
                // The O flag announces the platform-specific part (§4.3).
                cursor.Next = (header[11] & 1) == 0 || cursor.TryTake(8, out _) ? NextHeader.Ethernet : NextHeader.Done;
                break;
            default:
                GoInnerEtherType(ref cursor, protocolType);
                break;
        }
    }

    /// <summary>A protocol type in a tunnel header is no EtherType of a link header: lengths of 802.3 do not occur.</summary>
    private static void GoInnerEtherType(ref FrameCursor cursor, ReadOnlySpan<byte> protocolType)
    {
        cursor.EtherType = BinaryPrimitives.ReadUInt16BigEndian(protocolType);
        cursor.Next = cursor.EtherType > EtherTypes.MaxLength ? NextHeader.EtherType : NextHeader.Done;
    }
}
