using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>A TLS record with a ClientHello.</summary>
internal static class TlsSign
{
    /// <summary>Content type of handshake records (RFC 8446 §5.1), the first octet.</summary>
    public const byte Handshake = 22;

    /// <summary>Extensions that are passed over on the way to the server name.</summary>
    public const int MaxExtensions = 64;

    private const int LongestFragment = 1 << 14;

    /// <summary>Reads a payload that begins with <see cref="Handshake"/>, and the hash of the server name when it is whole.</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> payload, ref FlowRecord flow)
    {
        // Content type 1, version 2, length 2 (§5.1), then handshake type 1, length 3 (§4)
        if (payload.Length < 6)
            return ApplicationPeek.Undecided;
        var length = BinaryPrimitives.ReadUInt16BigEndian(payload[3..]);
        if (payload[1] != 3 || payload[2] > 4 || length < 4 || length > LongestFragment || payload[5] != 1)
            return ApplicationSign.None;
        var body = payload[5..];
        flow.ApplicationResource = ServerName(new WireReader(body[..Math.Min(body.Length, length)]));
        return ApplicationSign.TlsClientHello;
    }

    // legacy_version 2, random 32, legacy_session_id<0..32>, cipher_suites<2..2^16-2>, legacy_compression_methods<1..2^8-1>,
    // extensions<8..2^16-1>, each of type 2 and length 2 (§4.1.2, §4.2)
    private static ulong ServerName(WireReader hello)
    {
        if (!hello.TrySkip(4 + 2 + 32)
            || !hello.TryRead(out byte session) || !hello.TrySkip(session)
            || !hello.TryRead(out ushort suites) || !hello.TrySkip(suites)
            || !hello.TryRead(out byte compression) || !hello.TrySkip(compression)
            || !hello.TryRead(out ushort length))
            return 0;
        var list = new WireReader(hello.Rest[..Math.Min(length, hello.Remaining)]);
        for (var count = 0; count < MaxExtensions && list.TryRead(out ushort type) && list.TryRead(out length) && list.TryCut(length, out var extension); count++)
        {
            if (type == 0)
                return HostName(extension);
        }

        return 0;
    }

    // server_name_list<1..2^16-1> of name_type 1 (0: host_name) and HostName<1..2^16-1> (RFC 6066 §3)
    private static ulong HostName(WireReader extension) =>
        extension.TryRead(out ushort _) && extension.TryRead(out byte type) && type == 0
        && extension.TryRead(out ushort length) && length > 0 && extension.TryReadBytes(length, out var name)
            ? ContentHash.OfLowered(name)
            : 0;
}
