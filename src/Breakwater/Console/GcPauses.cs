using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Breakwater.Console;

/// <summary>
/// How long the collector stops all threads, by the runtime's own account, looked at after collections: should several have passed, they count
/// as so many pauses of their mean. A histogram in steps of an eighth of an octave.
/// </summary>
internal sealed class GcPauses : IDisposable
{
    private const int Steps = 8, Buckets = 32 * Steps;

    private readonly long[] _counts = new long[Buckets];
    private readonly Lock _lock = new();
    private TimeSpan _seen = GC.GetTotalPauseDuration();
    private int _collections = GC.CollectionCount(0);
    private volatile bool _isDisposed;

    public GcPauses() => Herald.Send(this);

    /// <summary>Pauses so far, and their sum.</summary>
    public (long Count, double Seconds) Total { get; private set; }

    /// <summary>99 of 100 pauses are no longer than this, to an eighth of an octave; 0 without any.</summary>
    public double Percentile99Seconds
    {
        get
        {
            lock (_lock)
            {
                var left = (long)Math.Ceiling(Total.Count * 0.99);
                for (var bucket = 0; bucket < Buckets && left > 0; bucket++)
                {
                    left -= _counts[bucket];
                    if (left <= 0)
                        return Math.Pow(2, (bucket + 1) / (double)Steps) / 1e6;
                }
            }

            return 0;
        }
    }

    public void Dispose() => _isDisposed = true;

    internal void Add(TimeSpan pause, int times)
    {
        lock (_lock)
        {
            var bucket = (int)(Math.Log2(Math.Max(1, pause.TotalMicroseconds)) * Steps);
            _counts[Math.Clamp(bucket, 0, Buckets - 1)] += times;
            Total = (Total.Count + times, Total.Seconds + (pause.TotalSeconds * times));
        }
    }

    private void Look()
    {
        var (collections, pauses) = (GC.CollectionCount(0), GC.GetTotalPauseDuration());
        int times;
        TimeSpan pause;
        lock (_lock)
        {
            // A pause may be on the account before its collection is: it waits for that.
            times = collections - _collections;
            if (times <= 0)
                return;
            pause = (pauses - _seen) / times;
            (_collections, _seen) = (collections, pauses);
        }

        Add(pause, times);
    }

    /// <summary>Dead from birth, so that the next collection finds it, and its finalizer knows of it: a timer would wake two threads ten times a second, mostly for nothing.</summary>
    private sealed class Herald
    {
        private readonly GcPauses _to;

        private Herald(GcPauses to) => _to = to;

        [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "Being found by the collector is its purpose.")]
        ~Herald()
        {
            if (_to._isDisposed)
                return;
            _to.Look();
            Send(_to);
        }

        // Nobody keeps it.
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Send(GcPauses to) => _ = new Herald(to);
    }
}
