using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Remembers who spoke to whom during the last 30 to 60 seconds of record time: a Bloom filter of blocks (Putze et al. 2007), each of four
/// words that get one bit of a pair each, in two generations. Only bits are set, so order does not matter. A false "yes" makes a packet look asked for and so only ever
/// lowers an alarm; <see cref="IsSaturated"/> tells when that could hide an attack, and that not all questions may be remembered.
/// </summary>
internal sealed class PairFilter
{
    private const int BlockBits = 17;
    private const int WordsPerBlock = 4;
    private const int Words = WordsPerBlock << BlockBits;
    internal const long GenerationNanoseconds = 30_000_000_000;

    private Blocks _current = new(), _previous = new();
    private long _currentBits;
    private long _previousBits;
    private Generations _generations;
    private bool _hasGroups, _hadGroups;

    /// <summary>Four bits of one block a pair; above one bit in two the answers are worth little (6 % false).</summary>
    public bool IsSaturated => Math.Max(_currentBits, _previousBits) > Words * 64L / 2;

    /// <summary>The present thirty seconds alone are: more of them would only make answers worth less.</summary>
    public bool IsFull => _currentBits > Words * 64L / 2;

    /// <summary>Questions to groups are among them.</summary>
    public bool HasGroups => _hasGroups || _hadGroups;

    /// <summary>Remembers a question to a group (multicast, broadcast).</summary>
    public void AddGroup(ulong hash)
    {
        _hasGroups = true;
        Add(hash);
    }

    public void Add(ulong hash)
    {
        var block = _current.Of(hash);
        _currentBits += Set(ref block[0], (int)hash) + Set(ref block[1], (int)(hash >> 6)) + Set(ref block[2], (int)(hash >> 12)) + Set(ref block[3], (int)(hash >> 18));
    }

    /// <summary>Sets a bit, the place taken modulo 64; 1 when it was not set.</summary>
    private static int Set(ref ulong word, int place)
    {
        var before = word;
        word = before | (1UL << place);
        return (int)(~before >> place) & 1;
    }

    /// <summary>Asks the processor for the memory of a pair, before it is added.</summary>
    public unsafe void PrefetchAdd(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_current.At(hash));
    }

    /// <summary>Asks the processor for the memory of a pair, before it is looked for.</summary>
    public unsafe void PrefetchContains(ulong hash)
    {
        if (!Sse.IsSupported)
            return;
        if (_currentBits > 0)
            Sse.Prefetch0(_current.At(hash));
        if (_previousBits > 0)
            Sse.Prefetch0(_previous.At(hash));
    }

    public bool Contains(ulong hash) => (_currentBits > 0 && Contains(_current, hash)) || (_previousBits > 0 && Contains(_previous, hash));

    /// <summary>Lets old pairs go: called once per tick, before the next tick's records.</summary>
    public void Advance(long nanoseconds)
    {
        for (var rotations = _generations.Pass(nanoseconds / GenerationNanoseconds); rotations > 0; rotations--)
            Rotate();
    }

    private void Rotate()
    {
        (_current, _previous) = (_previous, _current);
        _current.Clear();
        (_currentBits, _previousBits) = (0, _currentBits);
        (_hasGroups, _hadGroups) = (false, _hasGroups);
    }

    private static bool Contains(Blocks blocks, ulong hash)
    {
        ReadOnlySpan<ulong> block = blocks.Of(hash);
        return ((block[0] >> (int)hash) & (block[1] >> (int)(hash >> 6)) & (block[2] >> (int)(hash >> 12)) & (block[3] >> (int)(hash >> 18)) & 1) != 0;
    }

    /// <summary>The words of one generation; no block lies in two lines of the cache.</summary>
    private sealed unsafe class Blocks
    {
        private readonly CacheLines _words = new(Words * sizeof(ulong));

        /// <summary>Where the block of a hash begins.</summary>
        public ulong* At(ulong hash) => (ulong*)_words.First + ((int)(hash >> (64 - BlockBits)) * WordsPerBlock);

        public Span<ulong> Of(ulong hash) => new(At(hash), WordsPerBlock);

        public void Clear() => _words.Clear();
    }
}
