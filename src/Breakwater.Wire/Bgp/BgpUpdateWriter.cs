namespace Breakwater.Wire.Bgp;

/// <summary>
/// Writes one UPDATE: withdrawn IPv4 prefixes, then attributes in ascending order of their types, then announced IPv4 prefixes. The order is the
/// caller's duty; lengths are filled in here.
/// </summary>
public ref struct BgpUpdateWriter
{
    private const BgpAttributeFlags Kind = BgpAttributeFlags.Optional | BgpAttributeFlags.Transitive;
    private readonly int _start;
    private WireWriter _writer;
    private int _attributes;
    private bool _isEnded;

    public BgpUpdateWriter(Span<byte> buffer)
    {
        _writer = new WireWriter(buffer);
        _start = BgpHeader.Begin(ref _writer, BgpMessageType.Update);
        _writer.Write((ushort)0);
    }

    /// <summary>Withdraws an IPv4 prefix; only before the first attribute.</summary>
    public void Withdraw(Address network, int length) => BgpPrefix.Write(ref _writer, network, length);

    public void Origin(BgpOrigin origin)
    {
        Begin(BgpAttributeFlags.Transitive, BgpAttributeType.Origin, 1);
        _writer.Write((byte)origin);
    }

    /// <summary>A sequence of AS numbers, none for a route of the own AS; those that two octets do not hold become AS_TRANS (RFC 6793 §4.2.2).</summary>
    public void AsPath(scoped ReadOnlySpan<uint> numbers, int octetsPerAs)
    {
        Begin(BgpAttributeFlags.Transitive, BgpAttributeType.AsPath, numbers.IsEmpty ? 0 : 2 + (octetsPerAs * numbers.Length));
        WriteSequence(numbers, octetsPerAs);
    }

    public void NextHop(Address nextHop)
    {
        Begin(BgpAttributeFlags.Transitive, BgpAttributeType.NextHop, 4);
        _writer.Write(nextHop.IPv4);
    }

    /// <summary>LOCAL_PREF: between routers of one AS only (RFC 4271 §5.1.5).</summary>
    public void LocalPreference(uint preference)
    {
        Begin(BgpAttributeFlags.Transitive, BgpAttributeType.LocalPreference, 4);
        _writer.Write(preference);
    }

    public void Communities(scoped ReadOnlySpan<uint> communities)
    {
        if (communities.IsEmpty)
            return;
        Begin(Kind, BgpAttributeType.Communities, 4 * communities.Length);
        foreach (var community in communities)
            _writer.Write(community);
    }

    /// <summary>Announces unicast prefixes of a family with a next hop of that family.</summary>
    public void ReachUnicast(BgpFamilies family, Address nextHop, Address network, int length)
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        Begin(BgpAttributeFlags.Optional, BgpAttributeType.MpReachNlri, 5 + (isIPv4 ? 4 : 16) + 1 + ((length + 7) / 8));
        WriteFamily(family);
        _writer.Write((byte)(isIPv4 ? 4 : 16));
        BgpPrefix.WriteOctets(ref _writer, nextHop, isIPv4, isIPv4 ? 32 : 128);
        _writer.Write((byte)0);
        BgpPrefix.Write(ref _writer, network, length);
    }

    /// <summary>Announces one FlowSpec rule: without a next hop (RFC 8955 §4).</summary>
    public void ReachFlowSpec(BgpFamilies family, scoped ReadOnlySpan<byte> components)
    {
        Begin(BgpAttributeFlags.Optional, BgpAttributeType.MpReachNlri, 5 + NlriBytes(components));
        WriteFamily(family);
        _writer.Write((ushort)0); // length of the next hop, reserved
        FlowSpecWriter.WriteNlri(ref _writer, components);
    }

    /// <summary>Withdraws a prefix of a family other than IPv4 unicast.</summary>
    public void UnreachUnicast(BgpFamilies family, Address network, int length)
    {
        Begin(BgpAttributeFlags.Optional, BgpAttributeType.MpUnreachNlri, 3 + 1 + ((length + 7) / 8));
        WriteFamily(family);
        BgpPrefix.Write(ref _writer, network, length);
    }

    /// <summary>Withdraws a FlowSpec rule.</summary>
    public void UnreachFlowSpec(BgpFamilies family, scoped ReadOnlySpan<byte> components)
    {
        Begin(BgpAttributeFlags.Optional, BgpAttributeType.MpUnreachNlri, 3 + NlriBytes(components));
        WriteFamily(family);
        FlowSpecWriter.WriteNlri(ref _writer, components);
    }

    /// <summary>The mark at the end of a family's routes (RFC 4724 §2); for IPv4 unicast an empty UPDATE is the mark.</summary>
    public void EndOfRoutes(BgpFamilies family)
    {
        if (family == BgpFamilies.IPv4Unicast)
            return;
        Begin(BgpAttributeFlags.Optional, BgpAttributeType.MpUnreachNlri, 3);
        WriteFamily(family);
    }

    public void ExtendedCommunities(scoped ReadOnlySpan<ulong> communities)
    {
        if (communities.IsEmpty)
            return;
        Begin(Kind, BgpAttributeType.ExtendedCommunities, 8 * communities.Length);
        foreach (var community in communities)
            _writer.Write(community);
    }

    /// <summary>The AS_PATH in four octets beside one that holds AS_TRANS (RFC 6793 §4.2.2).</summary>
    public void As4Path(scoped ReadOnlySpan<uint> numbers)
    {
        Begin(Kind, BgpAttributeType.As4Path, 2 + (4 * numbers.Length));
        WriteSequence(numbers, 4);
    }

    public void LargeCommunities(scoped ReadOnlySpan<(uint Administrator, uint First, uint Second)> communities)
    {
        if (communities.IsEmpty)
            return;
        Begin(Kind, BgpAttributeType.LargeCommunities, 12 * communities.Length);
        foreach (var (administrator, first, second) in communities)
        {
            _writer.Write(administrator);
            _writer.Write(first);
            _writer.Write(second);
        }
    }

    /// <summary>Announces an IPv4 prefix in the old place, which every router reads; only after the last attribute.</summary>
    public void Announce(Address network, int length)
    {
        EndAttributes();
        BgpPrefix.Write(ref _writer, network, length);
    }

    /// <summary>Fills in the lengths and gives the whole message; false when it did not fit.</summary>
    public bool TryFinish(out ReadOnlySpan<byte> message)
    {
        EndAttributes();
        var isFine = BgpHeader.End(ref _writer, _start);
        message = isFine ? _writer.Written : default;
        return isFine;
    }

    private static int NlriBytes(ReadOnlySpan<byte> components) => components.Length + (components.Length < FlowSpecWriter.LongLength ? 1 : 2);

    private void Begin(BgpAttributeFlags flags, BgpAttributeType type, int lengthBytes)
    {
        BeginAttributes();
        var isLong = lengthBytes > byte.MaxValue;
        _writer.Write((byte)(flags | (isLong ? BgpAttributeFlags.ExtendedLength : 0)));
        _writer.Write((byte)type);
        if (isLong)
            _writer.Write((ushort)lengthBytes);
        else
            _writer.Write((byte)lengthBytes);
    }

    private void BeginAttributes()
    {
        if (_attributes != 0)
            return;
        if (!_writer.Overflowed)
            _writer.Patch(_start + BgpHeader.HeaderBytes, (ushort)(_writer.Length - _start - BgpHeader.HeaderBytes - 2));
        _writer.Write((ushort)0);
        _attributes = _writer.Length;
    }

    private void EndAttributes()
    {
        if (_isEnded)
            return;
        BeginAttributes();
        _isEnded = true;
        if (!_writer.Overflowed)
            _writer.Patch(_attributes - 2, (ushort)(_writer.Length - _attributes));
    }

    private void WriteSequence(scoped ReadOnlySpan<uint> numbers, int octetsPerAs)
    {
        if (numbers.IsEmpty)
            return;
        _writer.Write((byte)2);
        _writer.Write((byte)numbers.Length);
        foreach (var number in numbers)
        {
            if (octetsPerAs == 4)
                _writer.Write(number);
            else
                _writer.Write(number > ushort.MaxValue ? BgpOpen.AsTrans : (ushort)number);
        }
    }

    private void WriteFamily(BgpFamilies family)
    {
        _writer.Write(BgpFamily.Afi(family));
        _writer.Write(BgpFamily.Safi(family));
    }
}
