using System.Runtime.CompilerServices;
using Breakwater.Detection.Hosts;

namespace Breakwater.Detection.Dossiers;

/// <summary>What the records of one tick come to for one target.</summary>
/// <param name="sums">Its place in memory, <see cref="Length"/> long.</param>
internal readonly ref struct TickSums(Span<uint> sums)
{
    /// <summary>Numbers that it is made of.</summary>
    public const int Length = 4 * WatchGroups.Count;

    private readonly Span<uint> _sums = sums;

    /// <summary>By group, as <see cref="WatchGroups.Units"/> counts them.</summary>
    public ReadOnlySpan<uint> Units => _sums[..WatchGroups.Count];

    /// <summary>What of these falls into one tick, where records tell of longer times.</summary>
    public ReadOnlySpan<uint> InTick => _sums.Slice(WatchGroups.Count, WatchGroups.Count);

    /// <summary>Records by group.</summary>
    public ReadOnlySpan<uint> Records => _sums.Slice(2 * WatchGroups.Count, WatchGroups.Count);

    /// <summary>What was seen by chance, by group: packets, where the exporter sampled; records, where these are a part by chance.</summary>
    public ReadOnlySpan<uint> Seen => _sums.Slice(3 * WatchGroups.Count, WatchGroups.Count);

    /// <summary>Adds a record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int group, uint units, uint inTick, uint seen)
    {
        AddTo(ref _sums[group], units);
        AddTo(ref _sums[WatchGroups.Count + group], inTick);
        AddTo(ref _sums[(2 * WatchGroups.Count) + group], 1);
        AddTo(ref _sums[(3 * WatchGroups.Count) + group], seen);
    }

    private static void AddTo(ref uint sum, uint more) => sum = (uint)Math.Min(uint.MaxValue, (ulong)sum + more);
}
