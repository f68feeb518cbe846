using System.Runtime.CompilerServices;

namespace Breakwater.Detection.Web;

/// <summary>
/// Entries of a shard that wait for their second to be over, in chunks that go round: what all seconds hold together is bounded, whichever of
/// them holds it.
/// </summary>
internal sealed class WaitingEntries
{
    private const int ChunkEntries = 512;
    private readonly List<WebEntry[]>[] _seconds = new List<WebEntry[]>[WebLimits.LateSeconds];
    private readonly WebEntry[][] _last = new WebEntry[WebLimits.LateSeconds][];
    private readonly int[] _counts = new int[WebLimits.LateSeconds];
    private readonly Stack<WebEntry[]> _free = new();

    public WaitingEntries()
    {
        for (var place = 0; place < _seconds.Length; place++)
            _seconds[place] = [];
    }

    /// <summary>The place of a new entry of this second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref WebEntry Add(long second)
    {
        var place = (int)((ulong)second % WebLimits.LateSeconds);
        var within = _counts[place]++ & (ChunkEntries - 1);
        if (within == 0)
            AddChunk(place);
        return ref _last[place][within];
    }

    private void AddChunk(int place) => _seconds[place].Add(_last[place] = _free.TryPop(out var chunk) ? chunk : new WebEntry[ChunkEntries]);

    /// <summary>Entries of a second.</summary>
    public int Count(long second) => _counts[second % WebLimits.LateSeconds];

    /// <summary>How many chunks they lie in.</summary>
    public int Chunks(long second) => _seconds[second % WebLimits.LateSeconds].Count;

    public ReadOnlySpan<WebEntry> Chunk(long second, int index)
    {
        var place = second % WebLimits.LateSeconds;
        return _seconds[place][index].AsSpan(0, Math.Min(ChunkEntries, _counts[place] - (index * ChunkEntries)));
    }

    /// <summary>Forgets the entries of a second.</summary>
    public void Clear(long second)
    {
        var place = second % WebLimits.LateSeconds;
        foreach (var chunk in _seconds[place])
            _free.Push(chunk);
        _seconds[place].Clear();
        _counts[place] = 0;
    }
}
