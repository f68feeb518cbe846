using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Readers of the link types of captures that are not Ethernet (tcpdump.org/linktypes.html).</summary>
internal static class CaptureHeaders
{
    // ARPHRD_NETLINK: the protocol field is then a netlink family, no EtherType.
    private const ushort ArphrdNetlink = 824;

    /// <summary>The walk's first state for a link type; <see cref="NextHeader.Done"/> when the type is not read.</summary>
    public static NextHeader FirstHeader(LinkType link) => link switch
    {
        LinkType.Ethernet => NextHeader.Ethernet,
        LinkType.Raw or LinkType.IPv4 => NextHeader.Ip,
        LinkType.IPv6 => NextHeader.IPv6,
        LinkType.LinuxSll => NextHeader.LinuxSll,
        LinkType.LinuxSll2 => NextHeader.LinuxSll2,
        LinkType.Null => NextHeader.Null,
        LinkType.Loop => NextHeader.Loop,
        LinkType.FrameRelay => NextHeader.FrameRelay,
        LinkType.CiscoHdlc => NextHeader.CiscoHdlc,
        LinkType.Ppp => NextHeader.Ppp,
        LinkType.PppHdlc => NextHeader.PppHdlc,
        LinkType.PppoeSession => NextHeader.PppoeSession,
        LinkType.Mpls => NextHeader.Mpls,
        _ => NextHeader.Done,
    };

    /// <summary>Address family, 4 octets: in network order for Loop, in the order of the capturing machine for Null.</summary>
    public static void ReadLoopback(ref FrameCursor cursor, bool isNetworkOrder)
    {
        if (!cursor.TryTakeLink(4, out var header))
            return;
        var family = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (!isNetworkOrder && family > ushort.MaxValue)
            family = BinaryPrimitives.ReverseEndianness(family);

        // AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 23 (Windows), 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS).
        cursor.Next = family is 2 or 10 or 23 or 24 or 28 or 30 ? NextHeader.Ip : NextHeader.Done;
    }

    /// <summary>Packet type 2, ARPHRD 2, address length 2, address 8, protocol 2.</summary>
    public static void ReadLinuxSll(ref FrameCursor cursor)
    {
        if (cursor.TryTakeLink(16, out var header))
            ReadCooked(ref cursor, header[2..4], header[5], header[6..14], header[14..]);
    }

    /// <summary>Protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8.</summary>
    public static void ReadLinuxSll2(ref FrameCursor cursor)
    {
        if (cursor.TryTakeLink(20, out var header))
            ReadCooked(ref cursor, header[8..10], header[11], header[12..20], header[..2]);
    }

    /// <summary>Q.922 address up to its EA bit, then RFC 2427 §3 (control 03, padding, NLPID) or Cisco's bare EtherType.</summary>
    public static void ReadFrameRelay(ref FrameCursor cursor)
    {
        var rest = cursor.Rest;
        var length = 0;
        while (length < rest.Length && (rest[length] & 1) == 0)
            length++;
        if (length > 3)
        {
            cursor.Stop(DecodeError.BadLength); // Q.922 §3.2: an address has at most 4 octets
            return;
        }

        if (!cursor.TryTakeLink(length + 1, out _))
            return;
        switch (cursor.Rest)
        {
            case [0x03, 0, ..]:
                cursor.Offset += 2;
                LinkHeaders.ReadNlpid(ref cursor);
                break;
            case [0x03, ..]:
                cursor.Offset++;
                LinkHeaders.ReadNlpid(ref cursor);
                break;
            case [_, _, ..]:
                cursor.GoEtherType(cursor.Rest);
                cursor.Offset += 2;
                break;
            default:
                cursor.Stop(DecodeError.Truncated);
                break;
        }
    }

    /// <summary>Address, control, EtherType.</summary>
    public static void ReadCiscoHdlc(ref FrameCursor cursor)
    {
        if (cursor.TryTakeLink(4, out var header))
            cursor.GoEtherType(header[2..]);
    }

    private static void ReadCooked(
        ref FrameCursor cursor, ReadOnlySpan<byte> hardware, byte addressLength, ReadOnlySpan<byte> address, ReadOnlySpan<byte> protocol)
    {
        if (addressLength == 6)
        {
            cursor.Link.SourceMac = BinaryPrimitives.ReadUInt64BigEndian(address) >> 16;
            cursor.Link.Known |= LinkFields.SourceMac;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(hardware) == ArphrdNetlink)
        {
            cursor.Stop();
            return;
        }

        // Values below 0x0600 are Linux's own ETH_P_ numbers; 4 is LLC.
        if (BinaryPrimitives.ReadUInt16BigEndian(protocol) is var number && number <= EtherTypes.MaxLength)
            cursor.Next = number == 4 ? NextHeader.Llc : NextHeader.Done;
        else
            cursor.GoEtherType(protocol);
    }
}
