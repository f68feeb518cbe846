using Breakwater.Wire;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// The sources with the smallest hashes, each with all of its packets: a uniform sample of distinct sources that any order and any
/// merging leave the same (bottom-k; Cohen and Kaplan 2007). Complete while there are no more than <see cref="Size"/> of them.
/// </summary>
internal sealed class SourceSample
{
    /// <summary>Most sources in the sample.</summary>
    public const int Size = 256;

    private const int Most = 2 * Size;
    private const int FewestSlots = 32;
    private Source[] _slots = new Source[FewestSlots];
    private ulong _limit = ulong.MaxValue;
    private int _count;

    /// <summary>One source and what it sent.</summary>
    public readonly record struct Source(Address Address, ulong Hash, ulong Packets, long Samples);

    /// <summary>Adds packets of a source; a hash of 0 marks empty slots and is taken for 1.</summary>
    public void Add(ulong hash, Address address, ulong packets, long samples)
    {
        hash |= hash == 0 ? 1UL : 0;
        if (hash > _limit)
            return;
        var mask = _slots.Length - 1;
        var slot = SlotOf(hash);
        for (; _slots[slot].Hash != 0; slot = (slot + 1) & mask)
        {
            ref var known = ref _slots[slot];
            if (known.Hash != hash)
                continue;
            known = known with { Packets = known.Packets + packets, Samples = known.Samples + samples };
            return;
        }
        _slots[slot] = new Source(address, hash, packets, samples);
        if (++_count == Most)
            Prune();
        else if (_count * 2 > _slots.Length)
            Rebuild(_slots, _slots.Length * 2);
    }

    public void Merge(SourceSample other)
    {
        _limit = Math.Min(_limit, other._limit);
        foreach (ref readonly var source in other._slots.AsSpan())
        {
            if (source.Hash != 0)
                Add(source.Hash, source.Address, source.Packets, source.Samples);
        }
    }

    public void Clear()
    {
        _slots = new Source[FewestSlots];
        (_limit, _count) = (ulong.MaxValue, 0);
    }

    /// <summary>The sample: at most <see cref="Size"/> sources with the smallest hashes, in their order.</summary>
    /// <param name="isComplete">True when these are all sources there were.</param>
    public Source[] Sources(out bool isComplete)
    {
        var all = Array.FindAll(_slots, source => source.Hash != 0 && source.Hash <= _limit);
        Array.Sort(all, static (left, right) => left.Hash.CompareTo(right.Hash));
        isComplete = _limit == ulong.MaxValue && all.Length <= Size;
        return all.Length > Size ? all[..Size] : all;
    }

    /// <summary>How often each source of the sample was seen, in packets: what <see cref="Statistics.DistinctSources"/> looks at.</summary>
    public static uint[] TimesSeen(Source[] sample) => Array.ConvertAll(sample, static source => (uint)Math.Min(source.Samples, uint.MaxValue));

    /// <summary>Keeps the smallest half. What is dropped could not come back: its hash is above the limit from now on.</summary>
    private void Prune()
    {
        var kept = Array.FindAll(_slots, static source => source.Hash != 0);
        Array.Sort(kept, static (left, right) => left.Hash.CompareTo(right.Hash));
        _limit = kept[Size - 1].Hash;
        Rebuild(kept.AsSpan(0, Size), _slots.Length);
    }

    private int SlotOf(ulong hash) => (int)((hash * 0x9E37_79B9_7F4A_7C15UL) >> 32) & (_slots.Length - 1);

    private void Rebuild(ReadOnlySpan<Source> sources, int length)
    {
        _slots = new Source[length];
        _count = 0;
        foreach (ref readonly var source in sources)
        {
            if (source.Hash == 0)
                continue;
            var slot = SlotOf(source.Hash);
            while (_slots[slot].Hash != 0)
                slot = (slot + 1) & (length - 1);
            _slots[slot] = source;
            _count++;
        }
    }
}
