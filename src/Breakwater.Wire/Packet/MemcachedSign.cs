using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>Answers of memcached over UDP.</summary>
internal static class MemcachedSign
{
    private const int HeaderBytes = 8;
    private const int LongestWord = 6;

    /// <summary>Reads the frame header (request 2, number 2, datagrams in all 2, reserved 2) and the line in the first datagram.</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> datagram, int statedBytes)
    {
        if (datagram.Length < HeaderBytes)
            return statedBytes < HeaderBytes ? ApplicationSign.None : ApplicationPeek.Undecided;
        var number = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (number >= BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) || BinaryPrimitives.ReadUInt16BigEndian(datagram[6..]) != 0)
            return ApplicationSign.None;
        var line = datagram[HeaderBytes..];
        if (number > 0 || line.StartsWith("VALUE "u8) || line.StartsWith("STAT "u8) || line.StartsWith("END\r\n"u8))
            return ApplicationSign.MemcachedResponse;
        return line.Length < LongestWord && datagram.Length < statedBytes ? ApplicationPeek.Undecided : ApplicationSign.None;
    }
}
