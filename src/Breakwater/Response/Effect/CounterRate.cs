using Breakwater.Response.Nftables;

namespace Breakwater.Response.Effect;

/// <summary>A rate from a counter that only grows, read now and then. A counter that fell was started again: what it counts since then is new.</summary>
internal sealed class CounterRate
{
    /// <summary>The rate is over at least this long, so that a pulse between two readings is not taken for the whole.</summary>
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(5);

    /// <summary>A counter that was not read for so long says nothing.</summary>
    private static readonly TimeSpan _stale = TimeSpan.FromSeconds(15);

    /// <summary>Most readings that are kept.</summary>
    private const int MaximumReadings = 64;

    private readonly Queue<(TimeSpan At, long Total)> _readings = new();
    private long _last;
    private long _total;
    private TimeSpan _lastAt;

    /// <param name="now">By a clock that only goes forward.</param>
    /// <param name="counters">What the filter counted since it was set.</param>
    public void Read(TimeSpan now, FilterCounters counters)
    {
        _total += counters.MatchedPackets >= _last ? counters.MatchedPackets - _last : counters.MatchedPackets;
        (_last, _lastAt) = (counters.MatchedPackets, now);
        _readings.Enqueue((now, _total));
        while (_readings.Count > 2 && (_readings.Count > MaximumReadings || _readings.ElementAt(1).At <= now - _window))
            _readings.Dequeue();
    }

    /// <summary>Matched packets per second over the last five seconds or a little more; null: not read for long enough, or not lately.</summary>
    public double? PacketsPerSecond(TimeSpan now)
    {
        if (_readings.Count < 2 || now - _lastAt > _stale)
            return null;
        var (at, total) = _readings.Peek();
        return _lastAt - at >= _window ? (_total - total) / (_lastAt - at).TotalSeconds : null;
    }
}
