namespace Breakwater.Wire.Packet;

/// <summary>Outermost header of a frame: the LINKTYPE_ values of pcap and pcapng (tcpdump.org/linktypes.html) that this library reads.</summary>
public enum LinkType : ushort
{
    /// <summary>BSD loopback: a 4-octet address family in the byte order of the capturing machine.</summary>
    Null = 0,
    Ethernet = 1,

    /// <summary>PPP, with or without the address and control octets FF 03 of RFC 1662.</summary>
    Ppp = 9,

    /// <summary>PPP in HDLC-like framing (RFC 1662), or Cisco HDLC when the first octet is 0F or 8F.</summary>
    PppHdlc = 50,

    /// <summary>A PPPoE session header (RFC 2516 §4) without Ethernet in front.</summary>
    PppoeSession = 51,

    /// <summary>IPv4 or IPv6 by the version nibble. Files also use 12 and 14 for it: <see cref="LinkTypes.FromFile"/>.</summary>
    Raw = 101,

    /// <summary>Cisco HDLC (RFC 1547 §4.3.1).</summary>
    CiscoHdlc = 104,

    /// <summary>Q.922 address, then RFC 2427 (NLPID, SNAP) or Cisco's EtherType.</summary>
    FrameRelay = 107,

    /// <summary>OpenBSD loopback: a 4-octet address family in network order.</summary>
    Loop = 108,

    /// <summary>Linux "cooked" capture, 16 octets.</summary>
    LinuxSll = 113,

    /// <summary>An MPLS label stack (RFC 3032) without a link header.</summary>
    Mpls = 219,
    IPv4 = 228,
    IPv6 = 229,

    /// <summary>Linux "cooked" capture v2, 20 octets.</summary>
    LinuxSll2 = 276,
}

/// <summary>Link types as files state them.</summary>
public static class LinkTypes
{
    /// <summary>The link type of a pcap header or pcapng interface; 12 and 14 are raw IP under their historical DLT_ numbers.</summary>
    public static LinkType FromFile(ushort value) => value is 12 or 14 ? LinkType.Raw : (LinkType)value;

    /// <summary>True when <see cref="PacketDissector"/> can read frames of this type.</summary>
    public static bool IsReadable(LinkType link) => link is LinkType.Null or LinkType.Ethernet or LinkType.Ppp or LinkType.PppHdlc
        or LinkType.PppoeSession or LinkType.Raw or LinkType.CiscoHdlc or LinkType.FrameRelay or LinkType.Loop or LinkType.LinuxSll
        or LinkType.Mpls or LinkType.IPv4 or LinkType.IPv6 or LinkType.LinuxSll2;
}
