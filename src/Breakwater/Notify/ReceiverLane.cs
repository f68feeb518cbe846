using System.Threading.Channels;

namespace Breakwater.Notify;

/// <summary>The notices of one receiver, one after the other: an end is never told before its begin. A receiver that is gone delays nobody but itself.</summary>
internal sealed class ReceiverLane
{
    /// <summary>Most notices that wait for one receiver.</summary>
    public const int MaximumWaiting = 256;

    /// <summary>Most attempts for one notice: with pauses of 1 s, 2 s, 4 s … up to 30 s some three minutes.</summary>
    public const int MaximumAttempts = 10;

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly IReceiver _receiver;
    private readonly TimeProvider _time;
    private readonly CancellationToken _abort;
    private readonly Lock _lock = new();
    private ScriptHealth _health;

    /// <param name="receiver">Who is told.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="abort">Ends the delivery that runs, and all that wait.</param>
    public ReceiverLane(IReceiver receiver, TimeProvider time, CancellationToken abort)
    {
        (_receiver, _time, _abort) = (receiver, time, abort);
        _health = new ScriptHealth(receiver.Name, 0, 0, 0, null, null);
        Running = Task.Run(Run, CancellationToken.None);
    }

    public object Settings => _receiver.Settings;

    public bool KeepsState => _receiver.KeepsState;

    /// <summary>Completes when the last notice is delivered or given up.</summary>
    public Task Running { get; }

    public ScriptHealth Health
    {
        get
        {
            lock (_lock)
                return _health;
        }
    }

    /// <summary>Hands a notice over, or drops and counts it. Never waits.</summary>
    public void Tell(Notice notice)
    {
        if (_notices.Writer.TryWrite(notice))
            return;
        // A state that finds no place is told again in a minute.
        if (notice.Kind != NoticeKind.State)
            Drop();
    }

    /// <summary>No further notices; those that wait are delivered.</summary>
    public void Complete() => _notices.Writer.TryComplete();

    private async Task Run()
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (_abort.IsCancellationRequested)
            {
                Drop();
                continue;
            }

            var delivery = await Deliver(notice);
            lock (_lock)
                _health = _health with { Calls = _health.Calls + 1, Failures = _health.Failures + (delivery.Fault is null ? 0 : 1), Fault = delivery.Fault, At = _time.GetUtcNow() };
        }
    }

    private async Task<Delivery> Deliver(Notice notice)
    {
        var pause = _firstPause;
        for (var attempt = 1; ; attempt++)
        {
            var delivery = await Attempt(notice);
            // The next state tells more than this one would by then.
            if (delivery.Fault is null || delivery.IsFinal || attempt == MaximumAttempts || notice.Kind == NoticeKind.State || _abort.IsCancellationRequested)
                return delivery;
            lock (_lock)
                _health = _health with { Fault = delivery.Fault, At = _time.GetUtcNow() };
            await Task.Delay(pause, _time, _abort).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    /// <summary>Whatever goes wrong in one delivery is that receiver's fault, and the lane goes on.</summary>
    private async Task<Delivery> Attempt(Notice notice)
    {
        try
        {
            return await _receiver.Deliver(notice, _abort);
        }
        catch (Exception error)
        {
            return Delivery.Later($"fails: {error.GetType().Name}: {NoticeText.Line(error.Message)}");
        }
    }

    private void Drop()
    {
        lock (_lock)
            _health = _health with { Dropped = _health.Dropped + 1 };
    }
}
