using System.Collections.Immutable;
using Breakwater.Live;

namespace Breakwater.Incidents;

/// <summary>
/// What is usual for each service, for the eye, as long as the engine does not know it yet: the 5th to the 95th percentile of its calm seconds so
/// far, with a quarter of room. No verdict uses it. Seconds of an open incident are not learned, so that an attack does not become usual. One thread.
/// </summary>
internal sealed class UsualRange
{
    /// <summary>Seconds that are remembered a service.</summary>
    public const int Seconds = 600;

    /// <summary>Fewer calm seconds than this tell no range.</summary>
    public const int LeastSeconds = 20;

    private const int SecondsBetweenSorts = 5;
    private const double Room = 0.25;
    private const double LowPercentile = 0.05;
    private const double HighPercentile = 0.95;

    private readonly Dictionary<string, Learned> _services = new(StringComparer.Ordinal);

    /// <summary>The same second with ranges where the engine told none.</summary>
    /// <param name="isCalm">Whether nothing is open for a service.</param>
    public TrafficSecond Fill(TrafficSecond second, Func<string, bool> isCalm) => second with { Services = [.. second.Services.Select(service => Fill(service, isCalm))] };

    private ServiceTraffic Fill(ServiceTraffic service, Func<string, bool> isCalm)
    {
        if (service.UsualHigh is not null)
            return service;
        if (!_services.TryGetValue(service.Name, out var learned))
        {
            if (_services.Count >= TrafficHistory.MaximumServices)
                return service;
            _services.Add(service.Name, learned = new Learned());
        }
        if (isCalm(service.Name))
            learned.Add(service.PacketsPerSecond);
        return learned.Range is { } range ? service with { UsualLow = range.Low, UsualHigh = range.High } : service;
    }

    private sealed class Learned
    {
        private readonly Queue<double> _values = new(Seconds);
        private int _sinceSort;

        public (double Low, double High)? Range { get; private set; }

        public void Add(double value)
        {
            if (_values.Count == Seconds)
                _values.Dequeue();
            _values.Enqueue(value);
            if (_values.Count < LeastSeconds || (Range is not null && ++_sinceSort < SecondsBetweenSorts))
                return;
            _sinceSort = 0;
            var sorted = _values.Order().ToImmutableArray();
            Range = (At(sorted, LowPercentile) * (1 - Room), At(sorted, HighPercentile) * (1 + Room));
        }

        private static double At(ImmutableArray<double> sorted, double percentile) => sorted[(int)Math.Round((sorted.Length - 1) * percentile)];
    }
}
