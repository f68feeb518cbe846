namespace Breakwater.Detection.Web;

/// <summary>
/// What is usual for a site: its requests, logins and slow connections by slices of the last hour. Median and median absolute deviation, so that
/// a short flood moves neither; slices of a surge are not learned.
/// </summary>
internal sealed class WebUsual
{
    /// <summary>Fewest slices from which on anything is called usual: a minute.</summary>
    public const int FewestSlices = 12;

    private readonly long[] _requests = new long[WebLimits.UsualSlices];
    private readonly long[] _logins = new long[WebLimits.UsualSlices];
    private readonly long[] _slow = new long[WebLimits.UsualSlices];
    private readonly long[] _scratch = new long[WebLimits.UsualSlices];
    private int _count, _next;
    private double _deviation;

    public bool IsKnown => _count >= FewestSlices;

    /// <summary>Requests a second; 0 while unknown.</summary>
    public double RequestsPerSecond { get; private set; }

    /// <summary>Requests to log in, a second.</summary>
    public double LoginsPerSecond { get; private set; }

    /// <summary>Connections held by slow requests.</summary>
    public double SlowConnections { get; private set; }

    public void Learn(in WebSums sums)
    {
        (_requests[_next], _logins[_next], _slow[_next]) = (sums.Requests, sums.Logins, sums.SlowMilliseconds);
        _next = (_next + 1) % WebLimits.UsualSlices;
        _count = Math.Min(WebLimits.UsualSlices, _count + 1);
        if (!IsKnown)
            return;
        var median = Median(_requests);
        RequestsPerSecond = median / (double)WebLimits.SliceSeconds;
        for (var index = 0; index < _count; index++)
            _scratch[index] = Math.Abs(_requests[index] - median);
        _scratch.AsSpan(0, _count).Sort();
        // Never taken for less than chance alone makes of a count of pages with their parts.
        _deviation = Math.Max(1.4826 * _scratch[_count / 2], Math.Max(3 * Math.Sqrt(Math.Max(median, 1)), median / 10.0));
        LoginsPerSecond = Median(_logins) / (double)WebLimits.SliceSeconds;
        SlowConnections = Median(_slow) / (1000.0 * WebLimits.SliceSeconds);
    }

    /// <summary>How far a slice's requests lie above the usual, in robust standard deviations.</summary>
    public double Deviations(long requests) => IsKnown ? (requests - (RequestsPerSecond * WebLimits.SliceSeconds)) / _deviation : 0;

    private long Median(long[] values)
    {
        var sorted = _scratch.AsSpan(0, _count);
        values.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        return sorted[_count / 2];
    }
}
