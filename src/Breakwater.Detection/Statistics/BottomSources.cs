namespace Breakwater.Detection.Statistics;

/// <summary>
/// Sampled packets of each of at most <see cref="Capacity"/> sources: those whose hashes are smallest (bottom-k; Cohen and Kaplan 2007).
/// The hash does not depend on the traffic, so these are a random choice among the sources, each counted exactly; order does not matter
/// and parts merge. 3 KiB.
/// </summary>
internal sealed class BottomSources
{
    /// <summary>Most sources kept.</summary>
    public const int Capacity = 256;

    private readonly ulong[] _hashes = new ulong[Capacity];
    private readonly uint[] _packets = new uint[Capacity];

    /// <summary>Sources kept.</summary>
    public int Count { get; private set; }

    /// <summary>True when every source seen is kept: <see cref="Count"/> is then the number of distinct sources, exactly.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Sampled packets of each kept source, in the order of hashes.</summary>
    public ReadOnlySpan<uint> Packets => _packets.AsSpan(0, Count);

    /// <summary>Counts sampled packets of a source, given by its seeded hash.</summary>
    public void Add(ulong hash, uint packets)
    {
        if (Count == Capacity && hash > _hashes[Capacity - 1])
        {
            IsComplete = false;
            return;
        }
        var index = _hashes.AsSpan(0, Count).BinarySearch(hash);
        if (index >= 0)
        {
            _packets[index] = uint.MaxValue - _packets[index] < packets ? uint.MaxValue : _packets[index] + packets;
            return;
        }
        index = ~index;
        IsComplete &= Count < Capacity;
        var moved = Math.Min(Count, Capacity - 1) - index;
        Array.Copy(_hashes, index, _hashes, index + 1, moved);
        Array.Copy(_packets, index, _packets, index + 1, moved);
        (_hashes[index], _packets[index]) = (hash, packets);
        Count = Math.Min(Count + 1, Capacity);
    }

    /// <summary>Takes in what another one counted.</summary>
    public void Merge(BottomSources other)
    {
        for (var index = 0; index < other.Count; index++)
            Add(other._hashes[index], other._packets[index]);
        IsComplete &= other.IsComplete;
    }

    public void Clear() => (Count, IsComplete) = (0, true);
}
