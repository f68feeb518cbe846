using System.Buffers.Binary;

namespace Breakwater.Wire.Ipfix;

/// <summary>Integers of any reduced size (RFC 7011 §6.2).</summary>
internal static class UnsignedInteger
{
    /// <summary>Reads 0 to 8 octets in network order.</summary>
    internal static ulong Read(ReadOnlySpan<byte> octets)
    {
        switch (octets.Length)
        {
            case 1:
                return octets[0];
            case 2:
                return BinaryPrimitives.ReadUInt16BigEndian(octets);
            case 4:
                return BinaryPrimitives.ReadUInt32BigEndian(octets);
            case 8:
                return BinaryPrimitives.ReadUInt64BigEndian(octets);
            default:
                ulong value = 0;
                foreach (var octet in octets)
                    value = (value << 8) | octet;
                return value;
        }
    }
}
