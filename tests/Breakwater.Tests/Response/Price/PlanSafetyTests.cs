using Breakwater.Detection;
using Breakwater.Response.Price;
using Breakwater.Wire;
using static Breakwater.Tests.Response.Price.Traffic;

namespace Breakwater.Tests.Response.Price;

/// <summary>What a plan must not do, and must not take for ordinary.</summary>
public sealed class PlanSafetyTests
{
    private const long Second = 1_000_000_000;

    private static Traffic Ntp() => new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(200, 1_500, Tcp(40_000, 443, 16, 60)).During(3_000, Udp(123, 50_000, 468));

    /// <summary>Of a monitor that sent and is not met a rule is known to spare it; of one that was silent, and of a network, nobody knows.</summary>
    [Theory]
    [InlineData("198.51.100.7/32", true, false)]
    [InlineData("198.51.100.7/32", false, true)]
    [InlineData("198.51.100.0/24", true, true)]
    [InlineData("2001:db8::/32", false, false)]
    public void Plan_AllowedSenders_AreMetUnlessKnownToBeSpared(string allowed, bool wasSeen, bool meets)
    {
        var traffic = Ntp();
        if (wasSeen)
            traffic.Before(3, 1, record => Tcp(40_000, 443, 16, 60)(record) with { Source = Address.Parse("198.51.100.7") });
        var plan = FilterPlanner.Plan(traffic.Question(vectors: "ntp-amplification") with { Allow = [Prefix(allowed)] });
        var discard = plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.Discard);
        Assert.Equal(meets, discard.MeetsAllowed);
        Assert.Equal(meets, discard.Why.Contains("Allow-listed senders are not excepted", StringComparison.Ordinal));
        Assert.False(plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.Host).MeetsAllowed);
        Assert.Equal(allowed.Contains('.', StringComparison.Ordinal), plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.Blackhole).MeetsAllowed);
    }

    /// <summary>A wave a few minutes ago is another attack, and so are the seconds before one is seen: neither is ordinary.</summary>
    [Fact]
    public void Plan_EarlierWave_IsNotTakenForOrdinary()
    {
        var traffic = Ntp();
        Wave(traffic, -300, 60);
        var question = traffic.Question(vectors: "ntp-amplification");
        Assert.NotNull(FilterPlanner.Plan(question).NoFilter);
        Assert.Null(FilterPlanner.Plan(question with { OtherAttacks = [(Start - (300 * Second), Start - (240 * Second))] }).NoFilter);

        var ramp = Ntp();
        Wave(ramp, -9, 9);
        Assert.Null(FilterPlanner.Plan(ramp.Question(vectors: "ntp-amplification")).NoFilter);
        Wave(ramp, -40, 20);
        Assert.NotNull(FilterPlanner.Plan(ramp.Question(vectors: "ntp-amplification")).NoFilter);
    }

    /// <summary>A service of two networks: the rules are for the one that is attacked, and what is covered is a share of the whole attack.</summary>
    [Fact]
    public void Plan_ServiceOfTwoNetworks_IsForTheOneWithMostOfTheAttack()
    {
        var traffic = Ntp();
        var other = Address.Parse("203.0.113.200");
        traffic.During(1_000, record => Udp(123, 50_000, 468)(record) with { Destination = other });
        var plan = FilterPlanner.Plan(traffic.Question("203.0.113.200/32", "ntp-amplification") with { Networks = [Prefix("203.0.113.200/32"), Prefix(Traffic.Target)] });
        Assert.Equal(Traffic.Target, plan.Alternatives[0].Rules[0].Match.Destination.ToString());
        Assert.InRange(plan.Alternatives[0].AttackCovered.Value!.Value, 0.7, 0.78);
        Assert.Contains("with most of the attack", plan.Alternatives[0].Why, StringComparison.Ordinal);
    }

    /// <summary>Minutes in which a host was not sampled count as kept when its service was.</summary>
    [Fact]
    public void Table_SparseHost_HasTheTimeOfItsService()
    {
        var alone = new Traffic().Before(2, 1, Tcp(40_000, 443, 16, 60)).During(1, Udp(123, 50_000, 468));
        var beside = new Traffic().Before(2, 1, Tcp(40_000, 443, 16, 60)).Before(500, 50, record => Tcp(40_000, 443, 16, 60)(record) with { Destination = Address.Parse("203.0.113.99") })
            .During(1, Udp(123, 50_000, 468));
        Assert.InRange(new TrafficTable(alone.Question()).BeforeSeconds, 1, 130);
        Assert.InRange(new TrafficTable(beside.Question()).BeforeSeconds, 560, 590);
    }

    /// <summary>"No filter" comes first, then what the rule costs and does; the rule itself is last.</summary>
    [Fact]
    public void Text_OfASynFloodWithoutAPast_SaysWhatTheRuleDoesBeforeIt()
    {
        var text = Text(new Traffic().During(3_000, Tcp(40_000, 443, 2, 60)).Question(vectors: "syn-flood"));
        Assert.True(text.IndexOf("no filter under your limit", StringComparison.Ordinal) is var first and > 0 && text.IndexOf("what it costs is unknown", StringComparison.Ordinal) is var price && price > first
            && text.IndexOf("refuses every new TCP connection", StringComparison.Ordinal) is var does && does > price && text.IndexOf("tcp-flags", StringComparison.Ordinal) > does, text);
        var reflection = Text(Ntp().Question(vectors: "ntp-amplification"));
        Assert.DoesNotContain("no filter", reflection, StringComparison.Ordinal);
        Assert.DoesNotContain("drops all UDP", reflection, StringComparison.Ordinal);

        static string Text(FilterQuestion question)
        {
            var output = new StringWriter();
            Breakwater.Reports.PlanText.Write(FilterPlanner.Plan(question), output);
            return output.ToString().ReplaceLineEndings(" ");
        }
    }

    /// <summary>Answers that a resolver gave to some ephemeral ports do not make a rule of all the others.</summary>
    [Fact]
    public void Plan_EphemeralPortsBefore_MakeNoRuleOfAllOthers()
    {
        var traffic = Ntp();
        foreach (var port in (ReadOnlySpan<ushort>)[36_177, 43_743, 45_001, 48_002])
            traffic.Before(40, 4, Udp(53, port, 200));
        var target = Traffic.Target;
        var plan = FilterPlanner.Plan(traffic.During(2_000, Udp(1_900, 7, 320)).During(900, record => Udp(32_817, 9, 320)(record)).Question(target, "udp-reflection"));
        Assert.Null(plan.NoFilter);
        Assert.All(plan.Alternatives[0].Rules, static rule => Assert.True(rule.Match.DestinationPorts.Length <= 1, rule.ToString()));
        Assert.Contains(plan.Alternatives[0].Rules, static rule => rule.Match.SourcePorts.Any(static range => range.Contains(1_900)));
    }

    /// <summary>Two rules, each with a limit of its own: what the first takes the second does not see.</summary>
    [Fact]
    public void Plan_RateLimitOfTwoRules_IsPricedRuleByRule()
    {
        var plan = FilterPlanner.Plan(new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).During(5_000, Udp(123, 50_000, 600)).During(2_000, Tcp(40_000, 443, 41, 600))
            .Question(vectors: ["ntp-amplification", "tcp-xmas-flood"]));
        var limit = plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.RateLimit);
        Assert.Equal(2, limit.Rules.Length);
        // 50 kB/s and 20 kB/s come, 12.5 kB/s of each pass; of the excess that is a little more.
        Assert.Equal(((0.75 * 5) + (0.375 * 2)) / 7, limit.AttackCovered.Value!.Value, 0.04);
    }

    private static void Wave(Traffic traffic, int from, int seconds)
    {
        var wave = new Traffic(7).During(600, Udp(123, 50_000, 468));
        for (var index = 0; index < wave.Records.Count; index++)
        {
            var at = Start + (from * Second) + (index * (seconds * Second / wave.Records.Count));
            traffic.Records.Add(wave.Records[index] with { Minute = at / (60 * Second), Record = wave.Records[index].Record with { FirstNanoseconds = at } });
        }
    }
}
