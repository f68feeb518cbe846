using System.Runtime.CompilerServices;

namespace Breakwater.Detection;

/// <summary>
/// The records of one tick, kept until its end: targets that cross the watch floor within the tick get all of it in their dossier, and
/// "was this asked for?" is decided when all questions of the tick are known. Both make the order within a tick irrelevant.
/// </summary>
/// <remarks>
/// A tick with more records than the limit is thinned by the hash of the conversation: the level goes up until the rest fits, and each
/// record kept stands for 2^level. Which are kept depends on the set of records alone, never on their order. A tick after a full one begins at the
/// level that its number of records asks for.
/// </remarks>
internal sealed class TickLog(int maxEntries)
{
    /// <summary>1 in 2^40 is hardly any.</summary>
    public const int HighestLevel = 40;

    // Always with room for one more.
    private TickEntry[] _entries = new TickEntry[Math.Min(maxEntries + 1, 1 << 12)];
    private int _count;

    /// <summary>1 in 2^level records is kept.</summary>
    public int Level { get; private set; }

    /// <summary>Records kept.</summary>
    public int Count => _count;

    /// <summary>The entries, and unused room behind them; another one after more were added.</summary>
    public TickEntry[] Array => _entries;

    public Span<TickEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Where the next entry is written, all of it; it counts once it is added. Old contents stand there.</summary>
    public ref TickEntry Next => ref _entries[_count];

    /// <summary>Whether a record of this hash is kept: asked before an entry is written for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Takes(ulong recordHash) => Level == 0 || recordHash >> (64 - Level) == 0;

    /// <summary>Adds the entry written to <see cref="Next"/>, of a hash that it takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add()
    {
        _count++;
        if (_count > maxEntries || _count == _entries.Length)
            MakeRoom();
    }

    private void MakeRoom()
    {
        if (_count > maxEntries)
            Thin();
        else
            System.Array.Resize(ref _entries, (int)Math.Min(maxEntries + 1L, _count * 2L));
    }

    /// <summary>Thins to at least this level, as when logs are put together.</summary>
    public void RaiseTo(int level)
    {
        if (level <= Level)
            return;
        Level = level;
        Sweep();
    }

    /// <summary>Begins a tick that is expected to have so many records that one in 2^level fits.</summary>
    public void Clear(int level) => (_count, Level) = (0, level);

    private void Thin()
    {
        while (_count > maxEntries && Level < HighestLevel)
        {
            Level++;
            Sweep();
        }
        // Entries that all share one hash.
        _count = Math.Min(_count, maxEntries);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    private void Sweep()
    {
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (Takes(_entries[index].RecordHash))
                _entries[kept++] = _entries[index];
        }
        _count = kept;
    }
}
