using System.Diagnostics.CodeAnalysis;

namespace Breakwater.Incidents;

/// <summary>
/// What waits for a thread of its own, bounded: who adds never waits. A thread that waits sleeps at once: one that takes from a
/// <see cref="System.Collections.Concurrent.BlockingCollection{T}"/> yields some seventy times first, which an idle engine spent a tenth of its time on.
/// </summary>
internal sealed class WorkQueue<T>(int capacity)
{
    private readonly object _lock = new();
    private readonly Queue<T> _items = new();
    private bool _isComplete;

    /// <summary>Nothing is added any more.</summary>
    public bool IsAddingCompleted
    {
        get
        {
            lock (_lock)
                return _isComplete;
        }
    }

    /// <summary>Nothing is added any more, and all has been taken.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_lock)
                return _isComplete && _items.Count == 0;
        }
    }

    /// <summary>False when it is full, or nothing is added any more.</summary>
    public bool TryAdd(T item)
    {
        lock (_lock)
        {
            if (_isComplete || _items.Count >= capacity)
                return false;
            _items.Enqueue(item);
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Takes the oldest; false when none came within the time, or none will come.</summary>
    /// <param name="item">The oldest.</param>
    /// <param name="longest">How long to wait for one; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    public bool TryTake([MaybeNullWhen(false)] out T item, TimeSpan longest)
    {
        // Once and for all: what is left of a finite wait, overshot by a millisecond, looks like an endless one.
        var isEndless = longest == Timeout.InfiniteTimeSpan;
        var began = TimeProvider.System.GetTimestamp();
        lock (_lock)
        {
            while (!_items.TryDequeue(out item))
            {
                if (_isComplete)
                    return false;
                var left = isEndless ? TimeSpan.Zero : longest - TimeProvider.System.GetElapsedTime(began);
                if (!isEndless && left <= TimeSpan.Zero)
                    return false;
                // In whole milliseconds, rounded up: less than one would be no wait.
                Monitor.Wait(_lock, isEndless ? Timeout.Infinite : (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalMilliseconds)));
            }
            return true;
        }
    }

    /// <summary>All there is and will be, as it is taken.</summary>
    public IEnumerable<T> TakeAll()
    {
        while (TryTake(out var item, Timeout.InfiniteTimeSpan))
            yield return item;
    }

    /// <summary>Nothing is added any more: who waits for more is told.</summary>
    public void CompleteAdding()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }
    }
}
