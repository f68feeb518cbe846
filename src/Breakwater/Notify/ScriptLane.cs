using System.Threading.Channels;

namespace Breakwater.Notify;

/// <summary>How one script does.</summary>
/// <param name="Path">Which.</param>
/// <param name="Calls">Calls that ended, whatever their end.</param>
/// <param name="Failures">Of these, those that went wrong.</param>
/// <param name="Dropped">Calls that found no place, or were waiting when Breakwater stopped.</param>
/// <param name="Fault">What went wrong with the last call, as the end of a sentence; null: nothing.</param>
/// <param name="At">When the last call ended; null before the first.</param>
internal sealed record ScriptHealth(string Path, long Calls, long Failures, long Dropped, string? Fault, DateTimeOffset? At);

/// <summary>The calls of one script, one after the other: an end is never told before its begin.</summary>
internal sealed class ScriptLane
{
    /// <summary>Most calls that wait for one script.</summary>
    public const int MaximumWaiting = 256;

    private readonly Channel<ScriptCall> _calls = Channel.CreateBounded<ScriptCall>(new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Func<TimeSpan> _limit;
    private readonly TimeProvider _time;
    private readonly CancellationToken _abort;
    private readonly Lock _lock = new();
    private ScriptHealth _health;

    /// <param name="path">The script.</param>
    /// <param name="limit">How long a call may take.</param>
    /// <param name="time">For the limit.</param>
    /// <param name="abort">Ends the call that runs.</param>
    public ScriptLane(string path, Func<TimeSpan> limit, TimeProvider time, CancellationToken abort)
    {
        (_limit, _time, _abort) = (limit, time, abort);
        _health = new ScriptHealth(path, 0, 0, 0, null, null);
        Running = Task.Run(Run, CancellationToken.None);
    }

    /// <summary>Completes when the last call has ended.</summary>
    public Task Running { get; }

    public ScriptHealth Health
    {
        get
        {
            lock (_lock)
                return _health;
        }
    }

    /// <summary>Hands a call over, or drops and counts it. Never waits.</summary>
    public void Call(ScriptCall call)
    {
        if (_calls.Writer.TryWrite(call))
            return;
        lock (_lock)
            _health = _health with { Dropped = _health.Dropped + 1 };
    }

    /// <summary>No further calls; those that wait are made.</summary>
    public void Complete() => _calls.Writer.TryComplete();

    private async Task Run()
    {
        await foreach (var call in _calls.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_abort.IsCancellationRequested)
            {
                lock (_lock)
                    _health = _health with { Dropped = _health.Dropped + 1 };
                continue;
            }

            var fault = await ScriptRun.Run(_health.Path, call, _limit(), _time, _abort);
            lock (_lock)
                _health = _health with { Calls = _health.Calls + 1, Failures = _health.Failures + (fault is null ? 0 : 1), Fault = fault, At = _time.GetUtcNow() };
        }
    }
}
