namespace Breakwater.Response.Effect;

/// <summary>The exact sign test: of pairs that differ, those that fell, when falling and rising are equally likely.</summary>
internal static class SignTest
{
    private static readonly double _ln2 = Math.Log(2);

    /// <summary>P(X ≥ fell) for X of a binomial distribution of fell + rose trials with 1/2; 1 without any pair that differs.</summary>
    public static double UpperTail(int fell, int rose)
    {
        var pairs = fell + rose;
        // The term of X = fell, and from there each from the one before: C(n, k+1) = C(n, k) · (n-k)/(k+1).
        var log = -pairs * _ln2;
        for (var k = 1; k <= fell; k++)
            log += Math.Log(pairs - fell + k) - Math.Log(k);
        var (term, sum) = (1.0, 1.0);
        for (var k = fell; k < pairs; k++)
        {
            term *= (double)(pairs - k) / (k + 1);
            sum += term;
        }

        return Math.Min(1, Math.Exp(log + Math.Log(sum)));
    }
}
