using System.Buffers.Binary;
using System.Numerics;

namespace Breakwater.Wire.Packet;

/// <summary>The Internet checksum (RFC 1071) and SCTP's CRC32c (RFC 9260 appendix A).</summary>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a running one's complement sum; an odd last byte is padded with zero.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        ulong total = sum;
        while (bytes.Length >= sizeof(uint))
        {
            total += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            total += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        if (!bytes.IsEmpty)
            total += (uint)bytes[0] << 8;
        total = (total >> 32) + (uint)total;
        return (uint)(total >> 32) + (uint)total;
    }

    /// <summary>Adds the pseudo header of RFC 768, RFC 9293 §3.1 (IPv4) or RFC 8200 §8.1 (IPv6).</summary>
    public static uint AddPseudoHeader(uint sum, in Address source, in Address destination, byte protocol, int lengthBytes)
    {
        // An IPv4 address is held as ::ffff:a.b.c.d; its prefix ::ffff adds 0xFFFF, which is zero in one's complement.
        Span<byte> octets = stackalloc byte[40];
        source.WriteTo(octets);
        destination.WriteTo(octets[16..]);
        BinaryPrimitives.WriteUInt32BigEndian(octets[32..], (uint)lengthBytes);
        BinaryPrimitives.WriteUInt32BigEndian(octets[36..], protocol);
        return Add(sum, octets);
    }

    /// <summary>Folds a running sum to 16 bits and complements it: what stands in a header.</summary>
    public static ushort Finish(uint sum)
    {
        sum = (sum >> 16) + (ushort)sum;
        sum = (sum >> 16) + (ushort)sum;
        return (ushort)~sum;
    }

    /// <summary>CRC32c as it stands in an SCTP header; the header's checksum field must be zero in <paramref name="packet"/>.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> packet)
    {
        var crc = uint.MaxValue;
        while (packet.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(packet));
            packet = packet[sizeof(ulong)..];
        }

        foreach (var octet in packet)
            crc = BitOperations.Crc32C(crc, octet);
        return BinaryPrimitives.ReverseEndianness(~crc);
    }
}
