using System.Diagnostics.Tracing;

namespace Breakwater.Console;

/// <summary>
/// How long the collector stops all threads, by the runtime's own events (Microsoft-Windows-DotNETRuntime, keyword GC): from the begin of each
/// suspension to the end of its restart. A histogram in steps of an eighth of an octave.
/// </summary>
internal sealed class GcPauses : EventListener
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GcKeyword = (EventKeywords)0x1;
    private const int SuspendBegin = 9, RestartEnd = 3;
    private const int Steps = 8, Buckets = 32 * Steps;

    private readonly long[] _counts = new long[Buckets];
    private readonly Lock _lock = new();
    private DateTime _suspendedAt;

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

    internal void Add(TimeSpan pause)
    {
        lock (_lock)
        {
            var bucket = (int)(Math.Log2(Math.Max(1, pause.TotalMicroseconds)) * Steps);
            _counts[Math.Clamp(bucket, 0, Buckets - 1)]++;
            Total = (Total.Count + 1, Total.Seconds + pause.TotalSeconds);
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
            EnableEvents(eventSource, EventLevel.Informational, GcKeyword);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == SuspendBegin)
        {
            _suspendedAt = eventData.TimeStamp;
        }
        else if (eventData.EventId == RestartEnd && _suspendedAt != default)
        {
            Add(eventData.TimeStamp - _suspendedAt);
            _suspendedAt = default;
        }
    }
}
