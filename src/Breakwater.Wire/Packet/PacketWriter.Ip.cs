using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>IP headers, extension headers, AH and ESP.</summary>
public ref partial struct PacketWriter
{
    private const int IPv6HeaderLength = 40;

    /// <summary>IPv4 (RFC 791 §3.1) or IPv6 (RFC 8200 §3) header.</summary>
    public void Ip(in IpHeader header)
    {
        if (header.Source.IsIPv4 != header.Destination.IsIPv4)
            _failed = true;
        else if (header.Source.IsIPv4)
            WriteIPv4(header);
        else
            WriteIPv6(header);
    }

    /// <summary>IPv6 hop-by-hop (0), routing (43), destination options (60) or mobility (135) header, filled with padding options.</summary>
    /// <param name="type">Protocol number of the header.</param>
    /// <param name="lengthBytes">Its whole length: a multiple of 8, 8 to 2048.</param>
    public void Extension(byte type, int lengthBytes = 8)
    {
        if (lengthBytes % 8 != 0 || lengthBytes is < 8 or > 2048)
            _failed = true;
        if (!Begin(HeaderKind.Plain, -1, type))
            return;
        var start = _writer.Length;
        _writer.Write(IpProtocols.NoNextHeader);
        _writer.Write((byte)((lengthBytes / 8) - 1));
        _writer.WriteZeros(lengthBytes - 2);
        Expect(NumberSpace.IpProtocol, start);
    }

    /// <summary>IPv6 fragment header (RFC 8200 §4.5); the offset in units of 8 octets.</summary>
    public void FragmentHeader(ushort fragmentOffset, bool moreFragments, uint identification, byte nextHeader = IpProtocols.NoNextHeader)
    {
        if (!Begin(HeaderKind.Plain, -1, IpProtocols.Fragment))
            return;
        _headers[_headerCount - 1].IsFirstFragment = fragmentOffset == 0 && moreFragments;
        var start = _writer.Length;
        _writer.Write([nextHeader, 0]);
        _writer.Write((ushort)((fragmentOffset << 3) | (moreFragments ? 1 : 0)));
        _writer.Write(identification);
        Expect(NumberSpace.IpProtocol, start);
    }

    /// <summary>Authentication header (RFC 4302 §2) with a zero integrity check value of 12 octets (16 for IPv6's alignment).</summary>
    public void Ah(uint securityParametersIndex, uint sequence)
    {
        if (!Begin(HeaderKind.Ah, -1, IpProtocols.Ah))
            return;
        var ip = _headers[_headerCount - 1].IpIndex;
        var checkValueLength = ip >= 0 && _headers[ip].Kind == HeaderKind.IPv6 ? 12 + 8 : 12;
        var start = _writer.Length;
        _writer.Write([IpProtocols.NoNextHeader, (byte)(((12 + checkValueLength) / 4) - 2), 0, 0]);
        _writer.Write(securityParametersIndex);
        _writer.Write(sequence);
        _writer.WriteZeros(checkValueLength);
        Expect(NumberSpace.IpProtocol, start);
    }

    /// <summary>ESP header (RFC 4303 §2); the encrypted rest is payload.</summary>
    public void Esp(uint securityParametersIndex, uint sequence)
    {
        if (!Begin(HeaderKind.Plain, -1, IpProtocols.Esp))
            return;
        _writer.Write(securityParametersIndex);
        _writer.Write(sequence);
    }

    private void WriteIPv4(in IpHeader header)
    {
        var options = header.Options.Span;
        if (options.Length > 40 || options.Length % 4 != 0 || header.FragmentOffset > 0x1FFF)
            _failed = true;
        if (!Begin(HeaderKind.IPv4, EtherTypes.IPv4, IpProtocols.IPv4, PppProtocols.IPv4, gpe: 1, header.StatedLength ?? -1))
            return;
        _headers[_headerCount - 1].IsFirstFragment = header.FragmentOffset == 0 && header.MoreFragments;
        _writer.Write((byte)(0x45 + (options.Length / 4)));
        _writer.Write(header.TypeOfService);
        _writer.Write((ushort)0);
        _writer.Write(header.Identification);
        _writer.Write((ushort)((header.DontFragment ? 0x4000 : 0) | (header.MoreFragments ? 0x2000 : 0) | header.FragmentOffset));
        _writer.Write(header.TimeToLive);
        _writer.Write(header.Protocol);
        Expect(NumberSpace.IpProtocol, _writer.Length - 1);
        _writer.Write((ushort)0);
        _writer.Write(header.Source.IPv4);
        _writer.Write(header.Destination.IPv4);
        _writer.Write(options);
    }

    private void WriteIPv6(in IpHeader header)
    {
        if (!Begin(HeaderKind.IPv6, EtherTypes.IPv6, IpProtocols.IPv6, PppProtocols.IPv6, gpe: 2, header.StatedLength ?? -1))
            return;
        _writer.Write((6u << 28) | ((uint)header.TypeOfService << 20) | (header.FlowLabel & 0xFFFFF));
        _writer.Write((ushort)0);
        _writer.Write(header.Protocol);
        Expect(NumberSpace.IpProtocol, _writer.Length - 1);
        _writer.Write(header.TimeToLive);
        Span<byte> octets = stackalloc byte[16];
        header.Source.WriteTo(octets);
        _writer.Write(octets);
        header.Destination.WriteTo(octets);
        _writer.Write(octets);
    }

    private static bool TryCompleteIPv4(Span<byte> bytes, int statedLength)
    {
        if (!TryPatch(bytes, 2, statedLength >= 0 ? statedLength : bytes.Length))
            return false;
        var headerLength = (bytes[0] & 0xF) * 4;
        var checksum = InternetChecksum.Finish(InternetChecksum.Add(0, bytes[..headerLength]));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], checksum);
        return true;
    }
}
