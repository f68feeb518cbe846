using Breakwater.Detection.Sketches;

namespace Breakwater.Detection;

/// <summary>
/// The records of one tick, kept until its end: targets that cross the watch floor within the tick get all of it in their dossier, and
/// "was this asked for?" is decided when all questions of the tick are known. Both make the order within a tick irrelevant.
/// </summary>
/// <remarks>
/// A tick with more records than the limit is thinned by the hash of the conversation: the level goes up until the rest fits, and each
/// record kept stands for 2^level. Which are kept depends on the set of records alone, never on their order.
/// </remarks>
internal sealed class TickLog(int maxEntries)
{
    /// <summary>1 in 2^40 is hardly any.</summary>
    public const int HighestLevel = 40;

    private TickEntry[] _entries = new TickEntry[Math.Min(maxEntries, 1 << 12)];
    private int _count;

    /// <summary>1 in 2^level records is kept.</summary>
    public int Level { get; private set; }

    /// <summary>Records kept.</summary>
    public int Count => _count;

    /// <summary>The entries, and unused room behind them; another one after more were added.</summary>
    public TickEntry[] Array => _entries;

    public Span<TickEntry> Entries => _entries.AsSpan(0, _count);

    public void Add(in TickEntry entry)
    {
        if (Level > 0 && !Stays(in entry))
            return;
        if (_count == _entries.Length)
        {
            if (_count < maxEntries)
                System.Array.Resize(ref _entries, Math.Min(maxEntries, _count * 2));
            else if (!Thin(in entry))
                return;
        }
        _entries[_count++] = entry;
    }

    /// <summary>Thins to at least this level, as when logs are put together.</summary>
    public void RaiseTo(int level)
    {
        if (level <= Level)
            return;
        Level = level;
        Sweep();
    }

    public void Clear() => (_count, Level) = (0, 0);

    /// <summary>Makes room; false when the new entry itself does not stay.</summary>
    private bool Thin(in TickEntry entry)
    {
        while (Level < HighestLevel)
        {
            Level++;
            Sweep();
            if (!Stays(in entry))
                return false;
            if (_count < maxEntries)
                return true;
        }
        return false;
    }

    private void Sweep()
    {
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (Stays(in _entries[index]))
                _entries[kept++] = _entries[index];
        }
        _count = kept;
    }

    private bool Stays(in TickEntry entry)
    {
        // Of all members: copies of one conversation must not stand or fall together.
        var flow = entry.Has(EntryTraits.HasHost) ? entry.FlowHash : entry.AsksPair;
        var hash = KeyedHash.With(flow, entry.Bytes ^ ((ulong)entry.FirstNanoseconds << 12) ^ entry.PeerHash);
        return hash >> (64 - Level) == 0;
    }
}
