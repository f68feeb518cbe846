namespace Breakwater.Telemetry.Live;

/// <summary>
/// The engine's time: the wall clock's at the start, then as much later as a monotonic clock says. A wall clock that is set forward is followed
/// at a tick; one that is set back is not, because a tick cannot come twice: the engine's time waits for it, one part in ten slower.
/// </summary>
internal sealed class TickClock
{
    /// <summary>Length of a tick, nanoseconds.</summary>
    public const long TickNanoseconds = 100_000_000;

    private const long StepNanoseconds = 1_000_000_000;
    private readonly TimeProvider _time;
    private long _anchorTimestamp, _anchorNanoseconds;
    private long _tickStart, _tickEnd;

    public TickClock(TimeProvider time)
    {
        _time = time;
        (_anchorTimestamp, _anchorNanoseconds) = (time.GetTimestamp(), Wall());
        SetTick(_anchorNanoseconds);
    }

    /// <summary>Nanoseconds by which the engine's time is before the wall clock's, which was set back; 0 when they agree.</summary>
    public long AheadNanoseconds { get; private set; }

    /// <summary>First nanosecond after the present tick.</summary>
    public long TickEnd => Volatile.Read(ref _tickEnd);

    /// <summary>Now, nanoseconds since 1970-01-01 UTC.</summary>
    public long Now()
    {
        var elapsed = (long)_time.GetElapsedTime(Volatile.Read(ref _anchorTimestamp)).TotalNanoseconds;
        return Volatile.Read(ref _anchorNanoseconds) + elapsed;
    }

    /// <summary>Now, inside the tick that is being counted.</summary>
    public long Arrival() => Math.Clamp(Now(), _tickStart, _tickEnd - 1);

    /// <summary>Begins the tick that holds now. Only between <see cref="TickGate.Close"/> and <see cref="TickGate.Open"/>.</summary>
    /// <returns>The time that the tick begins with.</returns>
    public long NextTick()
    {
        var (now, wall) = (Now(), Wall());
        if (wall - now > StepNanoseconds)
            now = wall;
        AheadNanoseconds = now - wall > StepNanoseconds ? now - wall : 0;
        // The next tick begins a tenth late: times of arrival are kept inside it.
        var late = AheadNanoseconds > 0 ? TickNanoseconds / 10 : 0;
        (_anchorTimestamp, _anchorNanoseconds) = (_time.GetTimestamp(), now - late);
        SetTick(Math.Max(now, _tickStart));
        return _tickStart;
    }

    private void SetTick(long nanoseconds)
    {
        _tickStart = nanoseconds / TickNanoseconds * TickNanoseconds;
        Volatile.Write(ref _tickEnd, _tickStart + TickNanoseconds);
    }

    private long Wall() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
