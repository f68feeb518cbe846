namespace Breakwater.Fuzz.Oracles;

/// <summary>What one record of a data set says of a flow, element by element; null and empty where the slow reader says nothing.</summary>
internal readonly ref struct NaiveFlow
{
    private readonly NaiveRecords _records;
    private readonly int _record;
    private readonly NaiveMembers _members;
    private readonly uint _exportSeconds;
    private readonly uint? _sysUptimeMilliseconds;

    /// <summary>Reads one record.</summary>
    /// <param name="records">The set.</param>
    /// <param name="record">Which of its records.</param>
    /// <param name="members">Which fields tell what, in one direction.</param>
    /// <param name="exportSeconds">Export time of the message.</param>
    /// <param name="sysUptimeMilliseconds">Uptime of the NetFlow v9 header; null for IPFIX.</param>
    public NaiveFlow(NaiveRecords records, int record, NaiveMembers members, uint exportSeconds, uint? sysUptimeMilliseconds)
    {
        (_records, _record, _members) = (records, record, members);
        (_exportSeconds, _sysUptimeMilliseconds) = (exportSeconds, sysUptimeMilliseconds);
    }

    public ReadOnlySpan<byte> Source => Address(_members.Source);
    public ReadOnlySpan<byte> Destination => Address(_members.Destination);
    public ulong? Bytes => Low(8, _members.Bytes);
    public ulong? Packets => Low(8, _members.Packets);
    public ulong? Protocol => Low(1, _members.Protocol);
    public ulong? TypeOfService => Low(1, _members.TypeOfService);
    public ulong? TcpFlags => Low(2, _members.TcpFlags);
    public ulong? SourcePort => Low(2, _members.SourcePort);
    public ulong? DestinationPort => Low(2, _members.DestinationPort);
    public ulong? Input => Low(4, _members.Input);
    public ulong? Output => Low(4, _members.Output);
    public ulong? TimeToLive => Low(1, _members.TimeToLive);
    public ulong? VlanId => Low(2, _members.VlanId);
    public ulong? Direction => Low(1, _members.Direction);
    public ulong? ForwardingStatus => Low(1, _members.ForwardingStatus);

    /// <summary>Type × 256 + code: of the record's own protocol (IE 32 for ICMP, 139 for ICMPv6), or of the destination port.</summary>
    public ulong? IcmpTypeCode => Low(2, _members.IcmpInPort) ?? (Protocol, Id(_members.Icmp)) switch
    {
        (1, 32) or (58, 139) => Low(2, _members.Icmp),
        _ => null,
    };

    /// <summary>Nanoseconds since 1970.</summary>
    public Int128? Start => Time(_members.Start);

    /// <summary>Nanoseconds since 1970.</summary>
    public Int128? End => Time(_members.End);

    // A value with 1 to 8 octets; as many low octets as the thing has room for.
    private ulong? Low(int octets, int place)
    {
        if (Number(place) is not { } number)
            return null;
        return octets == 8 ? number : number % (1UL << (8 * octets));
    }

    private ulong? Number(int place)
    {
        if (place < 0 || _records.Value(_record, place) is not { Length: >= 1 and <= 8 } octets)
            return null;
        ulong number = 0;
        foreach (var octet in octets)
            number = (number << 8) | octet;
        return number;
    }

    private int Id(int place) => place < 0 ? 0 : _members.IdAt(place);

    private ReadOnlySpan<byte> Address(int place)
    {
        if (place < 0)
            return default;
        var octets = _records.Value(_record, place);
        return octets.Length == (_members.IdAt(place) is 8 or 12 ? 4 : 16) ? octets : default;
    }

    // RFC 7011 §6.1.7-10: seconds, milliseconds, NTP; IE 158 and 159: microseconds before export; 21 and 22: milliseconds of uptime.
    private Int128? Time(int place)
    {
        if (Number(place) is not { } number)
            return null;
        var export = (Int128)_exportSeconds * 1_000_000_000;
        var id = _members.IdAt(place);
        switch (id)
        {
            case 150 or 151:
                return (Int128)number * 1_000_000_000;
            case 152 or 153:
                return (Int128)number * 1_000_000;
            case 154 or 155 or 156 or 157:
                if (_records.Value(_record, place).Length != 8 || number == 0)
                    return null;
                return Ntp(number, isMicroseconds: id < 156);
            case 158 or 159:
                return export - ((number & 0xFFFFFFFF) * 1_000);
            default:
                return _sysUptimeMilliseconds is { } uptime ? export + ((Int128)(int)((uint)number - uptime) * 1_000_000) : null;
        }
    }

    // RFC 7011 §6.1.9-10: to the nearest micro- or nanosecond, the lowest 11 bits of microseconds without meaning; eras from 1970 on.
    private static Int128 Ntp(Int128 timestamp, bool isMicroseconds)
    {
        Int128 units = isMicroseconds ? 1_000_000 : 1_000_000_000;
        var seconds = (timestamp >> 32) - 2_208_988_800;
        var fraction = timestamp % ((Int128)1 << 32);
        if (isMicroseconds)
            fraction -= fraction % 2048;
        var rounded = ((fraction * units * 2) + ((Int128)1 << 32)) / ((Int128)1 << 33);
        return ((seconds < 0 ? seconds + ((Int128)1 << 32) : seconds) * 1_000_000_000) + (rounded * (1_000_000_000 / units));
    }
}
