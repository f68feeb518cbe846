using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>What stands at <see cref="FrameCursor.Offset"/>: the state of the walk over a frame.</summary>
internal enum NextHeader : byte
{
    /// <summary>Payload that is not read, or a fault: the walk ends.</summary>
    Done = 0,
    Null,
    Loop,
    Ethernet,
    LinuxSll,
    LinuxSll2,
    FrameRelay,
    CiscoHdlc,
    PppHdlc,

    /// <summary>Whatever <see cref="FrameCursor.EtherType"/> says.</summary>
    EtherType,
    Llc,
    Mpls,

    /// <summary>What follows the bottom of an MPLS stack: told only by its first nibble.</summary>
    MplsPayload,
    Ppp,
    PppoeSession,

    /// <summary>IPv4 or IPv6, by the version nibble.</summary>
    Ip,
    IPv6,
    Gre,
    Vxlan,
    VxlanGpe,
    Geneve,
    GtpU,
    Teredo,
    L2tp,
    EtherIp,
}

/// <summary>
/// The state of one walk: where the next header starts, what it is, and where its parent ends. Header readers move it on and
/// never look past <see cref="End"/>.
/// </summary>
internal ref struct FrameCursor(ReadOnlySpan<byte> frame, NextHeader next)
{
    public readonly ReadOnlySpan<byte> Frame = frame;

    /// <summary>The link headers since the last IP header.</summary>
    public LinkLayer Link;

    /// <summary>The IP header that was read last.</summary>
    public IpLayer Ip;

    /// <summary>Start of the next header; at most <see cref="End"/>.</summary>
    public int Offset;

    /// <summary>End of the innermost part whose length is known; at most the captured length.</summary>
    public int End = frame.Length;

    /// <summary>Link headers since the last IP header.</summary>
    public int LinkHeaders;

    /// <summary>IP headers read.</summary>
    public int IpLayers;

    /// <summary>True when <see cref="Link"/> holds headers that no sink has seen.</summary>
    public bool HasLink;

    public ushort EtherType;
    public NextHeader Next = next;
    public Tunnel Tunnel;
    public DecodeError Error;

    /// <summary>What is left of the innermost part.</summary>
    public readonly ReadOnlySpan<byte> Rest => Frame[Offset..End];

    /// <summary>Ends the walk; the first fault is the one that counts.</summary>
    public void Stop(DecodeError error = DecodeError.None)
    {
        Next = NextHeader.Done;
        if (Error == DecodeError.None)
            Error = error;
    }

    /// <summary>Takes a link header of fixed length; otherwise stops the walk.</summary>
    public bool TryTakeLink(int lengthBytes, out ReadOnlySpan<byte> header)
    {
        if (LinkHeaders == PacketDissector.MaxLinkHeaders)
        {
            header = default;
            Stop(DecodeError.TooDeep);
            return false;
        }

        LinkHeaders++;
        var isTaken = TryTake(lengthBytes, out header);
        HasLink |= isTaken;
        return isTaken;
    }

    /// <summary>Takes the next <paramref name="lengthBytes"/>; otherwise stops the walk.</summary>
    public bool TryTake(int lengthBytes, out ReadOnlySpan<byte> header)
    {
        var rest = Rest;
        if (rest.Length < lengthBytes)
        {
            header = default;
            Stop(DecodeError.Truncated);
            return false;
        }

        header = rest[..lengthBytes];
        Offset += lengthBytes;
        return true;
    }

    /// <summary>Goes on with what an EtherType names.</summary>
    public void GoEtherType(ReadOnlySpan<byte> twoOctets)
    {
        EtherType = BinaryPrimitives.ReadUInt16BigEndian(twoOctets);
        Next = NextHeader.EtherType;
        Link.EtherType = EtherType;
        Link.Known |= LinkFields.EtherType;
    }

    /// <summary>Narrows the innermost part to <paramref name="lengthBytes"/> from here, when a header's length field says so.</summary>
    public void Limit(int lengthBytes) => End = Math.Min(End, Offset + lengthBytes);
}
