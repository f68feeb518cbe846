using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>QUIC Initial packets.</summary>
internal static class QuicSign
{
    private const uint VersionOne = 1;
    private const uint VersionTwo = 0x6B3343CF;

    // The drafts whose long header is that of RFC 9000 (draft-ietf-quic-transport-23 to -34).
    private const uint FirstDraft = 0xFF000017;
    private const uint LastDraft = 0xFF000022;

    private const int LongestConnectionId = 20;

    /// <summary>Header form and fixed bit set, type 0 or 1: Initial in version 1 and 2.</summary>
    public static bool IsFirst(byte octet) => (octet & 0xE0) == 0xC0;

    /// <summary>Reads flags 1, version 4, and the length of the destination connection id 1 (RFC 9000 §17.2, RFC 9369 §3.2).</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> packet)
    {
        if (!IsFirst(packet[0]))
            return ApplicationSign.None;
        if (packet.Length < 6)
            return ApplicationPeek.Undecided;
        var type = (packet[0] >> 4) & 3;
        var isInitial = BinaryPrimitives.ReadUInt32BigEndian(packet[1..]) switch
        {
            VersionOne or (>= FirstDraft and <= LastDraft) => type == 0,
            VersionTwo => type == 1,
            _ => false,
        };
        return isInitial && packet[5] <= LongestConnectionId ? ApplicationSign.QuicInitial : ApplicationSign.None;
    }
}
