using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Breakwater.Detection.Hosts;

namespace Breakwater.Detection.Dossiers;

/// <summary>What the records of one tick come to for one target, by group.</summary>
[InlineArray(WatchGroups.Count)]
internal struct TickSums
{
    private GroupSums _first;
}

/// <summary>What the records of one tick and group come to: four sums that are added at once.</summary>
internal struct GroupSums
{
    private Vector128<uint> _sums;

    private GroupSums(Vector128<uint> sums) => _sums = sums;

    /// <summary>A record.</summary>
    /// <param name="units">As <see cref="WatchGroups.Units"/> counts it.</param>
    /// <param name="inTick">What of these falls into one tick, where records tell of longer times.</param>
    /// <param name="seen">What was seen by chance: packets, where the exporter sampled; a record, where these are a part by chance.</param>
    public static GroupSums Of(uint units, uint inTick, uint seen) => new(Vector128.Create(units, inTick, 1, seen));

    public readonly uint Units => _sums[0];

    public readonly uint InTick => _sums[1];

    public readonly uint Records => _sums[2];

    public readonly uint Seen => _sums[3];

    /// <summary>Adds; what is beyond 32 bits counts as their most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(GroupSums other)
    {
        var sums = _sums + other._sums;
        _sums = sums | Vector128.LessThan(sums, other._sums);
    }
}
