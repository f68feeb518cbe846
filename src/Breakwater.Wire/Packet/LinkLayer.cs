using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>
/// The link headers in front of one IP header (or of a payload that is no IP): addresses, VLAN tags, MPLS labels, PPPoE.
/// Members whose bit in <see cref="Known"/> is not set were not in the frame or were cut off, and hold 0.
/// </summary>
public struct LinkLayer
{
    /// <summary>Most VLAN tags that are kept; further ones are counted.</summary>
    public const int MaxVlanTags = 4;

    /// <summary>Most MPLS label stack entries that are kept; further ones are counted.</summary>
    public const int MaxMplsLabels = 8;

    /// <summary>Source MAC address, 48 bits.</summary>
    public ulong SourceMac;

    /// <summary>Destination MAC address, 48 bits.</summary>
    public ulong DestinationMac;

    /// <summary>VLAN tags, outermost first: tag control information (IEEE 802.1Q §9.6: priority 3 bits, DEI, identifier 12 bits).</summary>
    public VlanTags Vlans;

    /// <summary>MPLS label stack entries, top first (RFC 3032 §2.1: label 20 bits, traffic class 3, bottom of stack 1, TTL 8).</summary>
    public MplsStack Mpls;

    public LinkFields Known;

    /// <summary>EtherType of the payload, after all VLAN tags; for PPP frames absent.</summary>
    public ushort EtherType;

    /// <summary>PPPoE session id (RFC 2516 §4).</summary>
    public ushort PppoeSessionId;

    /// <summary>VLAN tags met, kept or not.</summary>
    public byte VlanCount;

    /// <summary>MPLS label stack entries met, kept or not.</summary>
    public byte MplsCount;

    /// <summary>IP headers around this layer: 0 for the outermost.</summary>
    public byte Depth;

    /// <summary>How this layer is carried by the IP header around it.</summary>
    public Tunnel Tunnel;

    /// <summary>VLAN identifier (12 bits) of a kept tag; 0 is the outermost.</summary>
    public readonly ushort VlanId(int index) => (ushort)(Vlans[index] & 0xFFF);

    /// <summary>IEEE 802.1p priority (3 bits) of a kept tag.</summary>
    public readonly byte VlanPriority(int index) => (byte)(Vlans[index] >> 13);

    /// <summary>MPLS label (20 bits) of a kept entry; 0 is the top of the stack.</summary>
    public readonly uint MplsLabel(int index) => Mpls[index] >> 12;

    /// <summary>True when every bit of <paramref name="fields"/> is known.</summary>
    public readonly bool Knows(LinkFields fields) => (Known & fields) == fields;
}

/// <summary>The members of <see cref="LinkLayer"/> that a frame may or may not carry.</summary>
[Flags]
public enum LinkFields : byte
{
    None = 0,
    SourceMac = 1 << 0,
    DestinationMac = 1 << 1,
    EtherType = 1 << 2,
    Vlan = 1 << 3,
    Mpls = 1 << 4,
    PppoeSessionId = 1 << 5,
}

/// <summary>Room for the kept VLAN tags.</summary>
[InlineArray(LinkLayer.MaxVlanTags)]
public struct VlanTags
{
    private ushort _first;
}

/// <summary>Room for the kept MPLS label stack entries.</summary>
[InlineArray(LinkLayer.MaxMplsLabels)]
public struct MplsStack
{
    private uint _first;
}
