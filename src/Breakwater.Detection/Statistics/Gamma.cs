namespace Breakwater.Detection.Statistics;

/// <summary>
/// Distribution functions behind counts: gamma (Poisson counts) and beta (binomial counts). Series and continued fractions below shape
/// 200 (DLMF 8.7.1, 8.9.2, 8.17.22), saddlepoint above.
/// </summary>
internal static class Gamma
{
    private const int MostTerms = 2000;

    /// <summary>
    /// Twice the Poisson log-likelihood lost by taking the mean for the count: 2·(count·ln(count/mean) − count + mean), without
    /// cancellation when the two are close (Loader 2000).
    /// </summary>
    public static double Deviance(double count, double mean)
    {
        var difference = count - mean;
        var sum = count + mean;
        if (difference > 0.1 * sum || difference < -0.1 * sum)
            return 2 * ((count * Math.Log(count / mean)) - difference);
        var v = difference / sum;
        var square = v * v;
        var series = (1.0 / 3) + (square * ((1.0 / 5) + (square * ((1.0 / 7) + (square * ((1.0 / 9) + (square * ((1.0 / 11) + (square / 13)))))))));
        return 2 * ((difference * v) + (2 * count * v * square * series));
    }

    /// <summary>Normal quantile of a gamma variable: P(Gamma(shape) &gt; x) = P(Z &gt; result) (Barndorff-Nielsen 1986, Stirling's factor added).</summary>
    public static double SignedRoot(double shape, double x)
    {
        var root = Math.Sqrt(Deviance(shape, x));
        if (root < 1e-4)
            return (x - shape + (1.0 / 3)) / Math.Sqrt(shape);
        var correction = (Math.Log(Math.Abs(x - shape) / (Math.Sqrt(shape) * root)) + (1 / (12 * shape))) / root;
        return x > shape ? root + correction : -root - correction;
    }

    /// <summary>P(Gamma(shape) ≤ x); shape 0 is the constant 0.</summary>
    public static double LowerTail(double shape, double x)
    {
        if (x <= 0)
            return shape <= 0 ? 1 : 0;
        if (shape <= 0)
            return 1;
        if (shape > 200)
            return Normal.UpperTail(-SignedRoot(shape, x));
        return x < shape + 1 ? Series(shape, x) : 1 - Fraction(shape, x);
    }

    /// <summary>P(Gamma(shape) &gt; x).</summary>
    public static double UpperTail(double shape, double x)
    {
        if (x <= 0 || shape <= 0 || (shape <= 200 && x < shape + 1))
            return 1 - LowerTail(shape, x);
        return shape > 200 ? Normal.UpperTail(SignedRoot(shape, x)) : Fraction(shape, x);
    }

    /// <summary>Natural logarithm of Γ(x), x above 0 (Stirling's series from 10 on, recurrence below).</summary>
    public static double Log(double x)
    {
        double product = 1;
        for (; x < 10; x++)
            product *= x;
        var inverse = 1 / (x * x);
        var series = (1.0 / 12) - (inverse * ((1.0 / 360) - (inverse * ((1.0 / 1260) - (inverse * ((1.0 / 1680) - (inverse / 1188)))))));
        return ((x - 0.5) * Math.Log(x)) - x + 0.91893853320467274 + (series / x) - Math.Log(product);
    }

    /// <summary>P(Beta(a, b) ≤ x); a = 0 is the constant 0, b = 0 the constant 1.</summary>
    public static double BetaLowerTail(double a, double b, double x)
    {
        if (x >= 1 || a <= 0)
            return 1;
        if (x <= 0 || b <= 0)
            return 0;
        var front = Math.Exp(Log(a + b) - Log(a) - Log(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x)));
        return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a : 1 - (front * BetaFraction(b, a, 1 - x) / b);
    }

    private static double Front(double shape, double x) => Math.Exp((shape * Math.Log(x)) - x - Log(shape));

    private static double Series(double shape, double x)
    {
        double term = 1 / shape, sum = term;
        for (var index = 1; index < MostTerms && term > 1e-16 * sum; index++)
        {
            term *= x / (shape + index);
            sum += term;
        }
        return sum * Front(shape, x);
    }

    private static double Fraction(double shape, double x)
    {
        var b = x + 1 - shape;
        double c = 1e300, d = 1 / b, product = d;
        for (var index = 1; index < MostTerms; index++)
        {
            var a = -index * (index - shape);
            b += 2;
            d = 1 / NotZero((a * d) + b);
            c = NotZero(b + (a / c));
            product *= c * d;
            if (Math.Abs((c * d) - 1) < 1e-15)
                break;
        }
        return product * Front(shape, x);
    }

    private static double BetaFraction(double a, double b, double x)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        var product = d;
        for (var index = 1; index < MostTerms; index++)
        {
            var even = index * (b - index) * x / ((a + (2 * index) - 1) * (a + (2 * index)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            product *= c * d;
            var odd = -(a + index) * (a + b + index) * x / ((a + (2 * index)) * (a + (2 * index) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            product *= c * d;
            if (Math.Abs((c * d) - 1) < 1e-15)
                break;
        }
        return product;
    }

    private static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;
}
