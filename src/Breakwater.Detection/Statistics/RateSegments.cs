using System.Buffers;

namespace Breakwater.Detection.Statistics;

/// <summary>
/// Poisson counts of equal windows, cut into segments of constant or evenly changing rate: the segmentation of least description length
/// (Bayesian blocks, Scargle et al. 2013, with sloping blocks). For questions about its highest rate it tells how much likelihood a
/// bound on that rate costs. Its table of all segments is lent: it is too large to be made anew for every open incident and second.
/// </summary>
internal sealed class RateSegments : IDisposable
{
    /// <summary>Most windows.</summary>
    public const int MostWindows = 128;

    /// <summary>Description length of a level, and of a slope beyond that.</summary>
    private const double LevelCost = 1, SlopeCost = 3, PlaceCost = 0.35;

    /// <summary>The end of a parabola varies 9/4 as much as that of a line: below its end a line may have been a curve.</summary>
    private const double Curvature = 2.25;

    private static readonly double[] _changeCosts = [5, 4, 3.3, 2.7, 2.2];

    private readonly double[] _counts;
    private Piece[] _pieces;
    private readonly double[] _before, _after;
    private double _changeCost;

    public RateSegments(ReadOnlySpan<double> counts)
    {
        _counts = counts.ToArray();
        var windows = _counts.Length;
        _pieces = ArrayPool<Piece>.Shared.Rent(windows * (windows + 1));
        _before = new double[windows + 1];
        _after = new double[windows + 1];
        FillPieces();
        var least = double.PositiveInfinity;
        // A change has one of so many places, and its description is no longer than that: of three windows two are left.
        var most = PlaceCost + Math.Log(Math.Max(1, windows - 1));
        foreach (var cost in _changeCosts)
        {
            _changeCost = Math.Min(cost, most);
            var length = DescriptionLength();
            if (length < least)
                (least, Chosen) = (length, _changeCost);
        }
        _changeCost = Chosen;
        Cost = Forward(double.PositiveInfinity);
        Trace();
        Backward();
    }

    /// <summary>Penalised negative log-likelihood of the best segmentation.</summary>
    public double Cost { get; }

    /// <summary>Cost of a change that describes the series best.</summary>
    public double Chosen { get; }

    /// <summary>Highest rate of the best segmentation, and its standard error.</summary>
    public (double Rate, double Error) Highest { get; private set; }

    /// <summary>Windows of that segment.</summary>
    public double HighestWindows { get; private set; }

    /// <summary>Variance of the counts around the segments ÷ that of Poisson counts, with its degrees of freedom.</summary>
    public double Dispersion { get; private set; }

    /// <summary>Degrees of freedom of <see cref="Dispersion"/>.</summary>
    public double Freedom { get; private set; }

    /// <summary>Segments of the best segmentation that may be the highest: their rate is within two standard errors of it.</summary>
    public int Comparable { get; private set; }

    /// <summary>Log-likelihood lost when no rate may be above a bound.</summary>
    public double CostBelow(double bound) => Forward(bound) - Cost;

    /// <summary>Log-likelihood lost when some rate must reach a bound above <see cref="Highest"/>.</summary>
    public double CostAt(double bound)
    {
        var least = double.PositiveInfinity;
        for (var first = 0; first < _counts.Length; first++)
        {
            for (var last = first; last < _counts.Length; last++)
            {
                var around = _before[first] + _after[last + 1] + _changeCost + (first > 0 ? 0 : -_changeCost);
                for (var kind = 0; kind < 2; kind++)
                {
                    ref readonly var piece = ref _pieces[Index(first, last) + kind];
                    if (around + piece.Cost < least)
                        least = Math.Min(least, around + piece.Cost + piece.Misfit(bound));
                }
            }
        }
        return least - Cost;
    }

    public void Dispose()
    {
        if (_pieces.Length == 0)
            return;
        ArrayPool<Piece>.Shared.Return(_pieces);
        _pieces = [];
    }

    private int Index(int first, int last) => ((last * (last + 1) / 2) + first) * 2;

    private void FillPieces()
    {
        Span<double> sums = stackalloc double[MostWindows + 1], moments = stackalloc double[MostWindows + 1];
        for (var window = 0; window < _counts.Length; window++)
        {
            sums[window + 1] = sums[window] + _counts[window];
            moments[window + 1] = moments[window] + (_counts[window] * window);
        }
        for (var last = 0; last < _counts.Length; last++)
        {
            for (var first = 0; first <= last; first++)
            {
                double windows = last - first + 1, sum = sums[last + 1] - sums[first];
                var level = sum / windows;
                var cost = LevelCost - (sum <= 0 ? 0 : sum * Math.Log(level));
                var index = Index(first, last);
                _pieces[index] = new(cost, level, sum / (windows * windows), windows, IsLevel: true);
                _pieces[index + 1] = Sloping(first, last, level, moments[last + 1] - moments[first] - (sum * (first + last) / 2));
            }
        }
    }

    /// <summary>A line by least squares; its higher end is the rate that counts.</summary>
    private Piece Sloping(int first, int last, double level, double moment)
    {
        double windows = last - first + 1;
        if (windows < 5 || level <= 0)
            return new(double.PositiveInfinity, level, 1, windows, IsLevel: false);
        var spread = windows * ((windows * windows) - 1) / 12;
        var slope = moment / spread;
        var middle = (windows - 1) / 2;
        var cost = LevelCost + SlopeCost - (level * windows);
        for (var window = first; window <= last; window++)
        {
            var rate = Math.Max(0.05 * level, level + (slope * (window - first - middle)));
            cost += rate - (_counts[window] * Math.Log(rate));
        }
        slope = Math.Abs(slope);
        // Its steepest second ends between the last window and the next one.
        var reach = middle + 0.2;
        var (a, b) = (1 / windows, reach / spread);
        var variance = (a * level) + (2 * a * b * slope * spread) + (b * b * level * spread);
        return new(cost, level + (slope * reach), variance, windows, IsLevel: false);
    }

    /// <summary>Best cost of the windows before each, no rate above the bound; returns that of all.</summary>
    private double Forward(double bound)
    {
        _before[0] = 0;
        for (var last = 0; last < _counts.Length; last++)
        {
            var least = double.PositiveInfinity;
            for (var first = 0; first <= last; first++)
            {
                var before = _before[first] + (first > 0 ? _changeCost : 0);
                for (var kind = 0; kind < 2; kind++)
                {
                    ref readonly var piece = ref _pieces[Index(first, last) + kind];
                    var cost = before + piece.Cost;
                    if (cost < least)
                        least = Math.Min(least, piece.Rate > bound ? cost + piece.Misfit(bound) : cost);
                }
            }
            _before[last + 1] = least;
        }
        return _before[^1];
    }

    private void Backward()
    {
        _after[_counts.Length] = 0;
        for (var first = _counts.Length - 1; first >= 0; first--)
        {
            var least = double.PositiveInfinity;
            for (var last = first; last < _counts.Length; last++)
            {
                var index = Index(first, last);
                least = Math.Min(least, _after[last + 1] + Math.Min(_pieces[index].Cost, _pieces[index + 1].Cost));
            }
            _after[first] = least + (first > 0 ? _changeCost : 0);
        }
    }

    /// <summary>
    /// Length with the changes' places written as one of all choices of so many, instead of a cost for each.
    /// </summary>
    private double DescriptionLength()
    {
        var cost = Forward(double.PositiveInfinity);
        var changes = 0;
        for (var end = _counts.Length; end > 0; changes++)
            end = SegmentBefore(end, out _);
        changes--;
        var places = _counts.Length - 1;
        var choices = Gamma.Log(places + 1) - Gamma.Log(changes + 1) - Gamma.Log(places - changes + 1);
        return cost - (changes * _changeCost) + choices;
    }

    private void Trace()
    {
        Piece highest = default;
        var parameters = 0;
        for (var end = _counts.Length; end > 0; parameters++)
        {
            var first = SegmentBefore(end, out var piece);
            if (piece.Rate >= highest.Rate)
                highest = piece;
            Dispersion += Scatter(first, end, in piece);
            end = first;
        }
        for (var end = _counts.Length; end > 0;)
        {
            end = SegmentBefore(end, out var piece);
            Comparable += piece.Rate + (2 * Math.Sqrt(piece.Variance + highest.Variance)) >= highest.Rate ? 1 : 0;
        }
        Highest = (highest.Rate, Math.Sqrt(highest.Variance));
        HighestWindows = highest.Windows;
        Freedom = Math.Max(1, _counts.Length - parameters);
        Dispersion /= Freedom;
    }

    /// <summary>Σ (count − rate)² ÷ rate over a level segment; what a sloping one leaves counts as chance.</summary>
    private double Scatter(int first, int end, in Piece piece)
    {
        if (!piece.IsLevel || piece.Rate <= 0)
            return end - first;
        double sum = 0;
        for (var window = first; window < end; window++)
            sum += (_counts[window] - piece.Rate) * (_counts[window] - piece.Rate) / piece.Rate;
        return sum;
    }

    /// <summary>First window of the best segment that ends before a window.</summary>
    private int SegmentBefore(int end, out Piece best)
    {
        var (least, start) = (double.PositiveInfinity, 0);
        best = default;
        for (var first = 0; first < end; first++)
        {
            for (var kind = 0; kind < 2; kind++)
            {
                ref readonly var piece = ref _pieces[Index(first, end - 1) + kind];
                var cost = _before[first] + (first > 0 ? _changeCost : 0) + piece.Cost;
                if (cost < least)
                    (least, start, best) = (cost, first, piece);
            }
        }
        return start;
    }

    /// <summary>A segment: its cost, its highest rate and that rate's variance.</summary>
    private readonly record struct Piece(double Cost, double Rate, double Variance, double Windows, bool IsLevel)
    {
        /// <summary>Log-likelihood lost when its highest rate is another.</summary>
        public double Misfit(double rate) => IsLevel
            ? (Rate <= 0 ? Windows * rate : Gamma.Deviance(Rate * Windows, rate * Windows) / 2)
            : (Rate - rate) * (Rate - rate) / (2 * Variance * (Rate > rate ? Curvature : 1));
    }
}
