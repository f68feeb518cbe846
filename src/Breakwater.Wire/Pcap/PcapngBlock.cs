using System.Buffers.Binary;

namespace Breakwater.Wire.Pcap;

/// <summary>Block types of pcapng (draft-ietf-opsawg-pcapng §10.1) and the framing that all blocks share.</summary>
internal static class PcapngBlock
{
    public const uint SectionHeader = 0x0A0D0D0A;
    public const uint InterfaceDescription = 1;
    public const uint Packet = 2;
    public const uint SimplePacket = 3;
    public const uint NameResolution = 4;
    public const uint InterfaceStatistics = 5;
    public const uint EnhancedPacket = 6;
    public const uint DecryptionSecrets = 10;
    public const uint Custom = 0xBAD;
    public const uint CustomNoCopy = 0x40000BAD;

    /// <summary>Type, total length and the total length repeated.</summary>
    public const int OverheadBytes = 12;

    /// <summary>Type and total length.</summary>
    public const int HeaderBytes = 8;

    public const int SectionHeaderBytes = 28;
    public const uint ByteOrderMagic = 0x1A2B3C4D;

    /// <summary>True for a type that reading may resume at: a value that stray bytes seldom show, with its length repeated behind it.</summary>
    public static bool IsKnown(uint type) => type is SectionHeader or (>= InterfaceDescription and <= EnhancedPacket) or DecryptionSecrets
        or Custom or CustomNoCopy;

    /// <summary>True when a block's body can hold packets or what is needed to read them.</summary>
    public static bool IsRead(uint type) => type is SectionHeader or InterfaceDescription or Packet or SimplePacket or EnhancedPacket;

    public static uint Read(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
