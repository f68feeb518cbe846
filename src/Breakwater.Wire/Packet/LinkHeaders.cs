using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Readers of the headers in front of IP. Each takes its header and says what comes next.</summary>
internal static class LinkHeaders
{
    private const ulong MacMask = 0xFFFF_FFFF_FFFF;

    /// <summary>Destination 6, source 6, type or length 2 (IEEE 802.3 §3.2).</summary>
    public static void ReadEthernet(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(14, out var header))
            return;
        cursor.Link.DestinationMac = BinaryPrimitives.ReadUInt64BigEndian(header) >> 16;
        cursor.Link.SourceMac = BinaryPrimitives.ReadUInt64BigEndian(header[4..]) & MacMask;
        cursor.Link.Known |= LinkFields.DestinationMac | LinkFields.SourceMac;
        cursor.GoEtherType(header[12..]);
    }

    /// <summary>Goes on by EtherType; a value up to 1500 is the length of an 802.3 frame.</summary>
    public static void ReadEtherType(ref FrameCursor cursor)
    {
        switch (cursor.EtherType)
        {
            case EtherTypes.IPv4:
                cursor.Next = NextHeader.Ip;
                break;
            case EtherTypes.IPv6:
                cursor.Next = NextHeader.IPv6;
                break;
            case EtherTypes.Vlan or EtherTypes.ServiceVlan or EtherTypes.OldServiceVlan:
                ReadVlan(ref cursor);
                break;
            case EtherTypes.Mpls or EtherTypes.MplsMulticast:
                cursor.Next = NextHeader.Mpls;
                break;
            case EtherTypes.PppoeSession:
                cursor.Next = NextHeader.PppoeSession;
                break;
            case EtherTypes.TransparentEthernet:
                cursor.Next = NextHeader.Ethernet;
                break;
            case EtherTypes.Ppp:
                cursor.Next = NextHeader.Ppp;
                break;
            case <= EtherTypes.MaxLength:
                cursor.Limit(cursor.EtherType);
                cursor.Next = NextHeader.Llc;
                break;
            default:
                cursor.Stop();
                break;
        }
    }

    /// <summary>LLC (IEEE 802.2): SNAP, or IP's own access point 06.</summary>
    public static void ReadLlc(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(3, out var header))
            return;
        switch (header)
        {
            case [0xAA, 0xAA, 0x03]:
                ReadSnap(ref cursor);
                break;
            case [0x06, 0x06, 0x03]:
                cursor.Next = NextHeader.Ip;
                break;
            case [0xFE, 0xFE, 0x03]:
                ReadNlpid(ref cursor);
                break;
            default:
                cursor.Stop();
                break;
        }
    }

    /// <summary>Label 20 bits, traffic class 3, bottom of stack 1, TTL 8 (RFC 3032 §2.1).</summary>
    public static void ReadMpls(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(4, out var header))
            return;
        if (cursor.Link.MplsCount < LinkLayer.MaxMplsLabels)
            cursor.Link.Mpls[cursor.Link.MplsCount] = BinaryPrimitives.ReadUInt32BigEndian(header);
        cursor.Link.MplsCount++;
        cursor.Link.Known |= LinkFields.Mpls;
        if ((header[2] & 1) != 0)
            cursor.Next = NextHeader.MplsPayload;
    }

    /// <summary>MPLS names no payload: its first nibble is 4, 6, or 0 for a control word and Ethernet (RFC 4928 §3, RFC 4448 §4.6).</summary>
    public static void ReadMplsPayload(ref FrameCursor cursor)
    {
        var rest = cursor.Rest;
        if (rest.IsEmpty)
        {
            cursor.Stop(DecodeError.Truncated);
            return;
        }

        switch (rest[0] >> 4)
        {
            case 4 or 6:
                cursor.Next = NextHeader.Ip;
                return;
            case 1: // RFC 4385 §5: associated channel
                cursor.Stop();
                return;
            // The control word is optional, and many MAC addresses begin with 0: the EtherType decides.
            case 0 when EthernetLikelihood(rest) <= EthernetLikelihood(rest[Math.Min(4, rest.Length)..]):
                cursor.Next = cursor.TryTakeLink(4, out _) ? NextHeader.Ethernet : NextHeader.Done;
                return;
            default:
                cursor.Next = EthernetLikelihood(rest) > 0 ? NextHeader.Ethernet : NextHeader.Done;
                return;
        }
    }

    /// <summary>PPP protocol, possibly behind FF 03 and possibly compressed to one octet (RFC 1661 §2, RFC 1662 §3.1).</summary>
    public static void ReadPpp(ref FrameCursor cursor)
    {
        if (cursor.Rest is [0xFF, 0x03, ..])
            cursor.Offset += 2;
        var isCompressed = cursor.Rest is [var first, ..] && (first & 1) != 0;
        if (!cursor.TryTakeLink(isCompressed ? 1 : 2, out var header))
            return;
        cursor.Next = (isCompressed ? header[0] : BinaryPrimitives.ReadUInt16BigEndian(header)) switch
        {
            PppProtocols.IPv4 or PppProtocols.IPv6 => NextHeader.Ip,
            PppProtocols.Mpls or PppProtocols.MplsMulticast => NextHeader.Mpls,
            _ => NextHeader.Done,
        };
    }

    /// <summary>Version and type 1 each, code, session id, length (RFC 2516 §4).</summary>
    public static void ReadPppoe(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(6, out var header))
            return;
        cursor.Link.PppoeSessionId = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        cursor.Link.Known |= LinkFields.PppoeSessionId;
        cursor.Limit(BinaryPrimitives.ReadUInt16BigEndian(header[4..]));
        cursor.Next = header is [0x11, 0, ..] ? NextHeader.Ppp : NextHeader.Done;
    }

    /// <summary>OUI 3, protocol 2: EtherType, or bridged Ethernet (RFC 1042, RFC 2427 §4.2).</summary>
    public static void ReadSnap(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(5, out var header))
            return;
        switch (header)
        {
            case [0, 0, 0, ..] or [0, 0, 0xF8, ..]:
                cursor.GoEtherType(header[3..]);
                break;
            case [0, 0x80, 0xC2, 0, 0x01 or 0x07]:
                cursor.Next = NextHeader.Ethernet;
                break;
            default:
                cursor.Stop();
                break;
        }
    }

    /// <summary>Network layer protocol identifier (ISO/IEC TR 9577): IPv4, IPv6, SNAP, PPP.</summary>
    public static void ReadNlpid(ref FrameCursor cursor)
    {
        if (!cursor.TryTake(1, out var header))
            return;
        switch (header[0])
        {
            case 0xCC or 0x8E:
                cursor.Next = NextHeader.Ip;
                break;
            case 0x80:
                ReadSnap(ref cursor);
                break;
            case 0xCF:
                cursor.Next = NextHeader.Ppp;
                break;
            default:
                cursor.Stop();
                break;
        }
    }

    private static void ReadVlan(ref FrameCursor cursor)
    {
        if (!cursor.TryTakeLink(4, out var header))
            return;
        if (cursor.Link.VlanCount < LinkLayer.MaxVlanTags)
            cursor.Link.Vlans[cursor.Link.VlanCount] = BinaryPrimitives.ReadUInt16BigEndian(header);
        cursor.Link.VlanCount++;
        cursor.Link.Known |= LinkFields.Vlan;
        cursor.GoEtherType(header[2..]);
    }

    /// <summary>2 when the bytes have a known EtherType in its place, 1 for a length of 802.3, 0 for neither.</summary>
    private static int EthernetLikelihood(ReadOnlySpan<byte> bytes) =>
        bytes.Length < 14 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]) switch
        {
            EtherTypes.IPv4 or EtherTypes.IPv6 or EtherTypes.Arp or EtherTypes.Vlan or EtherTypes.ServiceVlan or EtherTypes.OldServiceVlan
                or EtherTypes.Mpls or EtherTypes.MplsMulticast or EtherTypes.PppoeSession => 2,
            var length when length <= EtherTypes.MaxLength && length <= bytes.Length - 14 => 1,
            _ => 0,
        };
}
