namespace Breakwater.Wire.Packet;

/// <summary>EtherTypes (IANA "IEEE 802 Numbers") that lead to other headers.</summary>
internal static class EtherTypes
{
    public const ushort IPv4 = 0x0800;
    public const ushort Arp = 0x0806;
    public const ushort TransparentEthernet = 0x6558;
    public const ushort Vlan = 0x8100;
    public const ushort IPv6 = 0x86DD;
    public const ushort Ppp = 0x880B;
    public const ushort Mpls = 0x8847;
    public const ushort MplsMulticast = 0x8848;
    public const ushort PppoeSession = 0x8864;
    public const ushort ServiceVlan = 0x88A8;
    public const ushort ErspanTypeTwo = 0x88BE;
    public const ushort ErspanTypeThree = 0x22EB;
    public const ushort OldServiceVlan = 0x9100;

    /// <summary>Values up to this one are lengths of an 802.3 frame, not types (IEEE 802.3 §3.2.6).</summary>
    public const ushort MaxLength = 1500;
}

/// <summary>IANA "Protocol Numbers" that this library reads.</summary>
internal static class IpProtocols
{
    public const byte HopByHop = 0;
    public const byte Icmp = 1;
    public const byte IPv4 = 4;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Dccp = 33;
    public const byte IPv6 = 41;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Gre = 47;
    public const byte Esp = 50;
    public const byte Ah = 51;
    public const byte IcmpV6 = 58;
    public const byte NoNextHeader = 59;
    public const byte DestinationOptions = 60;
    public const byte EtherIp = 97;
    public const byte Sctp = 132;
    public const byte Mobility = 135;
    public const byte UdpLite = 136;
    public const byte MplsInIp = 137;
    public const byte Hip = 139;
    public const byte Shim6 = 140;
    public const byte Ethernet = 143;
}

/// <summary>PPP protocol numbers (IANA "PPP Numbers").</summary>
internal static class PppProtocols
{
    public const ushort IPv4 = 0x0021;
    public const ushort IPv6 = 0x0057;
    public const ushort Mpls = 0x0281;
    public const ushort MplsMulticast = 0x0283;
}

/// <summary>UDP ports of tunnels (IANA "Service Names and Port Numbers").</summary>
internal static class TunnelPorts
{
    public const ushort L2tp = 1701;
    public const ushort GtpU = 2152;
    public const ushort Teredo = 3544;
    public const ushort Vxlan = 4789;
    public const ushort VxlanGpe = 4790;
    public const ushort Geneve = 6081;
    public const ushort Mpls = 6635;
}
