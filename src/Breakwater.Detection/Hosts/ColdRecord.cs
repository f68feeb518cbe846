using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Breakwater.Wire;

namespace Breakwater.Detection.Hosts;

/// <summary>
/// What every host costs: a line of the cache, its key included. Records of it touch no more, unless its counts are beyond sixteen bits: those stand elsewhere (<see cref="WideCounts"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = Bytes)]
internal struct ColdRecord
{
    public const int Bytes = 64;

    /// <summary>Most services that records can tell apart, and most dossiers.</summary>
    public const int MaxServices = ServiceMask - 1, MaxDossiers = (1 << (32 - ServiceBits)) - 1;

    private const int ServiceBits = 15, ServiceMask = (1 << ServiceBits) - 1;
    private const int IsWideBit = 2, PrefixShift = 2;

    public Address Host;

    // The number of its dossier and one, and of its service and one: 0 for none.
    private uint _watch;

    // From bit 0: the direction; whether the counts are wide; the prefix.
    private int _place;

    private uint _second;

    // Scaled packets by group in that second and in the one before; the number of the wide counts instead.
    private NarrowCounts _now, _before;

    /// <summary>Index of the host's dossier, -1 when it has none.</summary>
    public int Dossier
    {
        readonly get => (int)(_watch >> ServiceBits) - 1;
        set => _watch = ((uint)(value + 1) << ServiceBits) | (_watch & ServiceMask);
    }

    /// <summary>Number of the service that has this address, -1 for none.</summary>
    public int Service
    {
        readonly get => (int)(_watch & ServiceMask) - 1;
        set => _watch = (_watch & ~(uint)ServiceMask) | (uint)(value + 1);
    }

    /// <summary>Index of its /24 or /48 in the table of aggregates, -1 beyond that table's limit.</summary>
    public int Prefix
    {
        readonly get => _place >> PrefixShift;
        set => _place = (value << PrefixShift) | (_place & ((1 << PrefixShift) - 1));
    }

    public Direction Direction
    {
        readonly get => (Direction)(_place & 1);
        init => _place = (_place & ~1) | (int)value;
    }

    /// <summary>The second of record time that the host last had traffic in, since 1970.</summary>
    public readonly uint Second => _second;

    /// <summary>Goes on to a later second (<see cref="HostTable.Advance"/>).</summary>
    public void Turn(uint second, WideCounts wide)
    {
        if (IsWide)
        {
            wide[Number].Advance(second);
            Narrow(wide);
        }
        else
        {
            _before = second == _second + 1 ? _now : default;
            _now = default;
        }

        _second = second;
    }

    /// <summary>Adds to a group in the second that it has gone on to, and returns what the group has there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Add(int group, uint packets, WideCounts wide)
    {
        var sum = _now[group] + (ulong)packets;
        if (sum > ushort.MaxValue || IsWide)
            return AddWide(group, packets, wide);
        _now[group] = (ushort)sum;
        return (uint)sum;
    }

    /// <summary>What the group has in the second that the record has gone on to and the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Recent(int group, WideCounts wide) => IsWide ? wide[Number].Recent(group, _second) : (uint)_now[group] + _before[group];

    /// <summary>All counts.</summary>
    public readonly WatchCounts Counts(WideCounts wide) => IsWide ? wide[Number] : new WatchCounts { Now = _now.Widen(), Second = _second, Before = _before.Widen() };

    /// <summary>The host leaves its table.</summary>
    public readonly void Drop(WideCounts wide)
    {
        if (IsWide)
            wide.Free(Number);
    }

    private readonly bool IsWide => (_place & IsWideBit) != 0;

    private int Number
    {
        readonly get => _now[0] | (_now[1] << 16);
        set => (_now[0], _now[1]) = ((ushort)value, (ushort)(value >> 16));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint AddWide(int group, uint packets, WideCounts wide)
    {
        if (!IsWide)
        {
            Number = wide.Take(Counts(wide));
            _place |= IsWideBit;
        }
        return wide[Number].Add(group, packets, _second);
    }

    /// <summary>Takes the counts back where they fit.</summary>
    private void Narrow(WideCounts wide)
    {
        ref readonly var counts = ref wide[Number];
        if (!NarrowCounts.TryFrom(in counts.Now, out var now) || !NarrowCounts.TryFrom(in counts.Before, out var before))
            return;
        wide.Free(Number);
        (_now, _before) = (now, before);
        _place &= ~IsWideBit;
    }
}

/// <summary>One number below 65,536 for each group.</summary>
[InlineArray(WatchGroups.Count)]
internal struct NarrowCounts
{
    private ushort _first;

    public readonly GroupCounts Widen()
    {
        GroupCounts counts = default;
        for (var group = 0; group < WatchGroups.Count; group++)
            counts[group] = this[group];
        return counts;
    }

    /// <summary>False when a count is too large.</summary>
    public static bool TryFrom(in GroupCounts counts, out NarrowCounts narrow)
    {
        narrow = default;
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            if (counts[group] > ushort.MaxValue)
                return false;
            narrow[group] = (ushort)counts[group];
        }
        return true;
    }
}
