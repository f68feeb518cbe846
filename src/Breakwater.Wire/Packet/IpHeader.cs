namespace Breakwater.Wire.Packet;

/// <summary>What <see cref="PacketWriter.Ip"/> writes; the family is that of <see cref="Source"/>.</summary>
public readonly record struct IpHeader(Address Source, Address Destination)
{
    public byte TypeOfService { get; init; }

    /// <summary>TTL or hop limit.</summary>
    public byte TimeToLive { get; init; } = 64;

    /// <summary>IPv4 only; for IPv6 see <see cref="PacketWriter.FragmentHeader"/>.</summary>
    public ushort Identification { get; init; }

    /// <summary>IPv4 only, in units of 8 octets, at most 8191.</summary>
    public ushort FragmentOffset { get; init; }

    /// <summary>IPv4 only.</summary>
    public bool MoreFragments { get; init; }

    /// <summary>IPv4 only.</summary>
    public bool DontFragment { get; init; }

    /// <summary>IPv6 only, 20 bits.</summary>
    public uint FlowLabel { get; init; }

    /// <summary>Protocol number when no header of this writer follows.</summary>
    public byte Protocol { get; init; }

    /// <summary>IPv4 options or nothing: at most 40 octets, a multiple of 4.</summary>
    public ReadOnlyMemory<byte> Options { get; init; }

    /// <summary>IPv4 total length or IPv6 payload length to write instead of the true one (0: as segmentation offload leaves it); null: the true one.</summary>
    public ushort? StatedLength { get; init; }
}

/// <summary>What <see cref="PacketWriter.Tcp"/> writes.</summary>
public readonly record struct TcpHeader(ushort SourcePort, ushort DestinationPort)
{
    public uint SequenceNumber { get; init; }
    public uint AcknowledgementNumber { get; init; }

    /// <summary>Bit 0 FIN … bit 7 CWR, bit 8 AE.</summary>
    public ushort Flags { get; init; }
    public ushort WindowSize { get; init; } = 65535;

    /// <summary>TCP options: at most 40 octets, a multiple of 4.</summary>
    public ReadOnlyMemory<byte> Options { get; init; }
}
