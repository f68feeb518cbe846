using System.Buffers.Binary;

namespace Breakwater.Wire.NetFlow;

/// <summary>A view of one 48-octet NetFlow version 5 record (Cisco, "NetFlow Export Datagram Format", table B-4).</summary>
public readonly ref struct NetFlow5Record
{
    /// <summary>Octets of a record.</summary>
    public const int LengthBytes = 48;

    private readonly ReadOnlySpan<byte> _octets;

    /// <summary>Views 48 octets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer: a fault of the caller.</exception>
    public NetFlow5Record(ReadOnlySpan<byte> octets) => _octets = octets[..LengthBytes];

    public uint SourceAddress => BinaryPrimitives.ReadUInt32BigEndian(_octets);

    public uint DestinationAddress => BinaryPrimitives.ReadUInt32BigEndian(_octets[4..]);

    public uint NextHop => BinaryPrimitives.ReadUInt32BigEndian(_octets[8..]);

    /// <summary>ifIndex, 16 bits only.</summary>
    public ushort InputInterface => BinaryPrimitives.ReadUInt16BigEndian(_octets[12..]);

    /// <summary>ifIndex, 16 bits only.</summary>
    public ushort OutputInterface => BinaryPrimitives.ReadUInt16BigEndian(_octets[14..]);

    public uint Packets => BinaryPrimitives.ReadUInt32BigEndian(_octets[16..]);

    /// <summary>Layer 3 octets.</summary>
    public uint Bytes => BinaryPrimitives.ReadUInt32BigEndian(_octets[20..]);

    /// <summary>Uptime at the first packet.</summary>
    public uint FirstMilliseconds => BinaryPrimitives.ReadUInt32BigEndian(_octets[24..]);

    /// <summary>Uptime at the last packet.</summary>
    public uint LastMilliseconds => BinaryPrimitives.ReadUInt32BigEndian(_octets[28..]);

    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_octets[32..]);

    /// <summary>For ICMP: type × 256 + code.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_octets[34..]);

    public byte TcpFlags => _octets[37];

    public byte Protocol => _octets[38];

    public byte TypeOfService => _octets[39];

    public ushort SourceAs => BinaryPrimitives.ReadUInt16BigEndian(_octets[40..]);

    public ushort DestinationAs => BinaryPrimitives.ReadUInt16BigEndian(_octets[42..]);

    public byte SourceMask => _octets[44];

    public byte DestinationMask => _octets[45];
}
