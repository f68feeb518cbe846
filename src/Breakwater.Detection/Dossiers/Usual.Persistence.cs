using Breakwater.Wire;

namespace Breakwater.Detection.Dossiers;

/// <summary>What is usual is learned over hours and weeks: it has to outlive the dossier and the process.</summary>
internal sealed partial class Usual
{
    /// <summary>No more bytes are written.</summary>
    public const int MostBytes = 2 + 24 + (Minutes * 16) + 2 + (HoursOfWeek * 18);

    /// <summary>The target is not looked at for a while: the second and the minute that had begun are not learned from.</summary>
    public void Pause()
    {
        (_minute, _minutePackets, _minuteRequests) = (long.MinValue, 0, 0);
        (_second, _secondPackets, Excess) = (long.MinValue, 0, 0);
    }

    /// <summary>Writes the minutes, the hours of the week that are known, and what follows from them.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.Write((byte)_count);
        writer.Write((byte)_next);
        writer.Write((ulong)_usualPackets.Median);
        writer.Write((ulong)_usualPackets.Deviation);
        writer.Write((ulong)_usualRequests);
        for (var minute = 0; minute < _count; minute++)
        {
            writer.Write((ulong)_packets[minute]);
            writer.Write((ulong)_requests[minute]);
        }
        writer.Write((ushort)_week.Count(static hour => hour.Median > 0));
        for (var hour = 0; hour < HoursOfWeek; hour++)
        {
            if (_week[hour].Median <= 0)
                continue;
            writer.Write((ushort)hour);
            writer.Write((ulong)_week[hour].Median);
            writer.Write((ulong)_week[hour].Deviation);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DecodeError TryRead(ref WireReader reader, out Usual usual)
    {
        usual = new Usual();
        if (!reader.TryRead(out byte count) || !reader.TryRead(out byte next) || !TryCount(ref reader, out var median)
            || !TryCount(ref reader, out var deviation) || !TryCount(ref reader, out usual._usualRequests))
        {
            return DecodeError.Truncated;
        }
        if (count > Minutes || next >= Minutes || (count < Minutes && next != count))
            return DecodeError.BadValue;
        (usual._count, usual._next, usual._usualPackets) = (count, next, (median, deviation));
        for (var minute = 0; minute < count; minute++)
        {
            if (!TryCount(ref reader, out usual._packets[minute]) || !TryCount(ref reader, out usual._requests[minute]))
                return DecodeError.Truncated;
        }
        return usual.TryReadWeek(ref reader);
    }

    private DecodeError TryReadWeek(ref WireReader reader)
    {
        if (!reader.TryRead(out ushort hours))
            return DecodeError.Truncated;
        for (; hours > 0; hours--)
        {
            if (!reader.TryRead(out ushort hour) || !TryCount(ref reader, out var median) || !TryCount(ref reader, out var deviation))
                return DecodeError.Truncated;
            if (hour >= HoursOfWeek)
                return DecodeError.BadValue;
            _week[hour] = (median, deviation);
        }
        return DecodeError.None;
    }

    // More packets than any link carries in a minute are no count of packets.
    private static bool TryCount(ref WireReader reader, out long value)
    {
        var isRead = reader.TryRead(out ulong number);
        value = (long)Math.Min(number, 1UL << 56);
        return isRead;
    }
}
