using System.Diagnostics;

namespace Breakwater.Tests.Response;

/// <summary>Asks every 5 ms whether something is there, on a thread of its own, until it is disposed.</summary>
internal sealed class PresenceWatch : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _asked;
    private long _missing;
    private long _missingTicks;

    public PresenceWatch(Func<bool> isThere)
    {
        _thread = new Thread(() => Run(isThere)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How often it was asked.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>How often it was not there.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <summary>Time between the answers that it was not there and the next ones, all together.</summary>
    public TimeSpan Gone => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _missingTicks));

    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
            return;
        _stop.Cancel();
        _thread.Join();
    }

    private void Run(Func<bool> isThere)
    {
        while (!_stop.IsCancellationRequested)
        {
            var begin = Stopwatch.GetTimestamp();
            var isMissing = !isThere();
            Interlocked.Increment(ref _asked);
            Thread.Sleep(_pause);
            if (!isMissing)
                continue;
            Interlocked.Increment(ref _missing);
            Interlocked.Add(ref _missingTicks, Stopwatch.GetTimestamp() - begin);
        }
    }
}
