using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>
/// Builds one frame into the caller's buffer, header after header from the outside in. Each header tells the one before it what
/// follows (EtherType, protocol number, PPP protocol); <see cref="TryFinish"/> fills in lengths and checksums from the inside out.
/// Nothing is written any more once something did not fit or made no sense; <see cref="TryFinish"/> then returns false.
/// </summary>
public ref partial struct PacketWriter(Span<byte> buffer)
{
    /// <summary>Most headers in one frame.</summary>
    public const int MaxHeaders = 48;

    /// <summary>Shortest Ethernet frame without its frame check sequence (IEEE 802.3 §3.2.8): what <see cref="PadToMinimum"/> reaches.</summary>
    public const int MinimumEthernetLength = 60;

    private readonly Span<byte> _buffer = buffer;
    private WireWriter _writer = new(buffer);
    private Headers _headers;
    private int _headerCount;
    private int _contentLength = -1;
    private bool _failed;

    // Where the next header states what it is, and in whose numbers.
    private int _nextPlace;
    private NumberSpace _nextSpace = NumberSpace.None;

    private enum NumberSpace : byte
    {
        None,
        EtherType,
        IpProtocol,
        Ppp,
        VxlanGpe,
        AddressFamily,
        MplsBottom,
    }

    private enum HeaderKind : byte
    {
        Plain,
        Ieee8023,
        Pppoe,
        IPv4,
        IPv6,
        Gre,
        GrePptp,
        GtpU,
        L2tp,
        Ah,
        Udp,
        Tcp,
        Icmp,
        IcmpV6,
        Sctp,
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _writer.Length;

    /// <summary>Appends payload bytes to the innermost header.</summary>
    public void Payload(ReadOnlySpan<byte> bytes) => _writer.Write(bytes);

    /// <summary>Appends <paramref name="lengthBytes"/> filler octets of one value.</summary>
    public void Filler(int lengthBytes, byte value = 0)
    {
        var start = _writer.Length;
        _writer.WriteZeros(lengthBytes);
        if (value != 0 && !_writer.Overflowed)
            _buffer[start.._writer.Length].Fill(value);
    }

    /// <summary>Pads the frame with zeros behind the packet to <see cref="MinimumEthernetLength"/>; nothing may follow.</summary>
    public void PadToMinimum() => PadTo(MinimumEthernetLength);

    /// <summary>Pads the frame with zeros behind the packet; the padding belongs to no header's length. Nothing may follow.</summary>
    public void PadTo(int frameLengthBytes)
    {
        _contentLength = _contentLength < 0 ? _writer.Length : _contentLength;
        if (frameLengthBytes > _writer.Length)
            _writer.WriteZeros(frameLengthBytes - _writer.Length);
    }

    /// <summary>Fills in lengths and checksums. Call once, last.</summary>
    /// <param name="lengthBytes">Length of the frame, padding included; 0 on failure.</param>
    /// <returns>False when the frame did not fit its buffer, a length field or the header limit.</returns>
    public bool TryFinish(out int lengthBytes)
    {
        lengthBytes = 0;
        if (_failed || _writer.Overflowed)
            return false;
        var end = _contentLength < 0 ? _writer.Length : _contentLength;
        for (var index = _headerCount - 1; index >= 0; index--)
        {
            if (!TryComplete(_headers[index], end))
                return false;
        }

        lengthBytes = _writer.Length;
        return true;
    }

    private readonly bool TryComplete(in Header header, int end)
    {
        var bytes = _buffer[header.Offset..end];
        switch (header.Kind)
        {
            case HeaderKind.Ieee8023:
                return TryPatch(bytes, 12, bytes.Length - 14, 1500);
            case HeaderKind.Pppoe:
                return TryPatch(bytes, 4, bytes.Length - 6);
            case HeaderKind.IPv4:
                return TryCompleteIPv4(bytes, header.Override);
            case HeaderKind.IPv6:
                return TryPatch(bytes, 4, header.Override >= 0 ? header.Override : bytes.Length - 40);
            case HeaderKind.Gre:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], InternetChecksum.Finish(InternetChecksum.Add(0, bytes)));
                return true;
            case HeaderKind.GrePptp:
                return TryPatch(bytes, 4, bytes.Length - header.Override);
            case HeaderKind.GtpU:
                return TryPatch(bytes, 2, bytes.Length - 8);
            case HeaderKind.L2tp:
                return TryPatch(bytes, 2, bytes.Length);
            case HeaderKind.Udp or HeaderKind.Tcp or HeaderKind.Icmp or HeaderKind.IcmpV6 or HeaderKind.Sctp:
                return TryCompleteTransport(header, bytes);
            default:
                return true;
        }
    }

    private static bool TryPatch(Span<byte> header, int place, int value, int maximum = ushort.MaxValue)
    {
        if ((uint)value > (uint)maximum)
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(header[place..], (ushort)value);
        return true;
    }

    /// <summary>Starts a header: tells the one before it, and remembers where this one stands.</summary>
    private bool Begin(HeaderKind kind, int etherType, int ipProtocol, int ppp = -1, int gpe = -1, int value = -1)
    {
        var number = _nextSpace switch
        {
            NumberSpace.EtherType => etherType,
            NumberSpace.IpProtocol => ipProtocol,
            NumberSpace.Ppp => ppp,
            NumberSpace.VxlanGpe => gpe,
            NumberSpace.AddressFamily => kind == HeaderKind.IPv4 ? 2 : kind == HeaderKind.IPv6 ? 24 : -1,
            _ => 0,
        };
        if (number < 0 || _headerCount == MaxHeaders || _contentLength >= 0)
            _failed = true;
        if (_failed || _writer.Overflowed)
            return false;
        Announce(number, kind, etherType);
        _headers[_headerCount++] = new Header { Kind = kind, Offset = _writer.Length, IpIndex = LastIp(), Override = value };
        _nextSpace = NumberSpace.None;
        return true;
    }

    private readonly void Announce(int number, HeaderKind kind, int etherType)
    {
        switch (_nextSpace)
        {
            case NumberSpace.EtherType or NumberSpace.Ppp:
                _writer.Patch(_nextPlace, (ushort)number);
                break;
            case NumberSpace.IpProtocol or NumberSpace.VxlanGpe or NumberSpace.AddressFamily:
                _buffer[_nextPlace] = (byte)number;
                break;
            case NumberSpace.MplsBottom when kind == HeaderKind.Plain && etherType == EtherTypes.Mpls:
                _buffer[_nextPlace] &= 0xFE;
                break;
        }
    }

    private readonly int LastIp()
    {
        for (var index = _headerCount - 1; index >= 0; index--)
        {
            if (_headers[index].Kind is HeaderKind.IPv4 or HeaderKind.IPv6)
                return index;
        }

        return -1;
    }

    private void Expect(NumberSpace space, int place)
    {
        _nextSpace = space;
        _nextPlace = place;
    }

    private struct Header
    {
        public HeaderKind Kind;
        public bool IsFirstFragment;
        public int Offset;
        public int IpIndex;
        public int Override;
    }

    [InlineArray(MaxHeaders)]
    private struct Headers
    {
        private Header _first;
    }
}
