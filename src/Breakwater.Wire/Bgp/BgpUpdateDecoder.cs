using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Bgp;

/// <summary>Reads the body of an UPDATE (RFC 4271 §4.3, attributes also of RFC 4760, 1997, 4360, 6793 and 8092).</summary>
public static class BgpUpdateDecoder
{
    private const BgpAttributeFlags Kind = BgpAttributeFlags.Optional | BgpAttributeFlags.Transitive;

    /// <summary>Pushes an UPDATE into a sink.</summary>
    /// <param name="octetsPerAs">4 when both sides have the capability of RFC 6793, else 2.</param>
    /// <returns>The first fault; what was pushed before it stays valid. A second one of an attribute is passed over, a second
    /// MP_REACH_NLRI or MP_UNREACH_NLRI is a fault (RFC 7606 §3 g).</returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> body, int octetsPerAs, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        var reader = new WireReader(body);
        if (!reader.TryRead(out ushort withdrawnBytes) || !reader.TryCut(withdrawnBytes, out var withdrawn) ||
            !reader.TryRead(out ushort attributeBytes) || !reader.TryCut(attributeBytes, out var attributes))
        {
            return DecodeError.Truncated;
        }

        var error = ReadPrefixes(ref withdrawn, isIPv4: true, isWithdrawn: true, ref sink);
        if (error == DecodeError.None)
            error = ReadAttributes(ref attributes, octetsPerAs, ref sink);
        return error == DecodeError.None ? ReadPrefixes(ref reader, isIPv4: true, isWithdrawn: false, ref sink) : error;
    }

    private static DecodeError ReadAttributes<TSink>(ref WireReader reader, int octetsPerAs, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        var seen = default(Seen);
        while (reader.Remaining > 0)
        {
            if (!reader.TryRead(out byte flags) || !reader.TryRead(out byte type))
                return DecodeError.Truncated;
            int length;
            if (((BgpAttributeFlags)flags & BgpAttributeFlags.ExtendedLength) != 0)
            {
                if (!reader.TryRead(out ushort two))
                    return DecodeError.Truncated;
                length = two;
            }
            else
            {
                if (!reader.TryRead(out byte one))
                    return DecodeError.Truncated;
                length = one;
            }

            if (!reader.TryCut(length, out var value))
                return DecodeError.Truncated;
            sink.OnAttribute((BgpAttributeFlags)flags, (BgpAttributeType)type, value.Rest);
            if (seen.Add(type))
            {
                var error = ReadAttribute((BgpAttributeFlags)flags & Kind, (BgpAttributeType)type, ref value, octetsPerAs, ref sink);
                if (error != DecodeError.None)
                    return error;
            }
            else if (type is (byte)BgpAttributeType.MpReachNlri or (byte)BgpAttributeType.MpUnreachNlri)
            {
                return DecodeError.BadValue;
            }
        }

        return DecodeError.None;
    }

    private static DecodeError ReadAttribute<TSink>(BgpAttributeFlags kind, BgpAttributeType type, ref WireReader value, int octetsPerAs, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        var expected = type switch
        {
            BgpAttributeType.Origin or BgpAttributeType.AsPath or BgpAttributeType.NextHop => BgpAttributeFlags.Transitive,
            BgpAttributeType.MpReachNlri or BgpAttributeType.MpUnreachNlri => BgpAttributeFlags.Optional,
            BgpAttributeType.Communities or BgpAttributeType.ExtendedCommunities or BgpAttributeType.As4Path or BgpAttributeType.LargeCommunities => Kind,
            _ => kind,
        };
        if (kind != expected)
            return DecodeError.BadValue;
        return type switch
        {
            BgpAttributeType.Origin => ReadOrigin(ref value, ref sink),
            BgpAttributeType.AsPath => ReadAsPath(ref value, octetsPerAs, ref sink),
            BgpAttributeType.As4Path => ReadAsPath(ref value, 4, ref sink),
            BgpAttributeType.NextHop => ReadNextHop(ref value, 4, ref sink),
            BgpAttributeType.Communities => ReadCommunities(ref value, ref sink),
            BgpAttributeType.ExtendedCommunities => ReadExtendedCommunities(ref value, ref sink),
            BgpAttributeType.LargeCommunities => ReadLargeCommunities(ref value, ref sink),
            BgpAttributeType.MpReachNlri => ReadReach(ref value, ref sink),
            BgpAttributeType.MpUnreachNlri => ReadUnreach(ref value, ref sink),
            _ => DecodeError.None,
        };
    }

    private static DecodeError ReadOrigin<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (value.Remaining != 1 || !value.TryRead(out byte origin))
            return DecodeError.BadLength;
        if (origin > (byte)BgpOrigin.Incomplete)
            return DecodeError.BadValue;
        sink.OnOrigin((BgpOrigin)origin);
        return DecodeError.None;
    }

    private static DecodeError ReadAsPath<TSink>(ref WireReader value, int octetsPerAs, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        while (value.Remaining > 0)
        {
            if (!value.TryRead(out byte segmentType) || !value.TryRead(out byte count) || !value.TryReadBytes(count * octetsPerAs, out var numbers))
                return DecodeError.BadLength;
            if (segmentType is < 1 or > 4 || count == 0)
                return DecodeError.BadValue;
            sink.OnAsPathSegment(segmentType, numbers, octetsPerAs);
        }

        return DecodeError.None;
    }

    private static DecodeError ReadNextHop<TSink>(ref WireReader value, int lengthBytes, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (value.Remaining != lengthBytes || !Address.TryRead(value.Rest, out var nextHop))
            return DecodeError.BadLength;
        sink.OnNextHop(nextHop);
        return DecodeError.None;
    }

    private static DecodeError ReadCommunities<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (value.Remaining % 4 != 0)
            return DecodeError.BadLength;
        while (value.TryRead(out uint community))
            sink.OnCommunity(community);
        return DecodeError.None;
    }

    private static DecodeError ReadExtendedCommunities<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (value.Remaining % 8 != 0)
            return DecodeError.BadLength;
        while (value.TryRead(out ulong community))
            sink.OnExtendedCommunity(community);
        return DecodeError.None;
    }

    private static DecodeError ReadLargeCommunities<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (value.Remaining % 12 != 0)
            return DecodeError.BadLength;
        while (value.TryRead(out uint administrator) && value.TryRead(out uint first) && value.TryRead(out uint second))
            sink.OnLargeCommunity(administrator, first, second);
        return DecodeError.None;
    }

    // RFC 4760 §3: AFI 2, SAFI 1, length of the next hop 1, next hop, reserved 1, NLRI. Other families stay unread.
    private static DecodeError ReadReach<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (!value.TryRead(out ushort afi) || !value.TryRead(out byte safi) || !value.TryRead(out byte nextHopBytes) ||
            !value.TryReadBytes(nextHopBytes, out var nextHop) || !value.TrySkip(1))
        {
            return DecodeError.BadLength;
        }

        var family = BgpFamily.From(afi, safi);
        if (family == BgpFamilies.None)
            return DecodeError.None;
        if (!BgpFamily.IsFlowSpec(family))
        {
            // IPv6 (RFC 2545 §3): the global address, and perhaps the link-local one; IPv4 may be reached through either family (RFC 8950 §3).
            if (nextHopBytes is not (4 or 16 or 32) || (nextHopBytes == 4 && family == BgpFamilies.IPv6Unicast))
                return DecodeError.BadLength;
            Address.TryRead(nextHop[..Math.Min(16, nextHop.Length)], out var address);
            sink.OnNextHop(address);
        }

        return ReadNlri(ref value, family, isWithdrawn: false, ref sink);
    }

    private static DecodeError ReadUnreach<TSink>(ref WireReader value, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (!value.TryRead(out ushort afi) || !value.TryRead(out byte safi))
            return DecodeError.BadLength;
        var family = BgpFamily.From(afi, safi);
        return family == BgpFamilies.None ? DecodeError.None : ReadNlri(ref value, family, isWithdrawn: true, ref sink);
    }

    private static DecodeError ReadNlri<TSink>(ref WireReader value, BgpFamilies family, bool isWithdrawn, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        if (!BgpFamily.IsFlowSpec(family))
            return ReadPrefixes(ref value, BgpFamily.IsIPv4(family), isWithdrawn, ref sink);
        while (value.Remaining > 0)
        {
            var error = FlowSpecDecoder.Cut(ref value, out var components);
            if (error != DecodeError.None)
                return error;
            sink.OnFlowSpec(isWithdrawn, family, components);
        }

        return DecodeError.None;
    }

    private static DecodeError ReadPrefixes<TSink>(ref WireReader reader, bool isIPv4, bool isWithdrawn, ref TSink sink)
        where TSink : struct, IBgpUpdateSink, allows ref struct
    {
        while (reader.Remaining > 0)
        {
            var error = BgpPrefix.Read(ref reader, isIPv4, out var network, out var length);
            if (error != DecodeError.None)
                return error;
            sink.OnPrefix(isWithdrawn, network, length);
        }

        return DecodeError.None;
    }

    /// <summary>Which of the 256 types were there.</summary>
    [InlineArray(4)]
    private struct Seen
    {
        private ulong _first;

        public bool Add(byte type)
        {
            var bit = 1UL << (type & 63);
            var isNew = (this[type >> 6] & bit) == 0;
            this[type >> 6] |= bit;
            return isNew;
        }
    }
}
