namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// What one record of a data set says of its flow, element by element (IANA "IPFIX Information Elements"). Where a record carries several elements
/// for one thing, which one counts is the product's choice: the slow reader then says nothing.
/// </summary>
internal sealed class NaiveFlow
{
    private readonly List<NaiveValue> _record;

    private NaiveFlow(List<NaiveValue> record) => _record = record;

    public byte[]? Source { get; private init; }
    public byte[]? Destination { get; private init; }
    public Int128? Bytes { get; private init; }
    public Int128? Packets { get; private init; }
    public Int128? Protocol { get; private init; }
    public Int128? TypeOfService { get; private init; }
    public Int128? TcpFlags { get; private init; }
    public Int128? SourcePort { get; private init; }
    public Int128? DestinationPort { get; private init; }
    public Int128? Input { get; private init; }
    public Int128? Output { get; private init; }
    public Int128? TimeToLive { get; private init; }
    public Int128? VlanId { get; private init; }
    public Int128? Direction { get; private init; }
    public Int128? ForwardingStatus { get; private init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public Int128? Start { get; private init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public Int128? End { get; private init; }

    /// <summary>Reads one record.</summary>
    /// <param name="record">Its values.</param>
    /// <param name="exportSeconds">Export time of the message.</param>
    /// <param name="sysUptimeMilliseconds">Uptime of the NetFlow v9 header; null for IPFIX.</param>
    public static NaiveFlow Read(List<NaiveValue> record, uint exportSeconds, uint? sysUptimeMilliseconds)
    {
        var plain = record.FindAll(value => value.Field is { Enterprise: 0, IsScope: false });
        var reader = new NaiveFlow(plain);
        return new NaiveFlow(plain)
        {
            Source = reader.Address(8, 27),
            Destination = reader.Address(12, 28),
            Bytes = reader.Only(8, 1, 85, 352, 353, 231, 23, 171),
            Packets = reader.Only(8, 2, 86, 298, 24, 172),
            Protocol = reader.Only(1, 4),
            TypeOfService = reader.Only(1, 5),
            TcpFlags = reader.Only(2, 6),
            SourcePort = reader.Only(2, 7, 180, 182),
            DestinationPort = reader.Only(2, 11, 181, 183),
            Input = reader.Only(4, 10, 252),
            Output = reader.Only(4, 14, 253),
            TimeToLive = reader.Only(1, 192),
            VlanId = reader.Only(2, 58, 243, 254),
            Direction = reader.Only(1, 61),
            ForwardingStatus = reader.Only(1, 89),
            Start = reader.Time(exportSeconds, sysUptimeMilliseconds, 150, 152, 154, 156, 158, 22),
            End = reader.Time(exportSeconds, sysUptimeMilliseconds, 151, 153, 155, 157, 159, 21),
        };
    }

    // The only value of these elements with 1 to 8 octets; as many low octets as the thing has bits for.
    private Int128? Only(int octets, params ReadOnlySpan<int> ids) =>
        One(ids) is { Length: >= 1 and <= 8 } value ? Number(value) % ((Int128)1 << (8 * octets)) : null;

    private byte[]? One(ReadOnlySpan<int> ids)
    {
        byte[]? found = null;
        foreach (var value in _record)
        {
            if (!ids.Contains(value.Field.Id))
                continue;
            if (found is not null)
                return null;
            found = value.Octets;
        }

        return found;
    }

    private byte[]? Address(int idV4, int idV6)
    {
        if (One([idV4, idV6]) is not { } octets)
            return null;
        var isV4 = _record.Exists(value => value.Field.Id == idV4);
        return octets.Length == (isV4 ? 4 : 16) ? octets : null;
    }

    // RFC 7011 §6.1.7-10: seconds, milliseconds, NTP; IE 158 and 159: microseconds before export; 21 and 22: milliseconds of uptime.
    private Int128? Time(uint exportSeconds, uint? sysUptime, params ReadOnlySpan<int> ids)
    {
        // Observation times and durations compete for the same two ends.
        if (One(ids) is not { Length: >= 1 and <= 8 } octets || _record.Exists(value => value.Field.Id is 322 or 323 or 324 or 325 or 160 or 161 or 162 or 315 or 313 or 104))
            return null;
        var id = 0;
        foreach (var value in _record)
            id = ids.Contains(value.Field.Id) ? value.Field.Id : id;
        var number = Number(octets);
        var export = (Int128)exportSeconds * 1_000_000_000;
        switch (id)
        {
            case 150 or 151:
                return number * 1_000_000_000;
            case 152 or 153:
                return number * 1_000_000;
            case 154 or 155 or 156 or 157:
                if (octets.Length != 8 || number == 0)
                    return null;
                return Ntp(number, isMicroseconds: id < 156);
            case 158 or 159:
                return export - ((number & 0xFFFFFFFF) * 1_000);
            default:
                return sysUptime is { } uptime ? export + ((Int128)(int)((uint)(number & 0xFFFFFFFF) - uptime) * 1_000_000) : null;
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

    private static Int128 Number(byte[] octets)
    {
        Int128 number = 0;
        foreach (var octet in octets)
            number = (number << 8) | octet;
        return number;
    }
}
