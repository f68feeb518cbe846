namespace Breakwater.Scenarios.Prices;

/// <summary>How often what was stated held, over many runs.</summary>
/// <param name="Prices">Shares that were stated.</param>
/// <param name="Unknown">Those of which the answer was that nobody knows.</param>
/// <param name="UnderHigh">Part of the stated ones whose real share was at most the upper bound.</param>
/// <param name="Inside">Part of them whose real share was in the interval.</param>
/// <param name="MedianWidth">Of the intervals; NaN where none counts.</param>
internal sealed record Calibration(int Prices, int Unknown, double UnderHigh, double Inside, double MedianWidth)
{
    /// <summary>The widths that count: of prices from so many clients at least.</summary>
    public const int ClientsForWidth = 1_000;

    /// <summary>What a price states shares of.</summary>
    public static readonly string[] Statements = ["packets", "bytes", "clients"];

    /// <summary>Holds as often as promised: 95 % under the upper bound, 90 % inside.</summary>
    public bool Holds => HoldsAsOften(0.95, 0.9);

    /// <summary>The intervals are narrow enough to be of use.</summary>
    public bool IsNarrow => MedianWidth is > 0 and <= 0.02;

    public bool HoldsAsOften(double underHigh, double inside) => Prices > 0 && UnderHigh >= underHigh && Inside >= inside;

    /// <param name="outcomes">The runs.</param>
    /// <param name="what">One of <see cref="Statements"/>; null for all.</param>
    /// <param name="change">What is stated instead: the controls.</param>
    /// <param name="leastReal">Only of filters whose real share is so large.</param>
    public static Calibration Of(IEnumerable<PriceOutcome> outcomes, string? what = null, Func<Stated, Stated>? change = null, double leastReal = 0)
    {
        var all = outcomes.SelectMany(outcome => outcome.Stated.Where(entry => (what is null || entry.What == what) && entry.Stated.Real >= leastReal)
            .Select(entry => (entry.Stated, outcome.Clients))).ToList();
        var prices = all.Where(static entry => entry.Stated.Estimate.Value is not null).Select(entry => (Stated: change is null ? entry.Stated : change(entry.Stated), entry.Clients)).ToList();
        var widths = prices.Where(static entry => entry.Clients >= ClientsForWidth).Select(static entry => entry.Stated.Width).Order().ToList();
        double Part(Func<Stated, bool> holds) => prices.Count(entry => holds(entry.Stated)) / (double)prices.Count;
        return new Calibration(prices.Count, all.Count - prices.Count, Part(static stated => stated.IsUnderHigh), Part(static stated => stated.IsInside),
            widths.Count == 0 ? double.NaN : widths[widths.Count / 2]);
    }
}
