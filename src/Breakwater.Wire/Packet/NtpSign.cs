using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>NTP messages by their mode.</summary>
internal static class NtpSign
{
    private const int PacketBytes = 48;
    private const int ControlBytes = 12;
    private const int PrivateBytes = 8;

    /// <summary>Reads a message of versions 1 to 4 that can be as long as its mode demands.</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> message, int statedBytes) => (message[0] & 7, (message[0] >> 3) & 7) switch
    {
        (_, 0 or > 4) => ApplicationSign.None,
        (3, _) => statedBytes < PacketBytes ? ApplicationSign.None : ApplicationSign.NtpClient,
        (4, _) => statedBytes < PacketBytes ? ApplicationSign.None : ApplicationSign.NtpServer,
        (6, _) => ReadControl(message, statedBytes),
        (7, _) => ReadPrivate(message, statedBytes),
        _ => ApplicationSign.None,
    };

    // Two zero bits, version and mode 1, R E M and operation 1, sequence 2, status 2, association 2, offset 2, count 2 (RFC 9327 §2)
    private static ApplicationSign ReadControl(ReadOnlySpan<byte> message, int statedBytes)
    {
        if (statedBytes < ControlBytes || message[0] >> 6 != 0)
            return ApplicationSign.None;
        if (message.Length < ControlBytes)
            return ApplicationPeek.Undecided;
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        return count <= statedBytes - ControlBytes ? ApplicationSign.NtpMode6 : ApplicationSign.None;
    }

    // R, M, version and mode 1, A and sequence 1, implementation 1 (0, 2, 3), request 1, error and items 2, item size 2 (ntp_request.h)
    private static ApplicationSign ReadPrivate(ReadOnlySpan<byte> message, int statedBytes)
    {
        if (statedBytes < PrivateBytes)
            return ApplicationSign.None;
        if (message.Length < 3)
            return ApplicationPeek.Undecided;
        return message[2] is 0 or 2 or 3 ? ApplicationSign.NtpMode7 : ApplicationSign.None;
    }
}
