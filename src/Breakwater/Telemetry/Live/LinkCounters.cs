using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Live;

/// <summary>What sFlow's counter samples tell of an interface (sflow_version_5.txt, <c>if_counters</c>): running totals, each wrapping by itself.</summary>
internal readonly record struct LinkCounters(uint IfIndex, ulong BitsPerSecond, ulong InOctets, ulong OutOctets, uint InPackets, uint OutPackets)
{
    /// <summary>Tags of enterprise 0: <c>if_counters</c>, <c>port_name</c>.</summary>
    public const uint Tag = 1, NameTag = 1005;

    private const int BytesBetween = 8; // ifDirection, ifStatus; or errors
    private const ulong UnknownOctets = ulong.MaxValue; // "-1 if unknown"

    /// <summary>False for a body that is too short, or whose octets are unknown.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LinkCounters counters)
    {
        counters = default;
        var reader = new WireReader(body);
        if (!reader.TryRead(out uint index) || !reader.TrySkip(4) || !reader.TryRead(out ulong speed) || !reader.TrySkip(BytesBetween)
            || !TryReadSide(ref reader, out var inOctets, out var inPackets) || !reader.TrySkip(12) // discards, errors, unknown protocols
            || !TryReadSide(ref reader, out var outOctets, out var outPackets))
        {
            return false;
        }

        counters = new LinkCounters(index, speed, inOctets, outOctets, inPackets, outPackets);
        return inOctets != UnknownOctets && outOctets != UnknownOctets;
    }

    /// <summary>The name in a <c>port_name</c> record: a length and its characters.</summary>
    public static bool TryReadName(SflowRecord record, out ReadOnlySpan<byte> name)
    {
        name = default;
        var reader = new WireReader(record.Body);
        return record.Tag.Value == NameTag && reader.TryRead(out uint length) && length <= (uint)reader.Remaining && reader.TryReadBytes((int)length, out name);
    }

    /// <summary>Octets, and packets to one, many and all: unsigned, so that sums of what wraps differ rightly.</summary>
    private static bool TryReadSide(ref WireReader reader, out ulong octets, out uint packets)
    {
        packets = 0;
        if (!reader.TryRead(out octets) || !reader.TryRead(out uint unicast) || !reader.TryRead(out uint multicast) || !reader.TryRead(out uint broadcast))
            return false;
        packets = unchecked(Known(unicast) + Known(multicast) + Known(broadcast));
        return true;
    }

    private static uint Known(uint counter) => counter == uint.MaxValue ? 0 : counter;
}
