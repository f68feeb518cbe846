namespace Breakwater.Tests.Live;

/// <summary>A clock that a test moves: wall time and monotonic time together, or the wall alone.</summary>
internal sealed class ManualTime(long startNanoseconds) : TimeProvider
{
    private long _elapsed, _step;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Volatile.Read(ref _elapsed);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks((startNanoseconds + GetTimestamp() + Volatile.Read(ref _step)) / 100);

    /// <summary>Moves to a time since 1970-01-01 UTC; never back.</summary>
    public void MoveTo(long nanoseconds) => Volatile.Write(ref _elapsed, Math.Max(_elapsed, nanoseconds - startNanoseconds));

    public void Move(TimeSpan time) => Volatile.Write(ref _elapsed, _elapsed + ((long)time.TotalMicroseconds * 1000));

    /// <summary>Somebody sets the wall clock.</summary>
    public void SetWall(TimeSpan by) => Volatile.Write(ref _step, _step + ((long)by.TotalMicroseconds * 1000));
}
