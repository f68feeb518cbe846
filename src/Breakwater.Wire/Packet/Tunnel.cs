namespace Breakwater.Wire.Packet;

/// <summary>How a layer is carried by the IP header around it: the outermost header between the two.</summary>
public enum Tunnel : byte
{
    /// <summary>Not in a tunnel: the outermost layer.</summary>
    None = 0,

    /// <summary>IPv4 in IPv4 (RFC 2003).</summary>
    IpIp,

    /// <summary>IPv6 in IPv4 (RFC 4213 §3).</summary>
    SixInFour,

    /// <summary>IPv4 in IPv6 (RFC 2473).</summary>
    FourInSix,

    /// <summary>IPv6 in IPv6 (RFC 2473).</summary>
    SixInSix,

    /// <summary>GRE (RFC 2784, RFC 2890), or its version 1 as used by PPTP (RFC 2637 §4.1).</summary>
    Gre,

    /// <summary>ERSPAN types I to III in GRE (draft-foschiano-erspan-03 §4).</summary>
    Erspan,

    /// <summary>VXLAN (RFC 7348 §5).</summary>
    Vxlan,

    /// <summary>VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).</summary>
    VxlanGpe,

    /// <summary>Geneve (RFC 8926 §3).</summary>
    Geneve,

    /// <summary>GTP-U version 1, G-PDU (3GPP TS 29.281 §5.1).</summary>
    GtpU,

    /// <summary>Teredo (RFC 4380 §5.1.1).</summary>
    Teredo,

    /// <summary>L2TP version 2 data messages (RFC 2661 §3.1).</summary>
    L2tp,

    /// <summary>Ethernet in IP (RFC 3378, RFC 8986 §9).</summary>
    EtherIp,

    /// <summary>MPLS in IP (RFC 4023) or in UDP (RFC 7510).</summary>
    Mpls,
}

/// <summary>The names of tunnels in Breakwater's output.</summary>
public static class Tunnels
{
    /// <summary>Lower-case name; empty for <see cref="Tunnel.None"/>.</summary>
    public static string NameOf(Tunnel tunnel) => tunnel switch
    {
        Tunnel.IpIp => "ipip",
        Tunnel.SixInFour => "6in4",
        Tunnel.FourInSix => "4in6",
        Tunnel.SixInSix => "6in6",
        Tunnel.Gre => "gre",
        Tunnel.Erspan => "erspan",
        Tunnel.Vxlan => "vxlan",
        Tunnel.VxlanGpe => "vxlan-gpe",
        Tunnel.Geneve => "geneve",
        Tunnel.GtpU => "gtp-u",
        Tunnel.Teredo => "teredo",
        Tunnel.L2tp => "l2tp",
        Tunnel.EtherIp => "etherip",
        Tunnel.Mpls => "mpls",
        _ => "",
    };
}
