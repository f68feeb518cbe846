using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Remembers who spoke to whom during the last 30 to 60 seconds of record time: a Bloom filter of 64-byte blocks (Putze et al. 2007)
/// in two generations. Only bits are set, so order does not matter. A false "yes" makes a packet look asked for and so only ever
/// lowers an alarm; <see cref="IsSaturated"/> tells when that could hide an attack.
/// </summary>
internal sealed class PairFilter
{
    private const int Lines = 1 << 16;
    private const int WordsPerLine = 8;
    private const long GenerationNanoseconds = 30_000_000_000;

    private ulong[] _current = GC.AllocateArray<ulong>(Lines * WordsPerLine, pinned: true);
    private ulong[] _previous = GC.AllocateArray<ulong>(Lines * WordsPerLine, pinned: true);
    private long _currentBits;
    private long _previousBits;
    private long _generation = long.MinValue;

    /// <summary>Four bits of one block a pair; above one bit in two the answers are worth little (6 % false).</summary>
    public bool IsSaturated => Math.Max(_currentBits, _previousBits) > Lines * WordsPerLine * 64L / 2;

    /// <summary>Questions to groups are among them.</summary>
    public bool HasGroups { get; private set; }

    /// <summary>Remembers a question to a group (multicast, broadcast).</summary>
    public void AddGroup(ulong hash)
    {
        HasGroups = true;
        Add(hash);
    }

    public void Add(ulong hash)
    {
        var line = _current.AsSpan((int)(hash >> 48) * WordsPerLine, WordsPerLine);
        for (var shift = 0; shift < 36; shift += 9)
        {
            var bit = (int)(hash >> shift) & 511;
            var mask = 1UL << (bit & 63);
            ref var word = ref line[bit >> 6];
            _currentBits += (word & mask) == 0 ? 1 : 0;
            word |= mask;
        }
    }

    /// <summary>Asks the processor for the memory of a pair, before it is added.</summary>
    public unsafe void PrefetchAdd(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _current[(int)(hash >> 48) * WordsPerLine]));
    }

    /// <summary>Asks the processor for the memory of a pair, before it is looked for.</summary>
    public unsafe void PrefetchContains(ulong hash)
    {
        PrefetchAdd(hash);
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _previous[(int)(hash >> 48) * WordsPerLine]));
    }

    public bool Contains(ulong hash) => Contains(_current, hash) || Contains(_previous, hash);

    /// <summary>Lets old pairs go: called once per tick, before the next tick's records.</summary>
    public void Advance(long nanoseconds)
    {
        var generation = nanoseconds / GenerationNanoseconds;
        if (generation <= _generation)
            return;
        if (generation > _generation + 1)
            Rotate();
        Rotate();
        _generation = generation;
    }

    private void Rotate()
    {
        (_current, _previous) = (_previous, _current);
        Array.Clear(_current);
        (_currentBits, _previousBits) = (0, _currentBits);
    }

    private static bool Contains(ulong[] words, ulong hash)
    {
        var line = words.AsSpan((int)(hash >> 48) * WordsPerLine, WordsPerLine);
        var found = true;
        for (var shift = 0; shift < 36; shift += 9)
        {
            var bit = (int)(hash >> shift) & 511;
            found &= (line[bit >> 6] >> (bit & 63) & 1) != 0;
        }
        return found;
    }
}
