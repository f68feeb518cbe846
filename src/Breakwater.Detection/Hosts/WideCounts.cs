namespace Breakwater.Detection.Hosts;

/// <summary>
/// Counts too large for the records of their hosts, each host's by a number that it keeps until they fit when its next second begins, or until it leaves its table. The room is never given back.
/// </summary>
internal sealed class WideCounts
{
    private readonly Stack<int> _free = [];
    private WatchCounts[] _counts = new WatchCounts[16];
    private int _taken;

    /// <summary>Hosts that have some here.</summary>
    public int Count => _taken - _free.Count;

    public ref WatchCounts this[int number] => ref _counts[number];

    /// <summary>Keeps counts; returns their number.</summary>
    public int Take(in WatchCounts counts)
    {
        if (!_free.TryPop(out var number))
        {
            if (_taken == _counts.Length)
                Array.Resize(ref _counts, _taken * 2);
            number = _taken++;
        }
        _counts[number] = counts;
        return number;
    }

    public void Free(int number) => _free.Push(number);
}
