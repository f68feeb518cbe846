using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Transport headers; their checksums cover the pseudo header of the nearest IP header.</summary>
public ref partial struct PacketWriter
{
    /// <summary>UDP header (RFC 768). In a first fragment the checksum stays 0 (not computed): the rest of the datagram is not here.</summary>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    /// <param name="statedLength">Length to write instead of the true one (first fragments); null: the true one.</param>
    public void Udp(ushort sourcePort, ushort destinationPort, ushort? statedLength = null)
    {
        if (!Begin(HeaderKind.Udp, -1, IpProtocols.Udp, value: statedLength ?? -1))
            return;
        _writer.Write(sourcePort);
        _writer.Write(destinationPort);
        _writer.WriteZeros(4);
    }

    /// <summary>TCP header (RFC 9293 §3.1).</summary>
    public void Tcp(in TcpHeader header)
    {
        var options = header.Options.Span;
        if (options.Length > 40 || options.Length % 4 != 0)
            _failed = true;
        if (!Begin(HeaderKind.Tcp, -1, IpProtocols.Tcp))
            return;
        _writer.Write(header.SourcePort);
        _writer.Write(header.DestinationPort);
        _writer.Write(header.SequenceNumber);
        _writer.Write(header.AcknowledgementNumber);
        _writer.Write((ushort)(((5 + (options.Length / 4)) << 12) | (header.Flags & 0xFFF)));
        _writer.Write(header.WindowSize);
        _writer.WriteZeros(4);
        _writer.Write(options);
    }

    /// <summary>ICMP (RFC 792) or ICMPv6 (RFC 4443) header, by the family of the IP header before it, with its second word.</summary>
    public void Icmp(byte type, byte code, uint rest = 0)
    {
        var ip = LastIp();
        var isV6 = ip >= 0 && _headers[ip].Kind == HeaderKind.IPv6;
        if (!Begin(isV6 ? HeaderKind.IcmpV6 : HeaderKind.Icmp, -1, isV6 ? IpProtocols.IcmpV6 : IpProtocols.Icmp))
            return;
        _writer.Write([type, code, 0, 0]);
        _writer.Write(rest);
    }

    /// <summary>SCTP common header (RFC 9260 §3.1); chunks are payload.</summary>
    public void Sctp(ushort sourcePort, ushort destinationPort, uint verificationTag)
    {
        if (!Begin(HeaderKind.Sctp, -1, IpProtocols.Sctp))
            return;
        _writer.Write(sourcePort);
        _writer.Write(destinationPort);
        _writer.Write(verificationTag);
        _writer.WriteZeros(4);
    }

    private readonly bool TryCompleteTransport(in Header header, Span<byte> bytes)
    {
        if (header.Kind == HeaderKind.Udp && !TryPatch(bytes, 4, header.Override >= 0 ? header.Override : bytes.Length))
            return false;
        if (header.Kind == HeaderKind.Sctp)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], InternetChecksum.Crc32C(bytes));
            return true;
        }

        if (header.IpIndex < 0)
            return false;
        if (header.Kind == HeaderKind.Udp && IsFirstFragment(header))
            return true;
        var (place, protocol) = header.Kind switch
        {
            HeaderKind.Udp => (6, IpProtocols.Udp),
            HeaderKind.Tcp => (16, IpProtocols.Tcp),
            HeaderKind.IcmpV6 => (2, IpProtocols.IcmpV6),
            _ => (2, IpProtocols.Icmp),
        };
        var sum = InternetChecksum.Add(header.Kind == HeaderKind.Icmp ? 0 : PseudoHeader(_headers[header.IpIndex], protocol, bytes.Length), bytes);
        var checksum = InternetChecksum.Finish(sum);
        // RFC 768: a computed zero is sent as all ones, because zero means that there is none.
        BinaryPrimitives.WriteUInt16BigEndian(bytes[place..], header.Kind == HeaderKind.Udp && checksum == 0 ? ushort.MaxValue : checksum);
        return true;
    }

    private readonly bool IsFirstFragment(in Header transport)
    {
        for (var index = transport.IpIndex; _headers[index].Offset < transport.Offset; index++)
        {
            if (_headers[index].IsFirstFragment)
                return true;
        }

        return false;
    }

    private readonly uint PseudoHeader(in Header ip, byte protocol, int lengthBytes)
    {
        var isV4 = ip.Kind == HeaderKind.IPv4;
        var addresses = _buffer[(ip.Offset + (isV4 ? 12 : 8))..];
        var length = isV4 ? 4 : 16;
        _ = Address.TryRead(addresses[..length], out var source);
        _ = Address.TryRead(addresses.Slice(length, length), out var destination);
        return InternetChecksum.AddPseudoHeader(0, source, destination, protocol, lengthBytes);
    }
}
