using System.Diagnostics;

namespace Breakwater.Fuzz.Engine;

/// <summary>
/// Sees when one input takes too long. It counts the process's processor time, not the clock, so a busy machine is no hang; and it
/// costs the running loop one store per input.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _limit;
    private readonly Action _onHang;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _inputs;

    /// <summary>Starts watching; <paramref name="onHang"/> runs on the watchdog's thread and is expected to end the process.</summary>
    public Watchdog(TimeSpan limit, Action onHang)
    {
        (_limit, _onHang) = (limit, onHang);
        _thread = new Thread(Watch) { IsBackground = true, Name = "watchdog" };
        _thread.Start();
    }

    /// <summary>Tells that the loop went on to the next input.</summary>
    public void Beat() => Volatile.Write(ref _inputs, _inputs + 1);

    private void Watch()
    {
        using var process = Process.GetCurrentProcess();
        var seen = -1L;
        var since = TimeSpan.Zero;
        while (!_stop.Wait(_look))
        {
            process.Refresh();
            var used = process.TotalProcessorTime;
            var now = Volatile.Read(ref _inputs);
            if (now != seen)
                (seen, since) = (now, used);
            else if (used - since > _limit)
            {
                _onHang();
                return;
            }
        }
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }
}
