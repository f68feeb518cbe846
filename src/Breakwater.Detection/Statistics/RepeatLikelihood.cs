namespace Breakwater.Detection.Statistics;

/// <summary>
/// Likelihood of how often seen sources were seen again: the zero-truncated negative binomial of <see cref="DistinctSources"/> over a
/// table of shapes, counts above <see cref="Many"/> taken together. For scale β, x = β ÷ (1 + β) and L = ln(1 + β):
/// P(1) = shape · x ÷ (exp(shape · L) − 1), P(k + 1) = P(k) · x · (shape + k) ÷ (k + 1).
/// </summary>
internal readonly struct RepeatLikelihood
{
    /// <summary>Largest number of packets that is told from more.</summary>
    public const int Many = 10;

    // From nothing ever repeated to more packets than anyone samples.
    private const double Least = -16, Most = 23;

    // 1000 stands for equal rates: the means then spread by 3 %.
    private static readonly double[] _shapes = [-0.98, -0.9, -0.8, -0.65, -0.5, -0.35, -0.2, 0, 0.25, 0.5, 1, 1.5, 2.5, 4, 7, 12, 25, 60, 1000];

    /// <summary>P(k + 1) ÷ (P(1) · x^k), for each shape.</summary>
    private static readonly double[][] _coefficients = [.. _shapes.Select(CoefficientsOf)];

    private static readonly double[][] _logarithms = [.. _coefficients.Select(static row => row.Select(static value => Math.Log(value)).ToArray())];

    private readonly double _few, _packetsOfFew, _many;
    private readonly Counts _counts;

    /// <param name="packets">Sampled packets of each source.</param>
    public RepeatLikelihood(ReadOnlySpan<uint> packets)
    {
        foreach (var count in packets)
        {
            if (count > Many)
            {
                _many++;
                continue;
            }
            _few++;
            _packetsOfFew += count;
            _counts[(int)count - 1]++;
        }
    }

    /// <summary>Number of shapes in the table; the last stands for equal rates.</summary>
    public static int Shapes => _shapes.Length;

    /// <summary>True when some source was seen twice or more.</summary>
    public bool HasRepeats => _many > 0 || _packetsOfFew > _few;

    /// <summary>Sources with a packet in the stream ÷ sources with a packet in the sample.</summary>
    public static double Ratio(int shape, double logScale, double rate)
    {
        var scale = Math.Exp(logScale);
        return Mass(_shapes[shape], LogOnePlus(rate * scale)) / Mass(_shapes[shape], LogOnePlus(scale));
    }

    /// <summary>The log-likelihood.</summary>
    public double At(int shape, double logScale)
    {
        var log = LogOnePlus(Math.Exp(logScale));
        var logX = logScale - log;
        var first = logX - LogMassOfSeen(_shapes[shape], log);
        double[] coefficients = _coefficients[shape], logarithms = _logarithms[shape];
        double x = Math.Exp(logX), few = 0, sum = _few * first;
        for (var index = Many - 1; index >= 0; index--)
        {
            few = (few * x) + coefficients[index];
            sum += _counts[index] * logarithms[index];
        }
        sum += (_packetsOfFew - _few) * logX;
        return _many == 0 ? sum : sum + (_many * Math.Log(Math.Max(1e-300, 1 - (few * Math.Exp(first)))));
    }

    /// <summary>The best scale of a shape: golden section, the likelihood has one maximum.</summary>
    public Peak PeakOf(int shape)
    {
        const double golden = 0.6180339887498949;
        double low = Least, high = Most;
        double left = high - (golden * (high - low)), right = low + (golden * (high - low));
        double atLeft = At(shape, left), atRight = At(shape, right);
        for (var step = 0; step < 36; step++)
        {
            if (atLeft >= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (golden * (high - low));
                atLeft = At(shape, left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (golden * (high - low));
                atRight = At(shape, right);
            }
        }
        return new(atLeft >= atRight ? left : right, Math.Max(atLeft, atRight));
    }

    /// <summary>Where the likelihood falls to a level, below (−1) or above (1) its maximum.</summary>
    public double Edge(int shape, Peak peak, double level, int side)
    {
        double inside = peak.LogScale, outside = side < 0 ? Least : Most;
        if (At(shape, outside) >= level)
            return outside;
        for (var step = 0; step < 30; step++)
        {
            var middle = (inside + outside) / 2;
            if (At(shape, middle) >= level)
                inside = middle;
            else
                outside = middle;
        }
        return inside;
    }

    private static double[] CoefficientsOf(double shape)
    {
        var coefficients = new double[Many];
        coefficients[0] = 1;
        for (var index = 1; index < Many; index++)
            coefficients[index] = coefficients[index - 1] * (shape + index) / (index + 1);
        return coefficients;
    }

    /// <summary>(1 − (1 + scale)^−shape) ÷ shape, from ln(1 + scale): proportional to the probability of at least one packet.</summary>
    private static double Mass(double shape, double log) => shape == 0 ? log : -ExpMinusOne(-shape * log) / shape;

    /// <summary>ln of ((1 + scale)^shape − 1) ÷ shape.</summary>
    private static double LogMassOfSeen(double shape, double log)
    {
        var power = shape * log;
        return power > 500 ? power - Math.Log(shape) : Math.Log(shape == 0 ? log : ExpMinusOne(power) / shape);
    }

    private static double LogOnePlus(double x) => x < 1e-4 ? x * (1 - (x * (0.5 - (x / 3)))) : Math.Log(1 + x);

    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-4 ? x * (1 + (x * (0.5 + (x / 6)))) : Math.Exp(x) - 1;

    /// <summary>The best scale (logarithm of mean ÷ shape) of one shape, and its log-likelihood.</summary>
    internal readonly record struct Peak(double LogScale, double Height);

    /// <summary>Sources by number of packets, from one on.</summary>
    [System.Runtime.CompilerServices.InlineArray(Many)]
    private struct Counts
    {
        private int _first;
    }
}
