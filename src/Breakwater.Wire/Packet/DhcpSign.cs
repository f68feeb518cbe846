using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>DHCP messages.</summary>
internal static class DhcpSign
{
    // The fields of BOOTP, then the cookie in front of the options (RFC 2131 §2, §3).
    private const int CookieOffset = 236;
    private const uint Cookie = 0x63825363;

    /// <summary>Reads a message up to its cookie; a capture that ends in front of that does not decide.</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> message, int statedBytes)
    {
        if (message[0] is not (1 or 2) || statedBytes < CookieOffset + sizeof(uint))
            return ApplicationSign.None;
        if (message.Length < CookieOffset + sizeof(uint))
            return ApplicationPeek.Undecided;
        if (BinaryPrimitives.ReadUInt32BigEndian(message[CookieOffset..]) != Cookie)
            return ApplicationSign.None;
        return message[0] == 1 ? ApplicationSign.DhcpRequest : ApplicationSign.DhcpReply;
    }
}
