namespace Breakwater.Detection;

/// <summary>One record of the present tick, reduced to what a dossier needs.</summary>
internal struct TickEntry
{
    /// <summary>Hash of the source address.</summary>
    public ulong Source;

    /// <summary>Hash of the pair that a question to this source would have: destination to source.</summary>
    public ulong QuestionPair;

    /// <summary>Hash of a question of the destination to a group, from the port that now answers; 0 when not UDP.</summary>
    public ulong GroupQuestion;

    /// <summary>Bytes as exported.</summary>
    public ulong Bytes;

    /// <summary>First packet's time, nanoseconds.</summary>
    public long FirstNanoseconds;

    /// <summary>How long the record's packets took, milliseconds.</summary>
    public uint DurationMilliseconds;

    /// <summary>Packets as exported.</summary>
    public uint Packets;

    /// <summary>0 while unknown.</summary>
    public uint SamplingRate;

    /// <summary>Index of the destination in the host table.</summary>
    public int Host;

    public ushort SourcePort;
    public ushort DestinationPort;
    public byte Class;
    public byte Protocol;

    /// <summary>First of several fragments.</summary>
    public bool IsFirstFragment;

    /// <summary>Ports are known.</summary>
    public bool HasPorts;
}

/// <summary>
/// The records of one tick, kept until its end: hosts that cross the watch floor within the tick get all of it in their dossier, and
/// "was this asked for?" is decided when all questions of the tick are known. Both make the order within a tick irrelevant.
/// </summary>
internal sealed class TickLog(int maxEntries)
{
    private TickEntry[] _entries = new TickEntry[Math.Min(maxEntries, 1 << 12)];
    private int _count;

    public ReadOnlySpan<TickEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Adds an entry; false when the tick has more records than the limit.</summary>
    public bool TryAdd(in TickEntry entry)
    {
        if (_count == _entries.Length)
        {
            if (_count == maxEntries)
                return false;
            Array.Resize(ref _entries, Math.Min(maxEntries, _count * 2));
        }
        _entries[_count++] = entry;
        return true;
    }

    public void Clear() => _count = 0;
}
