namespace Breakwater.Detection.Statistics;

/// <summary>
/// Is the rate behind the events of a window above a threshold, at a one-sided false-alarm probability fixed beforehand? Alarms when a
/// Poisson count of the threshold's mean would reach the count seen, or more, with at most that probability. Built once per probability;
/// a test costs a logarithm or two and allocates nothing.
/// <para>
/// Method: the signed root of the deviance with the saddlepoint correction (Lugannani and Rice 1980; Barndorff-Nielsen 1986) of the gamma
/// distribution, whose lower tail is the Poisson count's upper one, and Stirling's factor. Measured against exact tail sums for means of
/// 1e-3 to 1e9 and probabilities of 1e-3 to 1e-15: the tail is wrong by at most 5 % of itself at one event, 3.5 % from two on, 1 % from ten
/// on, 0.1 % from a hundred on; about 15 ns where nothing alarms.
/// </para>
/// </summary>
internal readonly struct PoissonTest
{
    private readonly double _quantile, _square;

    /// <param name="alpha">False-alarm probability of one test, above 0 and at most 0.1.</param>
    public PoissonTest(double alpha)
    {
        Alpha = alpha;
        _quantile = Normal.UpperQuantile(alpha);
        _square = _quantile * _quantile;
    }

    /// <summary>False-alarm probability of one test.</summary>
    public double Alpha { get; }

    /// <summary>True when <paramref name="count"/> events are too many for <paramref name="mean"/> (threshold × window).</summary>
    /// <param name="count">Need not be whole: a weighted sum counts as its effective number of events.</param>
    public bool IsAbove(double count, double mean)
    {
        if (!(count > mean))
            return false;
        if (mean <= 0)
            return true;
        // x·ln x - x + 1 ≤ (x - 1)²/2 for x ≥ 1: the deviance is no larger than this square over the mean.
        var excess = count - mean;
        if (excess * excess <= _square * mean)
            return false;
        // The corrected root is smaller than the root itself, so most of the others cost one logarithm.
        var deviance = Gamma.Deviance(count, mean);
        return deviance > _square && Corrected(count, mean, deviance) >= _quantile;
    }

    /// <summary>
    /// The same test of a weighted sum against a threshold in its own unit: S²/Q events of weight Q/S each, where S = Σb and Q = Σb².
    /// </summary>
    public bool IsAbove(double sum, double squares, double threshold) =>
        squares > 0 && IsAbove(sum * sum / squares, threshold * sum / squares);

    /// <summary>Smallest whole count that alarms at this mean.</summary>
    public double UpperQuantile(double mean)
    {
        if (mean <= 0)
            return 1;
        double below = Math.Floor(mean), step = 1;
        while (!IsAbove(below + step, mean))
        {
            below += step;
            step *= 2;
        }
        var above = below + step;
        while (above - below > 1)
        {
            var middle = Math.Floor((below + above) / 2);
            if (IsAbove(middle, mean))
                above = middle;
            else
                below = middle;
        }
        return above;
    }

    /// <summary>Lower confidence bound of the mean behind a count: the largest mean that the count is still above; 0 for no events.</summary>
    public double LowerBound(double count)
    {
        if (count <= 0)
            return 0;
        // Wilson and Hilferty 1931, then Newton's steps on the logarithm of the mean.
        var cube = 1 - (1 / (9 * count)) - (_quantile / (3 * Math.Sqrt(count)));
        var mean = cube > 0.1 ? count * cube * cube * cube : count * 1e-3;
        for (var iteration = 0; iteration < 60; iteration++)
        {
            var deviance = Gamma.Deviance(count, mean);
            var step = (Corrected(count, mean, deviance) - _quantile) * Math.Sqrt(deviance) / (count - mean);
            step = Math.Clamp(step, -3, Math.Log(count / mean) / 2);
            mean *= Math.Exp(step);
            if (Math.Abs(step) < 1e-12)
                break;
        }
        return mean;
    }

    /// <summary>Probability that a Poisson count of this mean reaches <paramref name="count"/>, which must be above the mean.</summary>
    public static double TailProbability(double count, double mean) =>
        Normal.UpperTail(Corrected(count, mean, Gamma.Deviance(count, mean)));

    private static double Corrected(double count, double mean, double deviance)
    {
        var root = Math.Sqrt(deviance);
        return root + ((Math.Log((count - mean) / Math.Sqrt(count * deviance)) + (1 / (12 * count))) / root);
    }
}
