using System.Buffers.Binary;

namespace Breakwater.Wire.Mmdb;

/// <summary>The search tree ("Binary Search Tree Section"): a bit of the address chooses one of a node's two records.</summary>
internal readonly ref struct MmdbTree(ReadOnlySpan<byte> bytes, int recordSizeBits, uint nodeCount)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>
    /// Follows the bits of an address until a record is no node.
    /// </summary>
    /// <param name="start">The node to start from, or a record that is none.</param>
    /// <param name="high">The first 64 bits still to be followed.</param>
    /// <param name="low">The bits after them.</param>
    /// <param name="bits">How many there are.</param>
    /// <param name="used">How many of them decided.</param>
    /// <returns>The record reached; below the number of nodes when the bits did not suffice.</returns>
    public uint Descend(uint start, ulong high, ulong low, int bits, out int used)
    {
        var record = start;
        for (used = 0; record < nodeCount && used < bits; used++)
        {
            record = Record(record, (int)(high >> 63));
            high = (high << 1) | (low >> 63);
            low <<= 1;
        }

        return record;
    }

    private uint Record(uint node, int bit)
    {
        int at;
        switch (recordSizeBits)
        {
            case 24:
                // | <------------- node --------------->|
                // | 23 .. 0          |          23 .. 0 |
                at = ((int)node * 6) + (bit * 3);
                return ((uint)BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]) << 8) | _bytes[at + 2];
            case 28:
                // | <------------- node --------------->|
                // | 23 .. 0 | 27..24 | 27..24 | 23 .. 0 |
                at = (int)node * 7;
                var packed = BinaryPrimitives.ReadUInt32BigEndian(_bytes[(at + (bit * 3))..]);
                return bit == 0 ? (packed >> 8) | ((packed & 0xF0) << 20) : packed & 0x0FFF_FFFF;
            default:
                // | <------------- node --------------->|
                // | 31 .. 0          |          31 .. 0 |
                at = ((int)node * 8) + (bit * 4);
                return BinaryPrimitives.ReadUInt32BigEndian(_bytes[at..]);
        }
    }
}
