using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>
/// Looks at the first octets of a TCP or UDP payload. Bulk data is dismissed by its first octet and its ports, in line and with
/// branches that it hardly ever takes; only the few packets that pass cost a call.
/// </summary>
internal static class ApplicationPeek
{
    /// <summary>The answer of a reader whose input ended before it could decide. Never stands in a record.</summary>
    public const ApplicationSign Undecided = (ApplicationSign)byte.MaxValue;

    private const ushort Dns = 53;
    private const ushort DhcpServer = 67;
    private const ushort DhcpClient = 68;
    private const ushort Ntp = 123;
    private const ushort MulticastDns = 5353;
    private const ushort Memcached = 11211;

    private const int UdpHeaderBytes = 8;

    /// <summary>True when nothing can be recognised in a segment, be it for want of a payload: <see cref="ReadTcp"/> need not be asked.</summary>
    /// <param name="segment">The captured segment, its padding included.</param>
    /// <param name="headerBytes">Length of its header, which was captured whole.</param>
    /// <param name="statedBytes">Length of the segment by its headers, at least <paramref name="headerBytes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlainTcp(ReadOnlySpan<byte> segment, int headerBytes, int statedBytes)
    {
        if (headerBytes >= statedBytes)
            return true;
        return headerBytes < segment.Length && !IsTelling(segment[headerBytes]) && segment[headerBytes] != TlsSign.Handshake;
    }

    /// <summary>As <see cref="IsPlainTcp"/>, for <see cref="ReadUdp"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPlainUdp(ReadOnlySpan<byte> datagram, int statedBytes, ushort source, ushort destination)
    {
        if (statedBytes <= UdpHeaderBytes)
            return true;
        return UdpHeaderBytes < datagram.Length && !IsTelling(datagram[UdpHeaderBytes]) && source > Ntp && destination > Ntp
            && source != MulticastDns && destination != MulticastDns && source != Memcached;
    }

    /// <summary>Fills the application of a record.</summary>
    /// <param name="payload">The captured payload of a segment; what stands behind <paramref name="statedBytes"/> is padding.</param>
    /// <param name="statedBytes">Length of the payload by its headers.</param>
    /// <param name="flow">A record whose application is not filled.</param>
    /// <returns><see cref="FlowFields.Application"/>, or nothing when the captured part does not decide.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FlowFields ReadTcp(ReadOnlySpan<byte> payload, int statedBytes, ref FlowRecord flow)
    {
        payload = payload[..Math.Min(payload.Length, statedBytes)];
        if (payload.IsEmpty)
            return statedBytes == 0 ? FlowFields.Application : FlowFields.None;
        var sign = ApplicationSign.None;
        if (payload[0] == TlsSign.Handshake)
            sign = TlsSign.Read(payload, ref flow);
        else if (IsUpperCase(payload[0]))
            sign = TextSigns.ReadTcp(payload, ref flow);
        return Fill(sign, payload.Length < statedBytes, ref flow);
    }

    /// <summary>As <see cref="ReadTcp"/>, for a datagram whose ports stand in the record.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FlowFields ReadUdp(ReadOnlySpan<byte> payload, int statedBytes, ref FlowRecord flow)
    {
        payload = payload[..Math.Min(payload.Length, statedBytes)];
        if (payload.IsEmpty)
            return statedBytes == 0 ? FlowFields.Application : FlowFields.None;

        // Reflected answers come to any port, other services' among them: each port that names a protocol is tried.
        var sign = ApplicationSign.None;
        if (IsPort(flow, Dns) || IsPort(flow, MulticastDns))
            sign = DnsSign.Read(payload, statedBytes, ref flow);
        if (sign == ApplicationSign.None && IsPort(flow, Ntp))
            sign = NtpSign.Read(payload, statedBytes);
        if (sign == ApplicationSign.None && (IsPort(flow, DhcpServer) || IsPort(flow, DhcpClient)))
            sign = DhcpSign.Read(payload, statedBytes);
        if (sign == ApplicationSign.None && flow.SourcePort == Memcached)
            sign = MemcachedSign.Read(payload, statedBytes);
        if (sign == ApplicationSign.None)
            sign = IsUpperCase(payload[0]) ? TextSigns.ReadUdp(payload) : QuicSign.Read(payload);
        return Fill(sign, payload.Length < statedBytes, ref flow);
    }

    public static bool IsUpperCase(byte octet) => (uint)(octet - 'A') <= 'Z' - 'A';

    // Upper-case letters (0x41 to 0x5A), the first octets of QUIC Initials (0xC0 to 0xDF), and a few more.
    private static bool IsTelling(byte first) => (first & 0x60) == 0x40;

    private static bool IsPort(in FlowRecord flow, ushort port) => flow.SourcePort == port || flow.DestinationPort == port;

    // Where a payload ends early by itself, there is nothing more to wait for: it is not what it began like.
    private static FlowFields Fill(ApplicationSign sign, bool isCut, ref FlowRecord flow)
    {
        if (sign != Undecided)
            flow.Application = sign;
        return sign == Undecided && isCut ? FlowFields.None : FlowFields.Application;
    }
}
