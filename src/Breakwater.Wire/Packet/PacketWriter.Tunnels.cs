namespace Breakwater.Wire.Packet;

/// <summary>Tunnel headers. Those over UDP come behind <see cref="Udp"/> with the tunnel's port.</summary>
public ref partial struct PacketWriter
{
    /// <summary>GRE version 0 (RFC 2784, RFC 2890).</summary>
    public void Gre(bool checksum = false, uint? key = null, uint? sequence = null, ushort protocolType = 0)
    {
        if (!Begin(checksum ? HeaderKind.Gre : HeaderKind.Plain, -1, IpProtocols.Gre))
            return;
        _writer.Write((ushort)((checksum ? 0x8000 : 0) | (key.HasValue ? 0x2000 : 0) | (sequence.HasValue ? 0x1000 : 0)));
        var place = _writer.Length;
        _writer.Write(protocolType);
        if (checksum)
            _writer.WriteZeros(4);
        if (key.HasValue)
            _writer.Write(key.Value);
        if (sequence.HasValue)
            _writer.Write(sequence.Value);
        Expect(NumberSpace.EtherType, place);
    }

    /// <summary>GRE version 1 (RFC 2637 §4.1); PPP follows.</summary>
    public void GrePptp(ushort callId, uint sequence, uint? acknowledgement = null)
    {
        if (!Begin(HeaderKind.GrePptp, -1, IpProtocols.Gre, value: acknowledgement.HasValue ? 16 : 12))
            return;
        _writer.Write((ushort)(0x3001 | (acknowledgement.HasValue ? 0x80 : 0)));
        _writer.Write(EtherTypes.Ppp);
        _writer.Write((ushort)0);
        _writer.Write(callId);
        _writer.Write(sequence);
        if (acknowledgement.HasValue)
            _writer.Write(acknowledgement.Value);
    }

    /// <summary>ERSPAN type I: a GRE header alone; Ethernet follows (draft-foschiano-erspan-03 §4.1).</summary>
    public void ErspanTypeOne()
    {
        if (!Begin(HeaderKind.Plain, -1, IpProtocols.Gre))
            return;
        _writer.Write((ushort)0);
        _writer.Write(EtherTypes.ErspanTypeTwo);
    }

    /// <summary>ERSPAN behind <see cref="Gre"/> with a sequence number: type II (8 octets) or III (12, or 20 with the platform part);
    /// Ethernet follows.</summary>
    public void Erspan(bool typeThree, ushort vlanId, ushort sessionId, bool platformPart = false)
    {
        if (!Begin(HeaderKind.Plain, typeThree ? EtherTypes.ErspanTypeThree : EtherTypes.ErspanTypeTwo, -1))
            return;
        _writer.Write((ushort)((typeThree ? 0x2000 : 0x1000) | (vlanId & 0xFFF)));
        _writer.Write((ushort)(sessionId & 0x3FF));
        _writer.WriteZeros(4);
        if (!typeThree)
            return;
        _writer.Write(platformPart ? 1u : 0u);
        if (platformPart)
            _writer.WriteZeros(8);
    }

    /// <summary>VXLAN (RFC 7348 §5); Ethernet follows.</summary>
    public void Vxlan(uint networkIdentifier)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.Write(0x08000000u);
        _writer.Write(networkIdentifier << 8);
    }

    /// <summary>VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe §3); IPv4, IPv6, Ethernet or MPLS follows.</summary>
    public void VxlanGpe(uint networkIdentifier)
    {
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.Write(0x0C000000u);
        _writer.Write(networkIdentifier << 8);
        Expect(NumberSpace.VxlanGpe, _writer.Length - 5);
    }

    /// <summary>Geneve (RFC 8926 §3.4) with <paramref name="optionWords"/> words of options.</summary>
    public void Geneve(uint networkIdentifier, int optionWords = 0)
    {
        if (optionWords is < 0 or > 63)
            _failed = true;
        if (!Begin(HeaderKind.Plain, -1, -1))
            return;
        _writer.Write([(byte)optionWords, 0]);
        _writer.Write((ushort)0);
        var place = _writer.Length - 2;
        _writer.Write(networkIdentifier << 8);
        _writer.WriteZeros(optionWords * 4);
        Expect(NumberSpace.EtherType, place);
    }

    /// <summary>GTP-U G-PDU (3GPP TS 29.281 §5.1), with its optional sequence number; IP follows.</summary>
    public void GtpU(uint tunnelEndpointIdentifier, ushort? sequence = null)
    {
        if (!Begin(HeaderKind.GtpU, -1, -1))
            return;
        _writer.Write([(byte)(sequence.HasValue ? 0x32 : 0x30), 255, 0, 0]);
        _writer.Write(tunnelEndpointIdentifier);
        if (!sequence.HasValue)
            return;
        _writer.Write(sequence.Value);
        _writer.Write((ushort)0);
    }

    /// <summary>L2TP version 2 data message with its length (RFC 2661 §3.1); PPP follows.</summary>
    public void L2tp(ushort tunnelId, ushort sessionId)
    {
        if (!Begin(HeaderKind.L2tp, -1, -1))
            return;
        _writer.Write((ushort)0x4002);
        _writer.Write((ushort)0);
        _writer.Write(tunnelId);
        _writer.Write(sessionId);
    }

    /// <summary>Ethernet-in-IP header (RFC 3378 §2); Ethernet follows.</summary>
    public void EtherIp()
    {
        if (Begin(HeaderKind.Plain, -1, IpProtocols.EtherIp))
            _writer.Write((ushort)0x3000);
    }
}
