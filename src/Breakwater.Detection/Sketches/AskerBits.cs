using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Remembers who asked anybody in the present and the last generation of questions (<see cref="PairFilter"/>): one bit an address. A false "may have" costs a look at the pairs
/// for each packet, no more; there is no false "has not". Every packet that opens something is a question: millions of forged senders set all bits, and then nothing is saved.
/// </summary>
internal sealed class AskerBits
{
    // 128 kB each, so that both stay in a core's second cache; 100,000 who ask set a tenth of the bits.
    private const int BitsOfPlace = 20;

    private ulong[] _current = GC.AllocateArray<ulong>(1 << (BitsOfPlace - 6), pinned: true);
    private ulong[] _previous = GC.AllocateArray<ulong>(1 << (BitsOfPlace - 6), pinned: true);
    private Generations _generations;

    /// <summary>Remembers an address by its hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong hash) => _current[Word(hash)] |= 1UL << (int)(hash >> (64 - BitsOfPlace));

    /// <summary>Asks the processor for the memory of an address, before it is added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void PrefetchAdd(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _current[Word(hash)]));
    }

    /// <summary>False when no such address was added in this generation or the one before.</summary>
    public bool MayHave(ulong hash) => (((_current[Word(hash)] | _previous[Word(hash)]) >> (int)(hash >> (64 - BitsOfPlace))) & 1) != 0;

    /// <summary>Lets those of old generations go.</summary>
    public void Advance(long generation)
    {
        for (var rotations = _generations.Pass(generation); rotations > 0; rotations--)
            Rotate();
    }

    private static int Word(ulong hash) => (int)(hash >> (64 - BitsOfPlace + 6));

    private void Rotate()
    {
        (_current, _previous) = (_previous, _current);
        Array.Clear(_current);
    }
}
