using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>One captured packet. The bytes are valid until the next read from the same <see cref="PcapReader"/>.</summary>
public readonly ref struct PcapPacket
{
    internal PcapPacket(ReadOnlySpan<byte> data, uint originalLength, long timestampNanoseconds, long offset, int interfaceIndex, LinkType link)
    {
        Data = data;
        OriginalLength = (int)Math.Min(originalLength, int.MaxValue);
        RawTimestamp = timestampNanoseconds;
        Offset = offset;
        InterfaceIndex = interfaceIndex;
        Link = link;
    }

    /// <summary>The captured bytes; fewer than <see cref="OriginalLength"/> when the capture was cut at a snap length.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Nanoseconds since 1970-01-01 UTC; 0 when <see cref="HasTimestamp"/> is false.</summary>
    public long TimestampNanoseconds => HasTimestamp ? RawTimestamp : 0;

    /// <summary>False for packets whose block carries no time (pcapng Simple Packet Block) or a time outside the years 1678-2262.</summary>
    public bool HasTimestamp => RawTimestamp != NoTimestamp;

    /// <summary>Where the packet's record or block begins, in the (decompressed) content.</summary>
    public long Offset { get; }

    /// <summary>Length of the packet on its link, in bytes, as the capture states it.</summary>
    public int OriginalLength { get; }

    /// <summary>pcapng: the interface's number within its section. pcap: 0, or the index that the modified format stores.</summary>
    public int InterfaceIndex { get; }

    /// <summary>What the bytes begin with.</summary>
    public LinkType Link { get; }

    internal const long NoTimestamp = long.MinValue;

    private long RawTimestamp { get; }
}
