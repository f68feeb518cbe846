namespace Breakwater.Live;

/// <summary>
/// The band that a service's packet rate usually stays in, for charts: the median of the last hour's pieces of ten seconds, and three robust
/// standard deviations around it. It does not learn during incidents, nor from what is far above it. No verdict rests on it.
/// </summary>
internal sealed class UsualTraffic
{
    private const int SecondsPerPiece = 10;
    private const int Pieces = 360;

    /// <summary>Fewest pieces that anything is called usual from.</summary>
    private const int FewestPieces = 12;

    /// <summary>The median absolute deviation of normally distributed values, as a share of their standard deviation.</summary>
    private const double DeviationShare = 0.6745;

    private readonly double[] _pieces = new double[Pieces];
    private readonly double[] _scratch = new double[Pieces];
    private int _count, _next, _seconds;
    private double _sum;
    private bool _isUnusual;

    /// <summary>Packets per second; null while too little is known.</summary>
    public (double Low, double High)? Band { get; private set; }

    /// <summary>Adds a second.</summary>
    public void Add(double packetsPerSecond, bool isInIncident)
    {
        _sum += packetsPerSecond;
        _isUnusual |= isInIncident;
        if (++_seconds < SecondsPerPiece)
            return;
        var piece = _sum / SecondsPerPiece;
        if (!_isUnusual && !(Band is { } band && piece > 3 * band.High))
            Learn(piece);
        (_sum, _seconds, _isUnusual) = (0, 0, false);
    }

    private void Learn(double piece)
    {
        _pieces[_next] = piece;
        _next = (_next + 1) % Pieces;
        _count = Math.Min(_count + 1, Pieces);
        if (_count < FewestPieces)
            return;
        var sorted = _scratch.AsSpan(0, _count);
        _pieces.AsSpan(0, _count).CopyTo(sorted);
        var median = Median(sorted);
        foreach (ref var value in sorted)
            value = Math.Abs(value - median);
        // Never narrower than a tenth of the median: a steady test source is no reason to call the next packet unusual.
        var deviation = Math.Max(Median(sorted) / DeviationShare, Math.Max(median / 10, 1));
        Band = (Math.Max(0, median - (3 * deviation)), median + (3 * deviation));
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        return values[values.Length / 2];
    }
}
