namespace Breakwater.Detection.Statistics;

/// <summary>How often chance gets to try when one looks at overlapping windows, and how far it then reaches.</summary>
internal static class EffectiveLooks
{
    /// <summary>
    /// Independent windows that have the same expected maximum as windows of one second taken every tenth of a second over
    /// <paramref name="seconds"/>: 2.4 a second at first, 6.7 over an hour (simulated, within 0.05 standard deviations from 2 s to an hour).
    /// </summary>
    public static double OfOverlapping(double seconds) => seconds <= 1 ? 1 : 1 + ((seconds - 1) * (2 + (0.57 * Math.Log(seconds))));

    /// <summary>
    /// 95 % bound of twice the log-likelihood that is lost when the largest of equal rates is taken for their bound: half of them exceed it by
    /// chance (Self and Liang 1987); moments of that mixture of χ², in a gamma distribution.
    /// </summary>
    public static double SharedBound(double looks)
    {
        double low = 0, high = 3.84 + (5 * looks);
        for (var step = 0; step < 40; step++)
        {
            var middle = (low + high) / 2;
            if (Gamma.UpperTail(looks / 5, middle / 2.5) > 0.05)
                low = middle;
            else
                high = middle;
        }
        return Math.Max(3.841458820694124, high);
    }

    /// <summary>
    /// Expected maximum of independent standard normal values: quantile of (n − 0.375) ÷ (n + 0.25) (Blom 1958), within 0.02; 0 for one.
    /// </summary>
    public static double ExpectedMaximum(double looks) => looks <= 1 ? 0 : Normal.UpperQuantile(0.625 / (looks + 0.25));
}
