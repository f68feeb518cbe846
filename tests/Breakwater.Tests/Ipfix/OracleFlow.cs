using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

/// <summary>
/// A slow second reader, written from the RFCs and not from the plans: it keeps every value of a record in a dictionary and then asks
/// for members by name. Shares no code with the plan builder, interpreter or compiler.
/// </summary>
internal sealed class OracleFlow
{
    private readonly Dictionary<int, byte[]> _values = [];
    private readonly List<int> _declared = []; // in wire order, each once
    private readonly HashSet<int> _variable = [];
    private readonly bool _isNetFlow9;
    private FlowRecord _flow;
    private bool _isCodeUnknown;

    private OracleFlow(bool isNetFlow9) => _isNetFlow9 = isNetFlow9;

    /// <summary>Reads the records of a set body one octet at a time.</summary>
    public static List<FlowRecord> Read(bool isNetFlow9, FieldSpecifier[] fields, byte[] body, uint exportTime, uint uptime, long received)
    {
        var flows = new List<FlowRecord>();
        var at = 0;
        while (true)
        {
            var oracle = new OracleFlow(isNetFlow9);
            var start = at;
            if (!oracle.TryReadFields(fields, body, ref at) || at == start)
                return flows;
            oracle.Fill(exportTime, uptime, received);
            flows.Add(oracle._flow);
        }
    }

    // Of an element that repeats, the first with a length that its type can have counts; templates list fixed lengths, so the choice
    // is by the specifier, and a variable-length field is chosen before its value is seen.
    private bool TryReadFields(FieldSpecifier[] fields, byte[] body, ref int at)
    {
        foreach (var field in fields)
        {
            int length = field.Length;
            if (length == 65535)
            {
                if (at >= body.Length)
                    return false;
                length = body[at++];
                if (length == 255)
                {
                    if (at + 2 > body.Length)
                        return false;
                    length = (body[at] << 8) + body[at + 1];
                    at += 2;
                }
            }

            if (at + length > body.Length)
                return false;
            var value = body[at..(at + length)];
            at += length;
            if (field.EnterpriseNumber != 0 || field.IsScope || (field.Length != 65535 && !Fits(field.Id, length)))
                continue;
            if (_declared.Contains(field.Id))
                continue;
            _declared.Add(field.Id);
            if (field.Length == 65535)
                _variable.Add(field.Id);
            if (Fits(field.Id, length))
                _values[field.Id] = value;
        }

        return true;
    }

    private static bool Fits(int id, int length) => id switch
    {
        8 or 12 => length == 4,
        27 or 28 => length == 16,
        154 or 155 or 156 or 157 or 324 or 325 => length == 8,
        104 or 313 or 315 => length > 0,
        _ => length is >= 1 and <= 8,
    };

    private ulong? Number(int id)
    {
        if (!_values.TryGetValue(id, out var octets))
            return null;
        ulong value = 0;
        foreach (var octet in octets)
            value = checked((value << 8) + octet);
        return value;
    }

    // The first element of the list that the template has; its value may still be missing (variable length).
    private ulong? First(params int[] ids) => ids.Where(_declared.Contains).Select(Number).FirstOrDefault();

    private void Fill(uint exportTime, uint uptime, long received)
    {
        if (received != 0)
            Set(FlowFields.ReceivedAt, () => _flow.ReceivedNanoseconds = received);
        FillAddress(8, 27, FlowFields.Source, address => _flow.Source = address);
        FillAddress(12, 28, FlowFields.Destination, address => _flow.Destination = address);
        FillCounters();
        Put(First(10, 252), FlowFields.InputInterface, value => _flow.InputInterface = (uint)value);
        Put(First(14, 253), FlowFields.OutputInterface, value => _flow.OutputInterface = (uint)value);
        Put(First(4), FlowFields.Protocol, value => _flow.Protocol = (byte)value);
        Put(First(5), FlowFields.TypeOfService, value => _flow.TypeOfService = (byte)value);
        Put(First(6), FlowFields.TcpFlags, value => _flow.TcpFlags = (ushort)value);
        Put(First(192), FlowFields.TimeToLive, value => _flow.TimeToLive = (byte)value);
        Put(First(58, 243, 254), FlowFields.VlanId, value => _flow.VlanId = (ushort)value);
        Put(First(61), FlowFields.Direction, value => _flow.Direction = (byte)value);
        Put(First(89), FlowFields.ForwardingStatus, value => _flow.ForwardingStatus = (byte)value);
        Put(First(224), FlowFields.IpLength, value => _flow.IpLength = (ushort)Math.Min(value, 65535));
        Put(First(88), FlowFields.Fragment, value => _flow.FragmentOffset = (ushort)value);
        _flow.MoreFragments = (First(197) & 0x20) == 0x20;
        FillPorts();
        FillTimes(exportTime, uptime);
    }

    private void Set(FlowFields field, Action set)
    {
        set();
        _flow.Known |= field;
    }

    private void Put(ulong? value, FlowFields field, Action<ulong> set)
    {
        if (value is { } known)
            Set(field, () => set(known));
    }

    private void FillAddress(int v4, int v6, FlowFields field, Action<Address> set)
    {
        var addresses = new[] { v4, v6 }.Where(_values.ContainsKey).Select(id => Parse(_values[id])).ToList();
        if (addresses.Count == 0)
            return;
        var filled = addresses.Where(address => address.IsIPv4 ? address.IPv4 != 0 : address != default).ToList();
        Set(field, () => set(filled.Count > 0 ? filled[0] : addresses[0]));

        static Address Parse(byte[] octets) => octets.Length == 4
            ? Address.FromIPv4(((uint)octets[0] << 24) | ((uint)octets[1] << 16) | ((uint)octets[2] << 8) | octets[3])
            : Address.Parse(new System.Net.IPAddress(octets).ToString());
    }

    private void FillCounters()
    {
        int[] bytes = [1, 85, 352, 353, 231, 23, 171], packets = [2, 86, 298, 24, 172];
        Put(First(bytes), FlowFields.Bytes, value => _flow.Bytes = value);
        Put(First(packets), FlowFields.Packets, value => _flow.Packets = value);
        int[] totals = [85, 353, 171, 86, 172];
        if (totals.Contains(bytes.FirstOrDefault(_declared.Contains)) || totals.Contains(packets.FirstOrDefault(_declared.Contains)))
            _flow.Known |= FlowFields.TotalCounters;
    }

    private void FillPorts()
    {
        var source = _declared.Contains(7) ? Number(7) : NotZero(180, 182);
        var destination = _declared.Contains(11) ? Number(11) : NotZero(181, 183);
        Put(source, FlowFields.SourcePort, value => _flow.SourcePort = (ushort)value);
        Put(destination, FlowFields.DestinationPort, value => _flow.DestinationPort = (ushort)value);
        Put(Icmp(destination), FlowFields.IcmpTypeCode, value => _flow.IcmpTypeCode = (ushort)value);
        if ((_flow.Known & FlowFields.Protocol) == 0)
            return;
        if (_flow.Protocol is 1 or 58)
        {
            if ((_flow.Known & FlowFields.IcmpTypeCode) == 0 && destination is not null && !_isCodeUnknown)
                Set(FlowFields.IcmpTypeCode, () => _flow.IcmpTypeCode = _flow.DestinationPort);
        }
        else
        {
            _flow.IcmpTypeCode = 0;
            _flow.Known &= ~FlowFields.IcmpTypeCode;
        }

        var hasPorts = _flow.Protocol is 6 or 17 or 33 or 132 or 136;
        if (hasPorts && !((_flow.Known & FlowFields.Fragment) != 0 && _flow.FragmentOffset > 0))
            return;
        _flow.SourcePort = _flow.DestinationPort = 0;
        _flow.Known &= ~(FlowFields.SourcePort | FlowFields.DestinationPort);
    }

    private ulong? NotZero(params int[] ids)
    {
        var values = _declared.Where(ids.Contains).Select(id => Number(id) & 0xFFFF).Where(value => value is not null).ToList();
        return values.Count == 0 ? null : values.FirstOrDefault(value => value != 0) ?? 0;
    }

    // Null when no element says both; the protocol's own elements count, without a protocol those of IPv4 and then those of IPv6.
    private ulong? Icmp(ulong? port)
    {
        var hasProtocol = (_flow.Known & FlowFields.Protocol) != 0;
        foreach (var (protocol, both, type, code) in new[] { (1, 32, 176, 177), (58, 139, 178, 179) })
        {
            if (hasProtocol && _flow.Protocol != protocol)
                continue;
            if (_declared.Contains(both))
            {
                if (Number(both) is { } typeCode)
                    return typeCode & 0xFFFF;
                continue;
            }

            if ((Number(type) & 0xFF) is not { } typeValue)
                continue;
            if ((Number(code) & 0xFF) is { } codeValue)
                return (typeValue * 256) + codeValue;
            _isCodeUnknown = hasProtocol && (port & 0xFFFF) / 256 != typeValue;
            return hasProtocol && port is not null && !_isCodeUnknown ? port & 0xFFFF : null;
        }

        return null;
    }

    private void FillTimes(uint exportTime, uint uptime)
    {
        var export = exportTime * 1_000_000_000L;
        var start = _isNetFlow9
            ? Time([156, 154, 152, 22, 158, 150, 325, 324, 323, 322], export, uptime)
            : Time([156, 154, 152, 158, 150, 22, 325, 324, 323, 322], export, uptime);
        var end = _isNetFlow9 ? Time([157, 155, 153, 21, 159, 151], export, uptime) : Time([157, 155, 153, 159, 151, 21], export, uptime);
        int[] ends = [157, 155, 153, 159, 151, 21], observed = [325, 324, 323, 322];
        int[] starts = [156, 154, 152, 158, 150, 22];
        var isPacket = !starts.Any(_declared.Contains) && !ends.Any(_declared.Contains);
        var only = observed.FirstOrDefault(_declared.Contains);
        if (isPacket && only != 0 && !_variable.Contains(only))
            end = start;
        if (starts.Concat(observed).Any(_declared.Contains) != ends.Any(_declared.Contains))
            (start, end) = WithDuration(start, end);
        if (start is { } first)
            Set(FlowFields.Start, () => _flow.StartNanoseconds = first);
        if (end is { } last)
            Set(FlowFields.End, () => _flow.EndNanoseconds = last);
    }

    private (long? Start, long? End) WithDuration(long? start, long? end)
    {
        if (!_declared.Contains(161) && !_declared.Contains(162))
            return (start, end);
        var micros = _declared.Contains(162);
        if ((micros ? Number(162) : Number(161)) is not { } number || number > long.MaxValue / 1_000_000)
            return (start, end);
        var duration = (long)number * 1_000_000 / (micros ? 1000 : 1);
        if (start is { } first && end is null && duration <= long.MaxValue - first)
            return (start, first + duration);
        return start is null && end is { } last ? (last - duration, end) : (start, end);
    }

    private long? Time(int[] ids, long export, uint uptime)
    {
        var id = ids.FirstOrDefault(_declared.Contains);
        if (id == 0 || Number(id) is not { } value)
            return null;
        switch (id)
        {
            case 150 or 151 or 322:
                return value == 0 || value > long.MaxValue / 1_000_000_000 ? null : (long)value * 1_000_000_000;
            case 152 or 153 or 323:
                return value == 0 || value > long.MaxValue / 1_000_000 ? null : (long)value * 1_000_000;
            case 158 or 159:
                return export - ((long)(uint)value * 1000);
            case 21 or 22 when _isNetFlow9:
                return export + ((long)unchecked((int)((uint)value - uptime)) * 1_000_000);
            case 21 or 22:
                if (Number(160) is not { } init || init == 0)
                    return null;
                return export + ((long)unchecked((int)((uint)value - (uint)((ulong)(export / 1_000_000) - init))) * 1_000_000);
            default:
                if (value == 0)
                    return null;
                var seconds = (decimal)(value >> 32);
                if (seconds < 2208988800m)
                    seconds += 4294967296m;
                var isMicro = id is 154 or 155 or 324;
                decimal raw = value % 4294967296;
                var fraction = isMicro
                    ? Math.Round((raw - (raw % 2048)) * 1_000_000m / 4294967296m, MidpointRounding.AwayFromZero) * 1000
                    : Math.Round(raw * 1_000_000_000m / 4294967296m, MidpointRounding.AwayFromZero);
                var result = (long)(((seconds - 2208988800m) * 1_000_000_000m) + fraction);
                return result == 0 ? null : result;
        }
    }
}
