using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>One captured packet as a flow record: what its outermost IP header says.</summary>
public static class PacketFlow
{
    private const FlowFields Always = FlowFields.Bytes | FlowFields.Packets;

    private const FlowFields WithIp = Always | FlowFields.Source | FlowFields.Destination | FlowFields.IpLength | FlowFields.Protocol
        | FlowFields.TypeOfService | FlowFields.TimeToLive;

    private const FlowFields Ports = FlowFields.SourcePort | FlowFields.DestinationPort;

    /// <summary>Resets <paramref name="flow"/> and fills it from one frame; times, interfaces and sampling are the caller's.</summary>
    /// <param name="frame">The captured bytes, cut anywhere.</param>
    /// <param name="originalLengthBytes">Length of the frame on the wire: becomes <see cref="FlowRecord.Bytes"/>.</param>
    /// <param name="link">What the frame starts with.</param>
    /// <param name="flow">Without IP, or when its header was cut, source and destination stay unknown. The IP length is that of the
    /// header; when the header leaves it open (0), it is what the frame leaves for it.</param>
    /// <returns>The first fault up to the outermost transport header; what was read before it stays in the record.</returns>
    public static DecodeError Read(ReadOnlySpan<byte> frame, int originalLengthBytes, LinkType link, ref FlowRecord flow)
    {
        flow = default;
        flow.Bytes = (uint)originalLengthBytes;
        flow.Packets = 1;
        if (link == LinkType.Ethernet && TryReadUsual(frame, ref flow))
            return DecodeError.None;
        return ReadAny(frame, originalLengthBytes, link, ref flow);
    }

    /// <summary>The general way; <paramref name="flow"/> is reset and has its bytes and packets.</summary>
    internal static DecodeError ReadAny(ReadOnlySpan<byte> frame, int originalLengthBytes, LinkType link, ref FlowRecord flow)
    {
        flow.Known = Always;
        var sink = new FlowSink(ref flow, frame, originalLengthBytes);
        return PacketDissector.Dissect(frame, link, ref sink);
    }

    /// <summary>
    /// Ethernet with at most one VLAN tag, IPv4 without options or IPv6 without extension headers, TCP, UDP or ICMP with the whole fixed
    /// header, or a later fragment of IPv4: nearly every packet, and what floods are made of, in one straight line. Leaves the record
    /// as it was for anything else.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // In line it would use up what the compiler is ready to inline into one method.
    internal static bool TryReadUsual(ReadOnlySpan<byte> frame, ref FlowRecord flow)
    {
        if (frame.Length < 14 + 20 + 8)
            return false;
        var etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..14]);
        return etherType == EtherTypes.Vlan
            ? TryReadUsualTagged(frame, ref flow)
            : TryReadUsualIp(etherType, frame[14..], ref flow, WithIp);
    }

    // A method of its own: most links carry tags on all frames or on none, and each kind has its straight line.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryReadUsualTagged(ReadOnlySpan<byte> frame, ref FlowRecord flow)
    {
        var tag = frame[14..18];
        if (!TryReadUsualIp(BinaryPrimitives.ReadUInt16BigEndian(tag[2..]), frame[18..], ref flow, WithIp | FlowFields.VlanId))
            return false;
        flow.VlanId = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(tag) & 0xFFF);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadUsualIp(ushort etherType, ReadOnlySpan<byte> ip, ref FlowRecord flow, FlowFields known) => etherType switch
    {
        EtherTypes.IPv4 => TryReadUsualIPv4(ip, ref flow, known),
        EtherTypes.IPv6 => TryReadUsualIPv6(ip, ref flow, known),
        _ => false,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadUsualIPv4(ReadOnlySpan<byte> ip, ref FlowRecord flow, FlowFields known)
    {
        if (ip.Length < 28)
            return false;

        // Version 1 octet with the header length, type of service 1, total length 2, identification 2, flags and fragment offset 2
        var header = ip[..28];
        var first = BinaryPrimitives.ReadUInt64BigEndian(header);
        var length = (ushort)(first >> 32);
        known |= FlowFields.Fragment;
        if ((first & 0xFF00_0000_0000_3FFF) == 0x4500_0000_0000_0000
            ? !TryReadUsualTransport(ip[20..], header[9], length - 20, ref flow, known)
            : !TryReadLaterFragment(first, length, ref flow, known))
            return false;
        flow.Source = Address.FromIPv4(header.Slice(12, 4));
        flow.Destination = Address.FromIPv4(header.Slice(16, 4));
        flow.IpLength = length;
        flow.Protocol = header[9];
        flow.TypeOfService = header[1];
        flow.TimeToLive = header[8];
        return true;
    }

    // Offset above 0: no transport header follows.
    private static bool TryReadLaterFragment(ulong first, ushort length, ref FlowRecord flow, FlowFields known)
    {
        if (first >> 56 != 0x45 || (first & 0x1FFF) == 0 || length < 20)
            return false;
        flow.FragmentOffset = (ushort)(first & 0x1FFF);
        flow.MoreFragments = (first & 0x2000) != 0;
        flow.Known = known;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadUsualIPv6(ReadOnlySpan<byte> ip, ref FlowRecord flow, FlowFields known)
    {
        if (ip.Length < 48)
            return false;
        var header = ip[..48];
        var first = BinaryPrimitives.ReadUInt32BigEndian(header);
        var length = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        if (first >> 28 != 6 || length > ushort.MaxValue - 40)
            return false;
        if (!TryReadUsualTransport(ip[40..], header[6], length, ref flow, known | FlowFields.Extensions))
            return false;
        _ = Address.TryRead(header.Slice(8, 16), out flow.Source);
        _ = Address.TryRead(header.Slice(24, 16), out flow.Destination);
        flow.IpLength = (ushort)(length + 40);
        flow.Protocol = header[6];
        flow.TypeOfService = (byte)(first >> 20);
        flow.TimeToLive = header[7];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadUsualTransport(ReadOnlySpan<byte> transport, byte protocol, int length, ref FlowRecord flow, FlowFields known)
    {
        if (transport.Length < 8)
            return false;
        var head = transport[..8];
        var source = BinaryPrimitives.ReadUInt16BigEndian(head);
        var destination = BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        FlowFields application;
        if (protocol == IpProtocols.Tcp)
        {
            if (transport.Length < 20 || length < 20)
                return false;
            var offsetAndFlags = BinaryPrimitives.ReadUInt16BigEndian(transport.Slice(12, 2));
            var headerLength = (offsetAndFlags >> 12) * 4;
            if (headerLength < 20 || headerLength > transport.Length || headerLength > length)
                return false;
            flow.TcpFlags = (ushort)(offsetAndFlags & 0xFFF);
            known |= FlowFields.TcpFlags;
            (flow.SourcePort, flow.DestinationPort) = (source, destination);
            application = ApplicationPeek.IsPlainTcp(transport, headerLength, length)
                ? FlowFields.Application
                : ApplicationPeek.ReadTcp(transport[headerLength..], length - headerLength, ref flow);
        }
        else if (protocol == IpProtocols.Udp)
        {
            var udpLength = BinaryPrimitives.ReadUInt16BigEndian(head[4..]);
            if (length < 8 || udpLength is > 0 and < 8)
                return false;
            length = udpLength == 0 ? length : Math.Min(length, udpLength);
            (flow.SourcePort, flow.DestinationPort) = (source, destination);
            application = ApplicationPeek.IsPlainUdp(transport, length, source, destination)
                ? FlowFields.Application
                : ApplicationPeek.ReadUdp(transport[8..], length - 8, ref flow);
        }

        else
        {
            if (protocol is not (IpProtocols.Icmp or IpProtocols.IcmpV6) || length < 8)
                return false;
            flow.IcmpTypeCode = source; // type 1, code 1
            flow.Known = known | FlowFields.IcmpTypeCode;
            return true;
        }

        flow.Known = known | Ports | application;
        return true;
    }

    /// <summary>Copies the outermost layer into a record and ends the walk.</summary>
    private ref struct FlowSink(ref FlowRecord flow, ReadOnlySpan<byte> frame, int originalLengthBytes) : IPacketSink
    {
        private readonly ref FlowRecord _flow = ref flow;
        private readonly ReadOnlySpan<byte> _frame = frame;

        public readonly void OnLink(in LinkLayer link)
        {
            // Behind the first link headers there may be others (Ethernet over MPLS): the outermost tag is the one that counts.
            if (!link.Knows(LinkFields.Vlan) || (_flow.Known & FlowFields.VlanId) != 0)
                return;
            _flow.VlanId = link.VlanId(0);
            _flow.Known |= FlowFields.VlanId;
        }

        public readonly bool OnIp(in IpLayer layer)
        {
            ref var record = ref _flow;
            record.Source = layer.Source;
            record.Destination = layer.Destination;
            record.Protocol = layer.Protocol;
            record.TypeOfService = layer.TypeOfService;
            record.TimeToLive = layer.TimeToLive;
            record.SourcePort = layer.SourcePort;
            record.DestinationPort = layer.DestinationPort;
            record.TcpFlags = layer.TcpFlags;
            record.IcmpTypeCode = layer.IcmpTypeCode;
            record.FragmentOffset = layer.FragmentOffset;
            record.MoreFragments = layer.MoreFragments;
            record.Extensions = layer.Extensions;
            var length = layer.TotalLength != 0 ? layer.TotalLength : originalLengthBytes - layer.Offset;
            var hasLength = (uint)length <= ushort.MaxValue;
            record.IpLength = hasLength ? (ushort)length : (ushort)0;
            record.Known |= KnownOf(layer) & ~(hasLength ? FlowFields.None : FlowFields.IpLength);
            if (layer.Knows(IpFields.Payload))
                record.Known |= ReadApplication(layer);
            return false;
        }

        private readonly FlowFields ReadApplication(in IpLayer layer)
        {
            var payload = _frame.Slice(layer.PayloadOffset, layer.PayloadLength);
            return layer.Protocol switch
            {
                IpProtocols.Tcp => ApplicationPeek.ReadTcp(payload, StatedPayload(layer), ref _flow),
                IpProtocols.Udp => ApplicationPeek.ReadUdp(payload, StatedPayload(layer), ref _flow),
                _ => FlowFields.None,
            };
        }

        // What the headers say of the payload's length; of a first fragment only UDP says it.
        private readonly int StatedPayload(in IpLayer layer)
        {
            var end = layer.MoreFragments ? int.MaxValue : layer.TotalLength != 0 ? layer.Offset + layer.TotalLength : originalLengthBytes;
            var length = end - layer.PayloadOffset;
            if (layer.UdpLength != 0)
                length = Math.Min(length, layer.UdpLength - 8);
            return Math.Max(length, layer.PayloadLength);
        }

        private static FlowFields KnownOf(in IpLayer layer)
        {
            var known = WithIp;
            if (layer.Version == 6 || layer.Extensions != IPv6Extensions.None)
                known |= FlowFields.Extensions;
            if (layer.Knows(IpFields.Fragment))
                known |= FlowFields.Fragment;
            if (layer.Knows(IpFields.SourcePort))
                known |= FlowFields.SourcePort;
            if (layer.Knows(IpFields.DestinationPort))
                known |= FlowFields.DestinationPort;
            if (layer.Knows(IpFields.TcpFlags))
                known |= FlowFields.TcpFlags;
            if (layer.Knows(IpFields.IcmpTypeCode))
                known |= FlowFields.IcmpTypeCode;
            return known;
        }
    }
}
