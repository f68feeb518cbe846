namespace Breakwater.Telemetry.Live;

/// <summary>
/// Keeps one shard's counting and the engine's judging apart. A receiving thread counts a batch inside; the engine closes all gates, judges,
/// and opens them. The time of arrival is made here: it lies in the tick that the records are counted into, so that a recording replays into
/// the same ticks.
/// </summary>
internal sealed class TickGate(TickClock clock)
{
    private readonly object _batch = new();
    private volatile bool _isClosed;

    /// <summary>Begins a batch, when the gate is open. <see cref="Leave"/> ends it.</summary>
    /// <returns>The time of arrival, nanoseconds since 1970-01-01 UTC.</returns>
    public long Enter()
    {
        Monitor.Enter(_batch);
        while (_isClosed)
            Monitor.Wait(_batch);
        return clock.Arrival();
    }

    /// <summary>Until the tick that is being counted ends, nanoseconds; not above 0 when it is about to be judged.</summary>
    public long LeftNanoseconds => clock.TickEnd - clock.Now();

    public void Leave() => Monitor.Exit(_batch);

    /// <summary>The engine: no batch begins any more, and none is under way when this returns.</summary>
    public void Close()
    {
        // Set outside of the lock: a busy receiver would take it again and again before the engine wakes up.
        _isClosed = true;
        Monitor.Enter(_batch);
        Monitor.Exit(_batch);
    }

    /// <summary>The engine has judged.</summary>
    public void Open()
    {
        lock (_batch)
        {
            _isClosed = false;
            Monitor.PulseAll(_batch);
        }
    }
}
