using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>Counts the event streams from their first byte to the end of the request, so that one that nobody reads counts too.</summary>
internal sealed class EventStreams
{
    /// <summary>Most streams of one caller at a time.</summary>
    public const int MaximumPerCaller = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byCaller = new(StringComparer.Ordinal);
    private int _all;

    public int Count
    {
        get
        {
            lock (_lock)
                return _all;
        }
    }

    /// <summary>False when there are too many; true is followed by <see cref="Leave"/>.</summary>
    public bool TryEnter(ApiCaller caller)
    {
        lock (_lock)
        {
            var own = _byCaller.GetValueOrDefault(caller.Name);
            if (own >= MaximumPerCaller || _all >= EventFeed.MaximumReaders)
                return false;
            _byCaller[caller.Name] = own + 1;
            _all++;
            return true;
        }
    }

    public void Leave(ApiCaller caller)
    {
        lock (_lock)
        {
            _all--;
            if (--_byCaller[caller.Name] == 0)
                _byCaller.Remove(caller.Name);
        }
    }
}
