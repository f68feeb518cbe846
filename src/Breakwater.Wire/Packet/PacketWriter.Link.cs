namespace Breakwater.Wire.Packet;

/// <summary>Link headers.</summary>
public ref partial struct PacketWriter
{
    /// <summary>Ethernet II header, also behind a tunnel header that carries Ethernet or behind MPLS (RFC 4448).</summary>
    public void Ethernet(ulong destinationMac, ulong sourceMac, ushort etherType = 0)
    {
        if (!Begin(HeaderKind.Plain, EtherTypes.TransparentEthernet, IpProtocols.Ethernet, gpe: 3))
            return;
        WriteMac(destinationMac);
        WriteMac(sourceMac);
        WriteEtherType(etherType);
    }

    /// <summary>IEEE 802.3 header with a length, LLC and SNAP (RFC 1042).</summary>
    public void Ieee8023Snap(ulong destinationMac, ulong sourceMac)
    {
        if (!Begin(HeaderKind.Ieee8023, EtherTypes.TransparentEthernet, IpProtocols.Ethernet, gpe: 3))
            return;
        WriteMac(destinationMac);
        WriteMac(sourceMac);
        _writer.Write((ushort)0);
        _writer.Write([0xAA, 0xAA, 0x03, 0, 0, 0]);
        WriteEtherType(0);
    }

    /// <summary>VLAN tag (IEEE 802.1Q §9.6).</summary>
    public void Vlan(ushort vlanId, byte priority = 0, ushort tagProtocol = EtherTypes.Vlan)
    {
        if (!Begin(HeaderKind.Plain, tagProtocol, -1))
            return;
        _writer.Write((ushort)((priority << 13) | (vlanId & 0xFFF)));
        WriteEtherType(0);
    }

    /// <summary>MPLS label stack entry (RFC 3032 §2.1); the last one in a row is the bottom of the stack.</summary>
    public void Mpls(uint label, byte timeToLive = 64)
    {
        if (!Begin(HeaderKind.Plain, EtherTypes.Mpls, IpProtocols.MplsInIp, PppProtocols.Mpls, gpe: 5))
            return;
        _writer.Write((label << 12) | 0x100 | timeToLive);
        Expect(NumberSpace.MplsBottom, _writer.Length - 2);
    }

    /// <summary>Pseudowire control word (RFC 4448 §4.6), between MPLS and Ethernet.</summary>
    public void ControlWord(ushort sequence = 0)
    {
        if (Begin(HeaderKind.Plain, 0, -1))
            _writer.Write((uint)sequence);
    }

    /// <summary>PPPoE session header with its PPP protocol field (RFC 2516 §4).</summary>
    public void Pppoe(ushort sessionId)
    {
        if (!Begin(HeaderKind.Pppoe, EtherTypes.PppoeSession, -1))
            return;
        _writer.Write([0x11, 0]);
        _writer.Write(sessionId);
        _writer.Write((ushort)0);
        WritePppProtocol();
    }

    /// <summary>PPP with address and control octets (RFC 1662 §3.1): a link of its own, or in GRE version 1 or L2TP.</summary>
    public void Ppp()
    {
        if (!Begin(HeaderKind.Plain, EtherTypes.Ppp, -1))
            return;
        _writer.Write([0xFF, 0x03]);
        WritePppProtocol();
    }

    /// <summary>Loopback header with the address family in network order (<see cref="LinkType.Loop"/>) or little-endian (<see cref="LinkType.Null"/>).</summary>
    public void Loopback(bool networkOrder)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.WriteZeros(4);
        Expect(NumberSpace.AddressFamily, networkOrder ? _writer.Length - 1 : _writer.Length - 4);
    }

    /// <summary>Linux "cooked" header, 16 octets (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).</summary>
    public void LinuxSll(ulong sourceMac)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.Write([0, 0, 0, 1, 0, 6]);
        WriteMac(sourceMac);
        _writer.WriteZeros(2);
        WriteEtherType(0);
    }

    /// <summary>Linux "cooked" header v2, 20 octets (tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html).</summary>
    public void LinuxSll2(ulong sourceMac, uint interfaceIndex)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        WriteEtherType(0);
        var place = _nextPlace;
        _writer.WriteZeros(2);
        _writer.Write(interfaceIndex);
        _writer.Write([0, 1, 0, 6]);
        WriteMac(sourceMac);
        _writer.WriteZeros(2);
        Expect(NumberSpace.EtherType, place);
    }

    /// <summary>Frame Relay: two-octet Q.922 address, then NLPID SNAP with an EtherType (RFC 2427 §4.1).</summary>
    public void FrameRelay(ushort dlci)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.Write([(byte)((dlci >> 4) << 2), (byte)(((dlci & 0xF) << 4) | 1), 0x03, 0x00, 0x80, 0, 0, 0]);
        WriteEtherType(0);
    }

    private void WriteMac(ulong mac)
    {
        _writer.Write((ushort)(mac >> 32));
        _writer.Write((uint)mac);
    }

    private void WriteEtherType(ushort etherType)
    {
        _writer.Write(etherType);
        Expect(NumberSpace.EtherType, _writer.Length - 2);
    }

    private void WritePppProtocol()
    {
        _writer.Write((ushort)0);
        Expect(NumberSpace.Ppp, _writer.Length - 2);
    }
}
