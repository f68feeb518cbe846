using Breakwater.Live;

namespace Breakwater.Incidents;

/// <summary>The last quarter of an hour of every service's traffic, in memory, and who wants to hear of each second.</summary>
internal sealed class TrafficHistory
{
    public const int Seconds = 900;

    /// <summary>Most services that are followed; a configuration has far fewer.</summary>
    public const int MaximumServices = 4_096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<TrafficPoint>> _points = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double Packets, double Bytes)> _totals = new(StringComparer.Ordinal);
    private TaskCompletionSource<TrafficSecond> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TrafficSecond? _last;

    /// <summary>The last second; null before the first.</summary>
    public TrafficSecond? Last => Volatile.Read(ref _last);

    /// <summary>Completes with the second to come.</summary>
    public Task<TrafficSecond> Next => Volatile.Read(ref _next).Task;

    public void Add(TrafficSecond second)
    {
        lock (_lock)
        {
            foreach (var service in second.Services)
            {
                if (!_points.TryGetValue(service.Name, out var points))
                {
                    if (_points.Count >= MaximumServices)
                        continue;
                    _points.Add(service.Name, points = new Queue<TrafficPoint>(Seconds));
                }
                var (packets, bytes) = _totals.GetValueOrDefault(service.Name);
                _totals[service.Name] = (packets + Math.Round(service.PacketsPerSecond * second.LengthSeconds), bytes + Math.Round(service.BitsPerSecond * second.LengthSeconds / 8));
                if (points.Count == Seconds)
                    points.Dequeue();
                points.Enqueue(new TrafficPoint(second.At, service.PacketsPerSecond, service.BitsPerSecond, service.UsualLow, service.UsualHigh));
            }
        }
        Volatile.Write(ref _last, second);
        Interlocked.Exchange(ref _next, new TaskCompletionSource<TrafficSecond>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(second);
    }

    /// <summary>All traffic of each service since the start, scaled, by name.</summary>
    public (string Service, double Packets, double Bytes)[] Totals()
    {
        lock (_lock)
            return [.. _totals.OrderBy(static total => total.Key, StringComparer.Ordinal).Select(static total => (total.Key, total.Value.Packets, total.Value.Bytes))];
    }

    /// <summary>The last seconds of one service, oldest first; empty for an unknown one.</summary>
    public TrafficPoint[] Of(string service, int seconds = Seconds)
    {
        lock (_lock)
            return _points.TryGetValue(service, out var points) ? [.. points.Skip(Math.Max(0, points.Count - seconds))] : [];
    }
}
