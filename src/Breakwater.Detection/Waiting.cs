using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection;

/// <summary>
/// Entries of one target that is far from any alarm, kept until they are studied together: what a target is made of comes into the cache
/// once a second then, and not once a tick.
/// </summary>
internal sealed class Waiting
{
    /// <summary>Most entries that wait for one target.</summary>
    public const int MaxEntries = 64;

    private const int TicksPerSecond = 10;
    private readonly (long Tick, int Level, int End)[] _ticks = new (long, int, int)[TicksPerSecond];
    private TickEntry[] _entries = [];
    private int _tickCount, _count;

    /// <summary>Ticks that wait, each with traffic.</summary>
    public int Ticks => _tickCount;

    /// <summary>The newest of them.</summary>
    public long LastTick => _ticks[_tickCount - 1].Tick;

    /// <summary>True when so many more entries of another tick find room.</summary>
    public bool HasRoom(int entries) => _count + entries <= MaxEntries && _tickCount < TicksPerSecond;

    /// <summary>Makes room for a tick's entries, to be written by the caller.</summary>
    /// <param name="entries">How many; <see cref="HasRoom"/> said yes.</param>
    /// <param name="level">One in 2^level of the tick's entries is among them.</param>
    /// <param name="tick">A later tick than those that wait.</param>
    public Span<TickEntry> Add(int entries, int level, long tick)
    {
        if (_entries.Length < _count + entries)
            Array.Resize(ref _entries, Math.Min(MaxEntries, Math.Max(_count + entries, Math.Max(8, 2 * _entries.Length))));
        var added = _entries.AsSpan(_count, entries);
        _count += entries;
        _ticks[_tickCount++] = (tick, level, _count);
        return added;
    }

    /// <summary>Asks the processor for where the next ones will stand.</summary>
    public unsafe void Prefetch()
    {
        if (!Sse.IsSupported || _count == _entries.Length)
            return;
        var next = (byte*)Unsafe.AsPointer(ref _entries[_count]);
        Sse.Prefetch0(next);
        Sse.Prefetch0(next + 64);
    }

    /// <summary>All that wait, tick by tick.</summary>
    public ReadOnlySpan<TickEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>A tick that waits, the oldest being 0, with its level and where its entries end.</summary>
    public (long Tick, int Level, int End) Of(int number) => _ticks[number];

    public void Clear() => (_tickCount, _count) = (0, 0);
}
