using System.Collections.Immutable;

namespace Breakwater.Detection;

/// <summary>Packets over time in at most 64 equal steps; when the time outgrows them, neighbours are added up and the step doubles.</summary>
internal sealed class TimeSeries
{
    private const int Steps = 64;
    private readonly ulong[] _values = new ulong[Steps];
    private long _origin = long.MinValue;
    private long _ticksPerStep = 1;
    private int _used;

    /// <summary>Spreads packets evenly over the ticks from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public void Add(long first, long last, ulong packets)
    {
        if (_origin == long.MinValue)
            _origin = first;
        first = Math.Max(first, _origin);
        last = Math.Max(last, first);
        while ((last - _origin) / _ticksPerStep >= Steps)
            Halve();
        var from = (int)((first - _origin) / _ticksPerStep);
        var to = (int)((last - _origin) / _ticksPerStep);
        var steps = (ulong)(to - from + 1);
        for (var step = from; step <= to; step++)
            _values[step] += packets / steps;
        _values[from] += packets % steps;
        _used = Math.Max(_used, to + 1);
    }

    public ImmutableArray<ulong> Values() => [.. _values.AsSpan(0, _used)];

    private void Halve()
    {
        for (var step = 0; step < Steps; step++)
        {
            var low = 2 * step < Steps ? _values[2 * step] : 0;
            var high = (2 * step) + 1 < Steps ? _values[(2 * step) + 1] : 0;
            _values[step] = low + high;
        }
        _used = (_used + 1) / 2;
        _ticksPerStep *= 2;
    }
}
