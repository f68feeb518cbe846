using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>
/// Looks at the first octets of a TCP or UDP payload. Bulk data is dismissed by its first octet and its ports; what is called goes
/// on only for the few packets that pass.
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

    /// <summary>Fills the application of a record.</summary>
    /// <param name="payload">The captured payload of a segment, without padding.</param>
    /// <param name="statedBytes">Length of the payload by its headers, at least that of <paramref name="payload"/>.</param>
    /// <param name="flow">A record whose application is not filled.</param>
    /// <returns><see cref="FlowFields.Application"/>, or nothing when the captured part does not decide.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FlowFields ReadTcp(ReadOnlySpan<byte> payload, int statedBytes, ref FlowRecord flow)
    {
        if (payload.IsEmpty)
            return statedBytes == 0 ? FlowFields.Application : FlowFields.None;
        if (payload[0] != TlsSign.Handshake && !IsUpperCase(payload[0]))
            return FlowFields.Application;
        return ReadSegment(payload, statedBytes, ref flow);
    }

    /// <summary>As <see cref="ReadTcp"/>, for a datagram whose ports stand in the record too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FlowFields ReadUdp(ReadOnlySpan<byte> payload, int statedBytes, ushort source, ushort destination, ref FlowRecord flow)
    {
        if (payload.IsEmpty)
            return statedBytes == 0 ? FlowFields.Application : FlowFields.None;
        var first = payload[0];

        // Without short cuts: one branch that bulk data never takes.
        var isTelling = (Math.Min(source, destination) <= Ntp) | (source == MulticastDns) | (destination == MulticastDns)
            | (source == Memcached) | IsUpperCase(first) | QuicSign.IsFirst(first);
        return isTelling ? ReadDatagram(payload, statedBytes, ref flow) : FlowFields.Application;
    }

    public static bool IsUpperCase(byte octet) => (uint)(octet - 'A') <= 'Z' - 'A';

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FlowFields ReadSegment(ReadOnlySpan<byte> payload, int statedBytes, ref FlowRecord flow)
    {
        var sign = payload[0] == TlsSign.Handshake ? TlsSign.Read(payload, ref flow) : TextSigns.ReadTcp(payload, ref flow);
        return Fill(sign, payload.Length < statedBytes, ref flow);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FlowFields ReadDatagram(ReadOnlySpan<byte> payload, int statedBytes, ref FlowRecord flow)
    {
        // Reflected answers come to any port, other services' among them: each port that names a protocol is tried.
        var sign = ApplicationSign.None;
        if (IsPort(flow, Dns) || IsPort(flow, MulticastDns))
            sign = DnsSign.Read(payload, statedBytes, ref flow);
        if (sign == ApplicationSign.None && IsPort(flow, Ntp))
            sign = NtpSign.Read(payload, statedBytes);
        if (sign == ApplicationSign.None && (IsPort(flow, DhcpServer) || IsPort(flow, DhcpClient)))
            sign = DhcpSign.Read(payload, statedBytes);
        if (sign == ApplicationSign.None && flow.SourcePort == Memcached)
            sign = MemcachedSign.Read(payload);
        if (sign == ApplicationSign.None)
            sign = IsUpperCase(payload[0]) ? TextSigns.ReadUdp(payload) : QuicSign.Read(payload);
        return Fill(sign, payload.Length < statedBytes, ref flow);
    }

    private static bool IsPort(in FlowRecord flow, ushort port) => flow.SourcePort == port || flow.DestinationPort == port;

    // Where a payload ends early by itself, there is nothing more to wait for: it is not what it began like.
    private static FlowFields Fill(ApplicationSign sign, bool isCut, ref FlowRecord flow)
    {
        if (sign != Undecided)
            flow.Application = sign;
        return sign == Undecided && isCut ? FlowFields.None : FlowFields.Application;
    }
}
