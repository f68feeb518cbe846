namespace Breakwater.Wire.Bgp;

/// <summary>Reads one FlowSpec rule: the components behind the NLRI's length (RFC 8955 §4.2, RFC 8956 §3).</summary>
public static class FlowSpecDecoder
{
    private const byte EndOfList = 0x80;
    private const byte NumericBits = (byte)(NumericOperators.And | NumericOperators.LessThan | NumericOperators.GreaterThan | NumericOperators.Equal);
    private const byte BitmaskBits = (byte)(BitmaskOperators.And | BitmaskOperators.Not | BitmaskOperators.All);

    /// <summary>
    /// Pushes a rule's components into a sink. Components have to ascend, each at most once; a rule with a component that is not known
    /// is <see cref="DecodeError.Unsupported"/> as a whole, because what it matches is not known. Reserved bits of operators are ignored.
    /// </summary>
    /// <returns>The first fault; what was pushed before it stays valid.</returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> components, BgpFamilies family, ref TSink sink)
        where TSink : struct, IFlowSpecSink, allows ref struct
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        var reader = new WireReader(components);
        byte last = 0;
        while (reader.TryRead(out byte type))
        {
            if (type <= last)
                return DecodeError.BadValue;
            if (type > (byte)FlowSpecComponent.FlowLabel || (isIPv4 && type == (byte)FlowSpecComponent.FlowLabel))
                return DecodeError.Unsupported;
            last = type;
            var error = Read((FlowSpecComponent)type, isIPv4, ref reader, ref sink);
            if (error != DecodeError.None)
                return error;
        }

        return last == 0 ? DecodeError.Truncated : DecodeError.None;
    }

    /// <summary>Cuts the next rule out of a list of them: one octet of length below 240, else 0xF and twelve bits (RFC 8955 §4.1).</summary>
    public static DecodeError Cut(ref WireReader reader, out ReadOnlySpan<byte> components)
    {
        components = default;
        if (!reader.TryRead(out byte first))
            return DecodeError.Truncated;
        int length = first;
        if (first >= FlowSpecWriter.LongLength)
        {
            if (!reader.TryRead(out byte second))
                return DecodeError.Truncated;
            length = ((first & 0x0F) << 8) | second;
        }

        return reader.TryReadBytes(length, out components) ? DecodeError.None : DecodeError.Truncated;
    }

    /// <summary>Passes over the next component and gives its octets behind the type; false at the end or at damage.</summary>
    internal static bool TryCutComponent(ref WireReader reader, bool isIPv4, out FlowSpecComponent type, out ReadOnlySpan<byte> octets)
    {
        type = default;
        octets = default;
        if (!reader.TryRead(out byte number))
            return false;
        type = (FlowSpecComponent)number;
        var sink = default(NoSink);
        var before = reader.Rest;
        if (Read(type, isIPv4, ref reader, ref sink) != DecodeError.None)
            return false;
        octets = before[..(before.Length - reader.Remaining)];
        return true;
    }

    private static DecodeError Read<TSink>(FlowSpecComponent type, bool isIPv4, ref WireReader reader, ref TSink sink)
        where TSink : struct, IFlowSpecSink, allows ref struct => type switch
        {
            FlowSpecComponent.DestinationPrefix or FlowSpecComponent.SourcePrefix => isIPv4
                ? ReadIPv4Prefix(type, ref reader, ref sink)
                : ReadIPv6Prefix(type, ref reader, ref sink),
            _ => ReadMatches(type, ref reader, ref sink),
        };

    // RFC 8955 §4.2.2.1: prefix length 1, prefix in as few octets as hold it.
    private static DecodeError ReadIPv4Prefix<TSink>(FlowSpecComponent type, ref WireReader reader, ref TSink sink)
        where TSink : struct, IFlowSpecSink, allows ref struct
    {
        if (!reader.TryRead(out byte length))
            return DecodeError.Truncated;
        if (length > 32)
            return DecodeError.BadLength;
        if (!reader.TryReadBytes((length + 7) / 8, out var octets))
            return DecodeError.Truncated;
        sink.OnPrefix(type, BgpPrefix.FromOctets(octets, isIPv4: true, length), length, 0);
        return DecodeError.None;
    }

    // RFC 8956 §3.1: length 1, offset 1, the bits from offset to length, left-aligned.
    private static DecodeError ReadIPv6Prefix<TSink>(FlowSpecComponent type, ref WireReader reader, ref TSink sink)
        where TSink : struct, IFlowSpecSink, allows ref struct
    {
        if (!reader.TryRead(out byte length) || !reader.TryRead(out byte offset))
            return DecodeError.Truncated;
        if (length > 128 || offset > length || (offset == length && length != 0))
            return DecodeError.BadLength;
        if (!reader.TryReadBytes((length - offset + 7) / 8, out var octets))
            return DecodeError.Truncated;
        var pattern = BgpPrefix.FromOctets(octets, isIPv4: false, length - offset);
        var bits = new UInt128(pattern.High, pattern.Low) >> offset;
        sink.OnPrefix(type, Address.FromHalves((ulong)(bits >> 64), (ulong)bits), length, offset);
        return DecodeError.None;
    }

    // RFC 8955 §4.2.1: operator 1 (end of list, AND, length of the value 1 << len, comparison), value; until end of list.
    private static DecodeError ReadMatches<TSink>(FlowSpecComponent type, ref WireReader reader, ref TSink sink)
        where TSink : struct, IFlowSpecSink, allows ref struct
    {
        var isBitmask = type is FlowSpecComponent.TcpFlags or FlowSpecComponent.Fragment;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!reader.TryRead(out byte operators) || !TryReadValue(ref reader, 1 << ((operators >> 4) & 3), out var value))
                return DecodeError.Truncated;
            // The first AND bit is to be taken as unset.
            var kept = (byte)(operators & (isBitmask ? BitmaskBits : NumericBits) & (isFirst ? ~(byte)NumericOperators.And : 0xFF));
            if (isBitmask)
                sink.OnBitmask(type, new BitmaskMatch((BitmaskOperators)kept, value));
            else
                sink.OnNumeric(type, new NumericMatch((NumericOperators)kept, value));
            if ((operators & EndOfList) != 0)
                return DecodeError.None;
        }
    }

    private static bool TryReadValue(ref WireReader reader, int lengthBytes, out ulong value)
    {
        value = 0;
        if (!reader.TryReadBytes(lengthBytes, out var octets))
            return false;
        foreach (var octet in octets)
            value = (value << 8) | octet;
        return true;
    }

    private struct NoSink : IFlowSpecSink
    {
        public readonly void OnPrefix(FlowSpecComponent type, Address network, int length, int offset)
        {
        }

        public readonly void OnNumeric(FlowSpecComponent type, NumericMatch match)
        {
        }

        public readonly void OnBitmask(FlowSpecComponent type, BitmaskMatch match)
        {
        }
    }
}
