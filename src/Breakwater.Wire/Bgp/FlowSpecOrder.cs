namespace Breakwater.Wire.Bgp;

/// <summary>Which of two rules a router applies first: never the order of arrival (RFC 8955 §5.1, for IPv6 RFC 8956 §4).</summary>
public static class FlowSpecOrder
{
    /// <summary>Below 0 when <paramref name="left"/> has precedence, above 0 when <paramref name="right"/> has, 0 for equal rules.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, BgpFamilies family)
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        var leftReader = new WireReader(left);
        var rightReader = new WireReader(right);
        while (true)
        {
            var hasLeft = FlowSpecDecoder.TryCutComponent(ref leftReader, isIPv4, out var leftType, out var leftOctets);
            var hasRight = FlowSpecDecoder.TryCutComponent(ref rightReader, isIPv4, out var rightType, out var rightOctets);
            if (!hasLeft || !hasRight)
                return hasRight.CompareTo(hasLeft);
            if (leftType != rightType)
                return leftType.CompareTo(rightType);
            var order = leftType is FlowSpecComponent.DestinationPrefix or FlowSpecComponent.SourcePrefix
                ? ComparePrefixes(leftOctets, rightOctets, isIPv4)
                : CompareOctets(leftOctets, rightOctets);
            if (order != 0)
                return order;
        }
    }

    // The lower offset first, then the lower value of the common bits, then the longer prefix.
    private static int ComparePrefixes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool isIPv4)
    {
        int leftLength = left[0], rightLength = right[0];
        var skip = 1;
        if (!isIPv4)
        {
            if (left[1] != right[1])
                return left[1].CompareTo(right[1]);
            (leftLength, rightLength, skip) = (leftLength - left[1], rightLength - left[1], 2);
        }

        var common = Math.Min(leftLength, rightLength);
        var leftCommon = BgpPrefix.FromOctets(left.Slice(skip, (common + 7) / 8), isIPv4, common);
        var rightCommon = BgpPrefix.FromOctets(right.Slice(skip, (common + 7) / 8), isIPv4, common);
        var order = leftCommon.CompareTo(rightCommon);
        return order != 0 ? order : rightLength.CompareTo(leftLength);
    }

    // The lower octets first; where one is the beginning of the other, the longer.
    private static int CompareOctets(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var common = Math.Min(left.Length, right.Length);
        var order = left[..common].SequenceCompareTo(right[..common]);
        return order != 0 ? order : right.Length.CompareTo(left.Length);
    }
}
