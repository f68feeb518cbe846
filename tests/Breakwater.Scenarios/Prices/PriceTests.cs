using System.Collections.Immutable;

namespace Breakwater.Scenarios.Prices;

/// <summary>About a sixth of docs/reference/accuracy-filters.md, by other seeds: every other family once, and all of hosts whose clients are known.</summary>
internal static class PriceOutcomes
{
    private static readonly Lazy<ImmutableArray<PriceOutcome>> _all = new(static () =>
        PriceRun.Run(PriceFamily.All.Where(static (family, index) => index % 2 == 0 || (family.Group == PriceGroup.Main && family.Mix.SamplingRate == 2)).Select(static (family, index) => (family, PriceScore.Seed(family, 100 + (index % 2))))));

    public static ImmutableArray<PriceOutcome> All => _all.Value;
}

[Trait("Tier", "long")]
public sealed class PriceTests
{
    [Fact]
    public void Prices_AgainstTheTruth_HoldAsOftenAsTheySay()
    {
        foreach (var what in Calibration.Statements)
        {
            var calibration = Calibration.Of(PriceOutcomes.All.Where(static outcome => outcome.Family.Group != PriceGroup.Drift), what);
            Assert.True(calibration.Prices > 30, $"{what}: only {calibration.Prices} prices");
            Assert.True(calibration.Holds && calibration.IsNarrow, $"{what}: {calibration}");
        }
    }

    /// <summary>Where the traffic is another than before, most prices still hold; the page tells how many.</summary>
    [Fact]
    public void Prices_InDrift_HoldMostly()
    {
        var calibration = Calibration.Of(PriceOutcomes.All.Where(static outcome => outcome.Family.Group == PriceGroup.Drift));
        Assert.True(calibration.Prices > 30, $"only {calibration.Prices} prices");
        Assert.True(calibration.HoldsAsOften(0.85, 0.8), calibration.ToString());
    }

    /// <summary>The check can fail: who states 0, or 1 %, whatever the filter, does not pass.</summary>
    [Fact]
    public void Prices_OfControls_DoNotHold()
    {
        foreach (var what in Calibration.Statements)
        {
            Assert.False(Calibration.Of(PriceOutcomes.All, what, PriceTable.AlwaysZero).Holds);
            Assert.False(Calibration.Of(PriceOutcomes.All, what, PriceTable.AlwaysOne).Holds);
        }

        var drift = PriceOutcomes.All.Where(static outcome => outcome.Family.Group == PriceGroup.Drift).ToList();
        Assert.False(Calibration.Of(drift, change: PriceTable.AlwaysZero).HoldsAsOften(0.85, 0.8));
        Assert.False(Calibration.Of(drift, change: PriceTable.AlwaysOne).HoldsAsOften(0.85, 0.8));
    }

    /// <summary>Where most packets are sampled, the share of clients is known; of busy hosts it is not.</summary>
    [Fact]
    public void Clients_OfQuietHosts_AreKnown()
    {
        var clients = PriceOutcomes.All.ToLookup(static outcome => outcome.Family.Mix.SamplingRate == 2, static outcome => outcome.NaivePrice.Clients.Value);
        Assert.True(clients[true].Count() > 5 && clients[false].Count() > 5, "hosts of one kind alone");
        Assert.True(clients[true].Count(static value => value is not null) >= 0.9 * clients[true].Count());
        Assert.All(clients[false], Assert.Null);
    }

    [Fact]
    public void Filters_OfSeparableAttacks_CoverThemAndHurtHardlyAnybody()
    {
        var due = PriceOutcomes.All.Where(static outcome => outcome.Family.Demand == PriceDemand.Separable).ToList();
        Assert.True(due.Count > 30, $"only {due.Count} families");
        Assert.Empty(due.Where(static outcome => !PriceGoals.IsSeparated(outcome))
            .Select(static outcome => $"{outcome.Family.Name}: {outcome.Real} by {string.Join("; ", outcome.Best?.Rules ?? [])}"));
    }

    [Fact]
    public void Filters_OfMimickingAttacks_AreRefused()
    {
        var due = PriceOutcomes.All.Where(static outcome => outcome.Family.Demand == PriceDemand.Refused).ToList();
        Assert.True(due.Count > 6, $"only {due.Count} families");
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
}
