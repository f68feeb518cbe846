namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// What a whole detector says of sampled attacks holds the truth about as often as it says: packets, bytes, distinct sources, peak. Each case
/// has its twin in itself: intervals half as long must fail. Formulas alone: <see cref="Statistics.IntervalCalibrationTests"/>. Long runs:
/// <c>./test --full intervals</c>.
/// </summary>
[Trait("Tier", "long")]
public sealed class IntervalsTests(ITestOutputHelper output)
{
    public static TheoryData<SampledAttack> Attacks =>
    [
        .. from samples in new[] { 30, 300 } from share in new[] { 0, 0.5 } from kind in new[] { ("flat", 0), ("ramp", 100) }
           select new SampledAttack(kind.Item1, kind.Item2, share, samples),
    ];

    [Theory]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void SampledAttack_DetectedAgainAndAgain_TruthIsInTheIntervals(SampledAttack attack) => Judge(attack, 200, 90, output.WriteLine);

    [Theory(Explicit = true)]
    [MemberData(nameof(Attacks), DisableDiscoveryEnumeration = true)]
    public void SampledAttack_TwoThousandTimes_TruthIsInTheIntervals(SampledAttack attack) => Judge(attack, 2000, 93, System.Console.WriteLine);

    private static void Judge(SampledAttack attack, int runs, double least, Action<string> write)
    {
        var (missed, covered, narrowed, widths) = attack.Measure(runs);
        var seen = runs - missed;
        for (var quantity = 0; quantity < SampledAttack.Quantities.Length; quantity++)
        {
            var name = SampledAttack.Quantities[quantity];
            write(FormattableString.Invariant(
                $"| {name} | {attack} | {100.0 * covered[quantity] / seen:F1} | {100.0 * narrowed[quantity] / seen:F1} | {widths[quantity]:F2} |"));
        }
        Assert.InRange(missed, 0, runs / 100);
        Assert.All(covered, count => Assert.InRange(100.0 * count / seen, least, 100));
        // The twin: intervals are as long as they must be.
        Assert.All(narrowed, count => Assert.InRange(100.0 * count / seen, 0, least));
        Assert.All(covered, count => Assert.InRange(100.0 * count / seen, least, runs < 1000 ? 99.5 : 97.5));
    }
}
