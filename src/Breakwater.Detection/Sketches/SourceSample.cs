using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Breakwater.Wire;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// The sources with the smallest hashes, each with all of its packets: a uniform sample of distinct sources that any order and any
/// merging leave the same (bottom-k; Cohen and Kaplan 2007). Complete while there are no more than <see cref="Size"/> of them.
/// </summary>
/// <param name="rooms">Where its memory comes from and goes to.</param>
internal sealed class SourceSample(SourceRooms rooms)
{
    /// <summary>Most sources in the sample.</summary>
    public const int Size = 256;

    /// <summary>Pruned to the size when so many are known: so many find room in the largest room.</summary>
    public const int Most = Size * 9 / 8;

    private SourceRoom _room = rooms.Take(0);
    private ulong _limit = ulong.MaxValue;
    private int _count;

    /// <summary>One source and what it sent.</summary>
    public readonly record struct Source(Address Address, ulong Hash, ulong Packets, long Samples);

    /// <summary>Adds packets of a source.</summary>
    public void Add(ulong hash, Address address, ulong packets, long samples)
    {
        if (hash > _limit)
            return;
        var (sources, places) = (_room.Sources, _room.Places);
        var slot = SlotOf(hash, places);
        for (; places[slot] != 0; slot = (slot + 1) & (places.Length - 1))
        {
            ref var known = ref sources[places[slot] - 1];
            if (known.Hash != hash)
                continue;
            known = known with { Packets = known.Packets + packets, Samples = known.Samples + samples };
            return;
        }
        if (_count == sources.Length)
        {
            MakeRoom();
            Add(hash, address, packets, samples);
            return;
        }
        sources[_count++] = new Source(address, hash, packets, samples);
        places[slot] = (ushort)_count;
    }

    /// <summary>Asks the processor for where a source is looked up.</summary>
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported && hash <= _limit)
            Sse.Prefetch0(Unsafe.AsPointer(ref _room.Places[SlotOf(hash, _room.Places)]));
    }

    public void Merge(SourceSample other)
    {
        _limit = Math.Min(_limit, other._limit);
        foreach (ref readonly var source in other._room.Sources.AsSpan(0, other._count))
            Add(source.Hash, source.Address, source.Packets, source.Samples);
    }

    /// <summary>Forgets all; another sample may get the room that this one had grown to.</summary>
    public void Clear()
    {
        if (_count > 0)
        {
            rooms.Return(_room);
            _room = rooms.Take(0);
        }

        (_limit, _count) = (ulong.MaxValue, 0);
    }

    /// <summary>The sample: at most <see cref="Size"/> sources with the smallest hashes, in their order.</summary>
    /// <param name="isComplete">True when these are all sources there were.</param>
    public Source[] Sources(out bool isComplete)
    {
        var all = Array.FindAll(_room.Sources[.._count], source => source.Hash <= _limit);
        Array.Sort(all, static (left, right) => left.Hash.CompareTo(right.Hash));
        isComplete = _limit == ulong.MaxValue && all.Length <= Size;
        return all.Length > Size ? all[..Size] : all;
    }

    /// <summary>How often each source of the sample was seen, in packets: what <see cref="Statistics.DistinctSources"/> looks at.</summary>
    public static uint[] TimesSeen(Source[] sample) => Array.ConvertAll(sample, static source => (uint)Math.Min(source.Samples, uint.MaxValue));

    private static int SlotOf(ulong hash, ushort[] places) => (int)((hash * 0x9E37_79B9_7F4A_7C15UL) >> 32) & (places.Length - 1);

    private void MakeRoom()
    {
        if (_count == Most)
            Prune();
        else
            Grow();
        PlaceAll();
    }

    private void Grow()
    {
        var larger = rooms.Take(_room.Step + 1);
        _room.Sources.AsSpan(0, _count).CopyTo(larger.Sources);
        rooms.Return(_room);
        _room = larger;
    }

    /// <summary>Keeps the smallest. What is dropped could not come back: its hash is above the limit from now on.</summary>
    private void Prune()
    {
        var sources = _room.Sources.AsSpan(0, _count);
        Span<ulong> hashes = stackalloc ulong[Most];
        for (var index = 0; index < sources.Length; index++)
            hashes[index] = sources[index].Hash;
        _limit = SmallestHashes.Limit(hashes[..sources.Length], Size);
        var kept = 0;
        foreach (ref readonly var source in sources)
        {
            if (source.Hash <= _limit)
                sources[kept++] = source;
        }
        _count = kept;
    }

    private void PlaceAll()
    {
        var (sources, places) = (_room.Sources, _room.Places);
        Array.Clear(places);
        for (var index = 0; index < _count; index++)
        {
            var slot = SlotOf(sources[index].Hash, places);
            while (places[slot] != 0)
                slot = (slot + 1) & (places.Length - 1);
            places[slot] = (ushort)(index + 1);
        }
    }
}
