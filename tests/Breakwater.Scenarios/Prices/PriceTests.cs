using System.Collections.Immutable;

namespace Breakwater.Scenarios.Prices;

/// <summary>A smaller version of docs/reference/accuracy-filters.md: every family once, by other seeds.</summary>
internal static class PriceOutcomes
{
    private static readonly Lazy<ImmutableArray<PriceOutcome>> _all = new(static () =>
        PriceRun.Run(PriceFamily.All.Select(static (family, index) => (family, PriceScore.Seed(family, 100 + (index % 2))))));

    public static ImmutableArray<PriceOutcome> All => _all.Value;
}

[Trait("Tier", "long")]
public sealed class PriceTests
{
    [Fact]
    public void Prices_AgainstTheTruth_HoldAsOftenAsTheySay()
    {
        var calibration = Calibration.Of(PriceOutcomes.All);
        Assert.True(calibration.Prices > 200, $"only {calibration.Prices} prices");
        Assert.True(Holds(calibration), calibration.ToString());
        Assert.InRange(calibration.MedianWidth, 0.0001, 0.02);
    }

    /// <summary>The check can fail: who states 0, or 1 %, whatever the filter, does not pass.</summary>
    [Fact]
    public void Prices_OfControls_DoNotHold()
    {
        Assert.False(Holds(Calibration.Of(PriceOutcomes.All, PriceTable.AlwaysZero)));
        Assert.False(Holds(Calibration.Of(PriceOutcomes.All, PriceTable.AlwaysOne)));
    }

    [Fact]
    public void Filters_OfSeparableAttacks_CoverThemAndHurtHardlyAnybody()
    {
        var due = PriceOutcomes.All.Where(static outcome => outcome.Family.Demand == PriceDemand.Separable).ToList();
        Assert.True(due.Count > 40, $"only {due.Count} families");
        Assert.Empty(due.Where(static outcome => outcome.Best is null || outcome.Best.Rules.Length > 4 || outcome.Real.AttackCovered < 0.95 || outcome.Real.Packets > 0.01)
            .Select(static outcome => $"{outcome.Family.Name}: {outcome.Real} by {string.Join("; ", outcome.Best?.Rules ?? [])}"));
    }

    [Fact]
    public void Filters_OfMimickingAttacks_AreRefused()
    {
        var due = PriceOutcomes.All.Where(static outcome => outcome.Family.Demand == PriceDemand.Refused).ToList();
        Assert.True(due.Count > 10, $"only {due.Count} families");
        Assert.Empty(due.Where(static outcome => outcome.Plan.NoFilter is null).Select(static outcome => $"{outcome.Family.Name}: {string.Join("; ", outcome.Best?.Rules ?? [])}"));
    }

    /// <summary>Attacks "from" the host's own clients: a filter by what they have in common, and no source is named.</summary>
    [Fact]
    public void Filters_OfForgedClients_NameNoSource()
    {
        var due = PriceOutcomes.All.Where(static outcome => outcome.Family.ForgesClients).ToList();
        Assert.NotEmpty(due);
        Assert.All(due, static outcome => Assert.Null(outcome.Plan.NoFilter));
        Assert.DoesNotContain(due.SelectMany(static outcome => outcome.Plan.Alternatives).SelectMany(static alternative => alternative.Rules), static rule => rule.Match.Source is not null);
    }

    private static bool Holds(Calibration calibration) => calibration is { UnderHigh: >= 0.95, Inside: >= 0.9 };
}
