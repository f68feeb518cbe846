namespace Breakwater.Response.Effect;

/// <summary>The exact sign test: of pairs that differ, those that fell, when each falls with the same probability.</summary>
internal static class SignTest
{
    /// <summary>P(X ≥ fell) for X of a binomial distribution of fell + rose trials; 1 without any pair that differs.</summary>
    /// <param name="fell">Pairs that fell.</param>
    /// <param name="rose">Pairs that rose.</param>
    /// <param name="falls">Probability that a pair falls, between 0 and 1.</param>
    public static double UpperTail(int fell, int rose, double falls = 0.5)
    {
        if (fell == 0)
            return 1;
        // The term of X = fell, and from there each from the one before: C(n, k+1) = C(n, k) · (n-k)/(k+1).
        var (pairs, odds) = (fell + rose, falls / (1 - falls));
        var log = (fell * Math.Log(falls)) + (rose * Math.Log(1 - falls));
        for (var k = 1; k <= fell; k++)
            log += Math.Log(rose + k) - Math.Log(k);
        var (term, sum) = (1.0, 1.0);
        for (var k = fell; k < pairs; k++)
        {
            term *= odds * (pairs - k) / (k + 1);
            sum += term;
        }

        return Math.Min(1, Math.Exp(log + Math.Log(sum)));
    }

    /// <summary>P(X ≤ fell).</summary>
    public static double LowerTail(int fell, int rose, double falls) => UpperTail(rose, fell, 1 - falls);
}
