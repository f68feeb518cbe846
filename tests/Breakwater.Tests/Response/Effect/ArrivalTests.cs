using Breakwater.Response.Effect;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;

namespace Breakwater.Tests.Response.Effect;

/// <summary>Still arriving, gone, or nobody can tell; and a filter that goes only after a sample was let through.</summary>
public sealed class ArrivalTests
{
    private const double Floor = 1_000;

    [Theory]
    [InlineData(null, "CannotTell")]
    [InlineData(0.0, "Gone")]
    [InlineData(999.0, "Gone")]
    [InlineData(1_000.0, "StillArriving")]
    public void Counter_OfTheFilter_Tells(double? rate, string says) => Assert.Equal(says, ArrivalMeasures.ByCounter(rate, Floor).Says.ToString());

    [Theory]
    [InlineData(null, null, "BeforeFilter", "CannotTell")]
    [InlineData(0.0, 0.0, "BeforeFilter", "Gone")]
    [InlineData(0.0, 0.0, "BehindFilter", "CannotTell")]
    [InlineData(0.0, 0.0, "Unknown", "CannotTell")]
    [InlineData(1_500.0, 2_000.0, "BehindFilter", "StillArriving")]
    [InlineData(1_500.0, 2_000.0, "Unknown", "StillArriving")]
    [InlineData(500.0, 2_000.0, "BeforeFilter", "CannotTell")]
    public void Telemetry_SeesWhatItsPlaceLetsIt(double? low, double? high, string place, string says) =>
        Assert.Equal(says, ArrivalMeasures.ByTelemetry(low, high, Floor, Enum.Parse<TelemetryPlace>(place)).Says.ToString());

    [Theory]
    [InlineData(null, 9e8, 9e8, "CannotTell")]
    [InlineData(1e8, 9e8, 8e8, "StillArriving")]
    [InlineData(1e8, 9e8, 1.2e8, "Gone")]
    [InlineData(1e8, 9e8, 0.8e8, "Gone")]
    [InlineData(1e8, 9e8, 3e8, "CannotTell")]
    [InlineData(1e9, 1.1e9, 1e9, "CannotTell")]
    public void Interface_TellsWhereTheAttackStoodOut(double? before, double? during, double? now, string says) => Assert.Equal(says, ArrivalMeasures.ByInterface(before, during, now).Says.ToString());

    [Fact]
    public void Join_OneThatSeesItOutweighsAll_AndSilenceOfTheBlindIsNothing()
    {
        ArrivalEvidence Of(Arrival says) => new(says, "");
        Assert.Equal(Arrival.CannotTell, ArrivalMeasures.Join([]));
        Assert.Equal(Arrival.CannotTell, ArrivalMeasures.Join([Of(Arrival.CannotTell)]));
        Assert.Equal(Arrival.Gone, ArrivalMeasures.Join([Of(Arrival.CannotTell), Of(Arrival.Gone)]));
        Assert.Equal(Arrival.StillArriving, ArrivalMeasures.Join([Of(Arrival.Gone), Of(Arrival.StillArriving), Of(Arrival.CannotTell)]));
    }

    [Fact]
    public void CounterRate_OfACounterThatStartsAgain_GoesOn()
    {
        var rate = new CounterRate();
        Assert.Null(rate.PacketsPerSecond(TimeSpan.Zero));
        for (var second = 0; second <= 20; second++)
        {
            var counted = second < 10 ? second * 100 : (second - 10) * 100;
            rate.Read(TimeSpan.FromSeconds(second), new FilterCounters(counted, 0, counted, 0));
            // Where it fell from 900 to 0, a second's worth is not known, and is not made up.
            Assert.Equal(second < 5 ? null : second is < 10 or >= 15 ? 100 : 80, rate.PacketsPerSecond(TimeSpan.FromSeconds(second)));
        }

        Assert.Null(rate.PacketsPerSecond(TimeSpan.FromSeconds(60)));
    }

    /// <summary>
    /// A filter upstream of all telemetry: while it stands, an attack that goes on looks the same as none. It is held as long as the attack lasts, at growing distances, and goes once it
    /// is over. The twin without gaps takes it back in the middle of the attack.
    /// </summary>
    [Fact]
    public void Filter_InFrontOfTelemetry_IsNotTakenBackWhileTheAttackRuns()
    {
        var attackEnds = TimeSpan.FromMinutes(20);
        var (released, gaps, harmed) = Hold(TelemetryPlace.BehindFilter, attackEnds);
        Assert.InRange(released, attackEnds, attackEnds + TimeSpan.FromMinutes(16.5));
        Assert.InRange(gaps, 4, 8);
        // Each gap lets the attack through for a second until it is seen.
        Assert.InRange(harmed, gaps - 2, gaps);
        var quiet = Hold(TelemetryPlace.BehindFilter, TimeSpan.Zero);
        Assert.InRange(quiet.Released, ReleaseProbe.QuietBefore, TimeSpan.FromSeconds(40));
        Assert.Equal((1, 0), (quiet.Gaps, quiet.Harmed));
    }

    /// <summary>Where counters or telemetry in front see the attack, no gap is made while it lasts.</summary>
    [Fact]
    public void Filter_WhoseAttackIsSeen_IsNotProbedBeforeItIsGone()
    {
        var (released, gaps, harmed) = Hold(TelemetryPlace.BeforeFilter, TimeSpan.FromMinutes(20));
        Assert.InRange(released, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(21));
        Assert.Equal((1, 0), (gaps, harmed));
    }

    /// <summary>Nobody can see anything, with the filter or without: it is never taken back by itself.</summary>
    [Fact]
    public void Filter_ThatNobodyCanJudge_Stays()
    {
        var probe = new ReleaseProbe();
        for (var second = 0; second < 7_200; second++)
            Assert.NotEqual(ReleaseStep.Release, probe.Next(TimeSpan.FromSeconds(second), true, Arrival.CannotTell));
        Assert.InRange(probe.Gaps, 8, 14);
    }

    [Fact]
    public void Filter_ThatIsWanted_IsNotProbed()
    {
        var probe = new ReleaseProbe();
        for (var second = 0; second < 600; second++)
            Assert.Equal(ReleaseStep.Hold, probe.Next(TimeSpan.FromSeconds(second), false, Arrival.Gone));
    }

    [Theory]
    [InlineData("destination 203.0.113.7/32 protocol 17 then discard", 1_000.0, 500, "destination 203.0.113.7/32 protocol 17 then rate-limit 3333333")]
    [InlineData("destination 203.0.113.7/32 protocol 17 then discard", 1.0, 500, "destination 203.0.113.7/32 protocol 17 then rate-limit 15000")]
    [InlineData("destination 203.0.113.7/32 protocol 17 then discard", null, 500, null)]
    [InlineData("destination 203.0.113.7/32 then blackhole", 1_000.0, 500, null)]
    [InlineData("destination 203.0.113.7/32 then rate-limit 9000000", 1_000.0, 500, "destination 203.0.113.7/32 then rate-limit 9000000")]
    public void Sample_LetsAsMuchThroughAsIsSeen(string text, double? sampling, double bytes, string? sample)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        Assert.Equal(sample, ReleaseProbe.Sample(rule, sampling, bytes)?.ToString());
    }

    /// <summary>Runs a filter that is wanted gone from the start, against an attack of 50,000 packets per second.</summary>
    /// <returns>When it was taken back, after how many gaps, and for how many seconds the attack came through.</returns>
    private static (TimeSpan Released, int Gaps, int Harmed) Hold(TelemetryPlace place, TimeSpan attackEnds)
    {
        var effect = new MitigationEffect(null);
        var (isOpen, gaps, harmed) = (false, 0, 0);
        for (var now = TimeSpan.Zero; now < TimeSpan.FromHours(2); now += TimeSpan.FromSeconds(1))
        {
            var attack = now < attackEnds ? 50_000.0 : 0;
            var seen = isOpen || place == TelemetryPlace.BeforeFilter ? attack : 0;
            harmed += isOpen && attack > 0 ? 1 : 0;
            // While the filter is open, telemetry behind it is telemetry in front of it.
            var decision = effect.Next(now, 0, true, [ArrivalMeasures.ByTelemetry(seen, seen, Floor, isOpen ? TelemetryPlace.BeforeFilter : place)]);
            gaps += decision.Step == EffectStep.OpenGap ? 1 : 0;
            isOpen = decision.Step switch { EffectStep.OpenGap => true, EffectStep.CloseGap => false, _ => isOpen };
            if (decision.Step == EffectStep.Release)
                return (now, gaps, harmed);
        }

        return (TimeSpan.MaxValue, gaps, harmed);
    }
}
