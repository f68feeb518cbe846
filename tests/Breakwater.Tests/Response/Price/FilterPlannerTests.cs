using System.Diagnostics;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using Breakwater.Wire;
using static Breakwater.Tests.Response.Price.Traffic;

namespace Breakwater.Tests.Response.Price;

public sealed class FilterPlannerTests(ITestOutputHelper output)
{
    private const long UsualBytes = 8 << 20;

    private const long HostileBytes = 48 << 20;

    /// <summary>Web clients before, and replies of time servers on top.</summary>
    private static Traffic Ntp() => new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(200, 1_500, Tcp(40_000, 443, 16, 60)).During(3_000, Udp(123, 50_000, 468));

    [Fact]
    public void Plan_Reflection_DiscardsItsPortUnderTheLimit()
    {
        var plan = FilterPlanner.Plan(Ntp().Question(vectors: "ntp-amplification"));
        var best = plan.Alternatives[0];
        Assert.Null(plan.NoFilter);
        Assert.Equal(FilterAlternative.Discard, best.Kind);
        Assert.Equal("destination 203.0.113.10/32 protocol 17 source-port 123 then discard", best.Rules.Single().ToString());
        Assert.InRange(best.AttackCovered.Low!.Value, 0.95, 1);
        Assert.InRange(best.LegitimateDropped.WorstCase, 0.0001, 0.01);
        Assert.Contains(plan.Alternatives, static alternative => alternative is { Kind: FilterAlternative.Blackhole, IsUnderLimit: false });
    }

    [Fact]
    public void Plan_RecordsInAnotherOrder_IsTheSame()
    {
        var traffic = new Traffic().Before(2_000, 900, Tcp(40_000, 443, 16, 60)).Before(300, 90, Udp(53, 40_000, 300)).During(2_500, Udp(53, 50_000, 1_400)).During(300, Udp(123, 50_000, 468));
        var question = traffic.Question(vectors: "dns-amplification");
        var shuffled = question with { Records = [.. traffic.Records.OrderBy(static record => record.Record.Bytes ^ (record.Record.Hash << 7))] };
        Assert.Equal(Told(FilterPlanner.Plan(question)), Told(FilterPlanner.Plan(shuffled)));
        Assert.NotEqual(Told(FilterPlanner.Plan(question)), Told(FilterPlanner.Plan(question with { Records = [.. traffic.Records.Skip(400)] })));
    }

    /// <summary>Replies in fragments: a filter by port leaves the later ones, which have none, so that there is a second rule for them.</summary>
    [Fact]
    public void Plan_FragmentedReplies_HasARuleForLaterFragments()
    {
        var plan = FilterPlanner.Plan(new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Before(300, 200, Udp(53, 40_000, 200))
            .During(1_500, record => Udp(53, 50_000, 1_500)(record) with { Fragment = FragmentPlace.First })
            .During(1_500, static record => record with { Protocol = 17, PacketLength = 1_500, Fragment = FragmentPlace.Later }).Question(vectors: "dns-amplification"));
        var rules = plan.Alternatives[0].Rules.Select(static rule => rule.Match).ToList();
        Assert.Null(plan.NoFilter);
        Assert.Contains(rules, static match => match.Fragments == FragmentMatch.Later || !match.PacketLengths.IsEmpty);
        Assert.InRange(plan.Alternatives[0].AttackCovered.Low!.Value, 0.95, 1);
        Assert.DoesNotContain(rules, static match => match.Fragments == FragmentMatch.Later && !match.SourcePorts.IsEmpty);
    }

    /// <summary>Flags tell an XMAS flood from a web server's traffic; where the router does not match lengths the plan does without.</summary>
    [Theory]
    [InlineData("generic")]
    [InlineData("arista")]
    public void Plan_FlagsOfTheAttack_AreMatched(string profile)
    {
        var question = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).During(2_000, Tcp(50_000, 443, 41, 40)).Question(vectors: "tcp-xmas-flood");
        var plan = FilterPlanner.Plan(question with { Profile = RouterProfiles.Find(profile)! });
        Assert.Null(plan.NoFilter);
        Assert.Equal(new TcpFlagsMatch(41, 22), plan.Alternatives[0].Rules.Single().Match.TcpFlags);
    }

    [Fact]
    public void Plan_RouterWithoutFlowSpec_LeavesBlackholeHostAndUpstream()
    {
        var plan = FilterPlanner.Plan(Ntp().Question(vectors: "ntp-amplification") with { Profile = RouterProfiles.Find("mikrotik")! });
        Assert.Equal([FilterAlternative.Host, FilterAlternative.Request, FilterAlternative.Blackhole], plan.Alternatives.Select(static alternative => alternative.Kind));
        Assert.Null(plan.NoFilter);
    }

    /// <summary>In the first tenth of a second a busy client is an excess, too: of a protocol that the attack has not, or a stray among its own.</summary>
    [Fact]
    public void Plan_ClientThatGetsBusyAtTheSameTime_IsNoReasonForARule()
    {
        var question = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Before(300, 150, Udp(50_123, 40_000, 300))
            .During(60, Udp(123, 50_000, 468)).During(5, Tcp(29_370, 443, 16, 60)).During(3, Udp(50_124, 40_000, 300)).Question(vectors: "ntp-amplification");
        var plan = FilterPlanner.Plan(InATenthOfASecond(question));
        Assert.Equal("destination 203.0.113.10/32 protocol 17 source-port 123 then discard", plan.Alternatives[0].Rules.Single().ToString());
        // The twin: an attack that is said to be of both protocols has a rule for each.
        var both = FilterPlanner.Plan(new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(300, 1_500, Tcp(40_000, 443, 16, 60)).During(600, Udp(123, 50_000, 468)).During(300, Tcp(50_000, 443, 41, 40))
            .Question(vectors: ["ntp-amplification", "tcp-xmas-flood"]));
        Assert.Equal([(byte)6, (byte)17], both.Alternatives[0].Rules.Select(static rule => rule.Match.Protocol!.Value).Order());
    }

    /// <summary>A protocol that no vector names and that grew as an attack does is met all the same: two of one incident need not be found in one tick.</summary>
    [Fact]
    public void Plan_SecondProtocolThatGrew_IsMetThoughNoVectorNamesIt()
    {
        var traffic = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(300, 1_500, Tcp(40_000, 443, 16, 60)).During(600, Udp(123, 50_000, 468));
        var plain = FilterPlanner.Plan(traffic.Question(vectors: "ntp-amplification"));
        Assert.All(plain.Alternatives[0].Rules, static rule => Assert.Equal((byte)17, rule.Match.Protocol));
        var both = FilterPlanner.Plan(traffic.During(600, Tcp(50_000, 443, 41, 40)).Question(vectors: "ntp-amplification"));
        Assert.Equal([(byte)6, (byte)17], both.Alternatives[0].Rules.Select(static rule => rule.Match.Protocol!.Value).Order());
    }

    /// <summary>The same records of the attack, all of them within a tenth of a second.</summary>
    private static FilterQuestion InATenthOfASecond(FilterQuestion question) => question with
    {
        NowNanoseconds = Traffic.Start + 100_000_000,
        Records =
        [
            .. question.Records.Select(static standing => standing.Record.FirstNanoseconds < Traffic.Start
                ? standing : standing with { Record = standing.Record with { FirstNanoseconds = Traffic.Start + ((standing.Record.FirstNanoseconds - Traffic.Start) / 600) } }),
        ],
    };

    /// <summary>Legitimate answers with the attack's port and length: every filter costs too much.</summary>
    [Fact]
    public void Plan_AttackLikeTheUsual_SaysNoFilterAndTheNextLever()
    {
        var question = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 2, 60)).During(3_000, Tcp(40_000, 443, 2, 60)).Question(vectors: "syn-flood");
        var plan = FilterPlanner.Plan(question);
        Assert.StartsWith("no filter under your limit", plan.NoFilter, StringComparison.Ordinal);
        Assert.Contains("SYN cookies", plan.NoFilter, StringComparison.Ordinal);
        Assert.DoesNotContain(plan.Alternatives, static alternative => alternative.IsUnderLimit);
        Assert.Null(FilterPlanner.Plan(question with { Limits = new SynthesisLimits { Dropped = 1 } }).NoFilter);
    }

    [Fact]
    public void Plan_FewClients_HasNoPriceAndNoZero()
    {
        var plan = FilterPlanner.Plan(new Traffic().Before(3_000, 20, Tcp(40_000, 443, 16, 60)).During(3_000, Udp(123, 50_000, 468)).Question(vectors: "ntp-amplification"));
        Assert.NotNull(plan.NoFilter);
        var discard = plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.Discard);
        Assert.Equal(new Estimate(null, null, null, 20), discard.LegitimateDropped.Packets);
        Assert.Equal(1, discard.LegitimateDropped.WorstCase);
    }

    [Fact]
    public void Plan_NothingBefore_KnowsNeitherShare()
    {
        var plan = FilterPlanner.Plan(new Traffic().During(3_000, Udp(123, 50_000, 468)).Question(vectors: "ntp-amplification"));
        Assert.NotNull(plan.NoFilter);
        var discard = plan.Alternatives.Single(static alternative => alternative.Kind == FilterAlternative.Discard);
        Assert.Null(discard.AttackCovered.Value);
        Assert.Equal(123, discard.Rules[0].Match.SourcePorts.Single().Low);
    }

    /// <summary>Where nothing tells the price, a rule that names the attack is put before one that stops a service or all of a protocol, though a twentieth is no attack at all.</summary>
    [Theory]
    [InlineData("tcp-reflection", "destination 203.0.113.10/32 protocol 6 source-port 80 tcp-flags 18/63 then discard")]
    [InlineData("bacnet-amplification", "destination 203.0.113.10/32 protocol 17 source-port 37810,47808 then discard")]
    [InlineData("ntp-amplification", "destination 203.0.113.10/32 protocol 17 source-port 123 then discard")]
    [InlineData("syn-flood", "destination 203.0.113.10/32 protocol 6 destination-port 443 tcp-flags 2/63 then discard")]
    public void Plan_NothingBefore_NamesTheAttack(string vector, string rule)
    {
        var traffic = vector switch
        {
            "tcp-reflection" => new Traffic().During(3_000, Tcp(80, 50_000, 18, 58)).During(150, Tcp(40_000, 443, 16, 60)),
            "bacnet-amplification" => new Traffic().During(2_000, Udp(47_808, 30_120, 300)).During(1_000, Udp(37_810, 30_120, 500)).During(150, Tcp(40_000, 443, 16, 60)),
            "ntp-amplification" => new Traffic().During(3_000, Udp(123, 50_000, 468)).During(150, Udp(40_000, 443, 1_200)),
            _ => new Traffic().During(3_000, Tcp(40_000, 443, 2, 60)).During(150, Tcp(40_000, 443, 16, 60)),
        };
        Assert.Equal(rule, FilterPlanner.Plan(traffic.Question(vectors: vector)).Alternatives[0].Rules.Single().ToString());
    }

    /// <summary>Records of an unknown rate may be of several exporters that sample differently: there is no price, and no limit in bytes.</summary>
    [Fact]
    public void Plan_UnknownSamplingRate_HasNoPriceAndNoRateLimit()
    {
        Assert.Contains(Kinds(Plan(static _ => 1)), static kind => kind == FilterAlternative.RateLimit);
        var unknown = Plan(static _ => 0);
        Assert.DoesNotContain(Kinds(unknown), static kind => kind == FilterAlternative.RateLimit);
        Assert.NotNull(Plan(static _ => 1).Alternatives[0].LegitimateDropped.Packets.Value);
        Assert.NotNull(unknown.NoFilter);
        Assert.All(unknown.Alternatives.Where(static alternative => alternative.Kind == FilterAlternative.Discard), static alternative =>
            Assert.Null(alternative.LegitimateDropped.Packets.Value));
        Assert.All(Plan(static index => (uint)(index % 2)).Alternatives.Where(static alternative => alternative.Kind == FilterAlternative.Discard), static alternative =>
            Assert.Null(alternative.LegitimateDropped.Packets.Value));

        static FilterPlan Plan(Func<int, uint> rate)
        {
            var traffic = Ntp();
            for (var index = 0; index < traffic.Records.Count; index++)
                traffic.Records[index] = traffic.Records[index] with { Record = traffic.Records[index].Record with { SamplingRate = rate(index) } };
            return FilterPlanner.Plan(traffic.Question(vectors: "ntp-amplification"));
        }

        static IEnumerable<string> Kinds(FilterPlan plan) => plan.Alternatives.Select(static alternative => alternative.Kind);
    }

    /// <summary>600 B/s are usual, 50 kB/s come: twice the usual is below the least limit, so that 12,500 B/s pass and a quarter of the price stays off.</summary>
    [Fact]
    public void Plan_RateLimit_CostsOneLessLimitByMatchedRate()
    {
        var traffic = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Before(600, 500, Udp(123, 50_000, 600)).During(5_000, Udp(123, 50_000, 600));
        var plan = FilterPlanner.Plan(traffic.Question(vectors: "ntp-amplification"));
        var (discard, limit) = (Of(FilterAlternative.Discard), Of(FilterAlternative.RateLimit));
        Assert.Equal(12_500, limit.Rules.Single().Action.Value);
        var part = 1 - (12_500 / 50_000.0);
        Assert.Equal(discard.LegitimateDropped.Packets.Value!.Value * part, limit.LegitimateDropped.Packets.Value!.Value, 6);
        Assert.Equal(discard.LegitimateDropped.Clients, limit.LegitimateDropped.Clients);
        Assert.Equal(discard.AttackCovered.Value!.Value * part, limit.AttackCovered.Value!.Value, 6);
        Assert.Null(Of(FilterAlternative.Mark).LegitimateDropped.Packets.Value);
        Assert.Equal(discard.LegitimateDropped.Packets.High, Of(FilterAlternative.Mark).LegitimateDropped.Packets.High);

        FilterAlternative Of(string kind) => plan.Alternatives.Single(alternative => alternative.Kind == kind);
    }

    /// <summary>Sources are named only when proven, and never for vectors whose senders may be forged.</summary>
    [Theory]
    [InlineData("tcp-connection-flood", true, true)]
    [InlineData("tcp-connection-flood", false, false)]
    [InlineData("syn-flood", true, false)]
    [InlineData("udp-flood", true, false)]
    public void Plan_Sources_OnlyProvenOnes(string vector, bool areProven, bool areNamed)
    {
        var traffic = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).During(2_000, record => Tcp(50_000, 443, 16, 60)(record) with { Source = Address.Parse("198.18.0.9") });
        var plan = FilterPlanner.Plan(traffic.Question(vectors: vector) with { ProvenSources = areProven ? [Address.Parse("198.18.0.9")] : [] });
        Assert.Equal(areNamed, plan.Alternatives.Any(static alternative => alternative.Kind == FilterAlternative.SourceBlackhole));
        Assert.Equal(areNamed, plan.Alternatives.Any(static alternative => alternative.Rules.Any(static rule => rule.Match.Source is not null)));
    }

    /// <summary>A monitor on the allow-list that the filter would meet: there is another, or none.</summary>
    [Fact]
    public void Plan_AllowedSenderBefore_IsNotMet()
    {
        var monitor = Address.Parse("198.51.100.7");
        var question = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 600)).Before(3, 1, record => Udp(123, 50_000, 468)(record) with { Source = monitor })
            .During(3_000, Udp(123, 50_000, 468)).Question(vectors: "ntp-amplification");
        Assert.Null(FilterPlanner.Plan(question).NoFilter);
        Assert.DoesNotContain(FilterPlanner.Plan(question with { Allow = [Prefix("198.51.100.0/24")] }).Alternatives, static alternative => alternative.Kind == FilterAlternative.Discard);
        Assert.Empty(FilterPlanner.Plan(question with { Allow = [Prefix("203.0.113.0/24")] }).Alternatives);
    }

    /// <summary>Known clients who use the attack's port only now show that the time before says too little; in a multiple of their number they are forged.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(250, false)]
    [InlineData(3_000, true)]
    public void Plan_KnownClientsDuring_CountUnlessForged(int returning, bool hasFilter)
    {
        var question = new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(returning, 1_500, Udp(123, 50_000, 468)).During(6_000, Udp(123, 50_000, 468))
            .Question(vectors: "ntp-amplification");
        Assert.Equal(hasFilter, FilterPlanner.Plan(question).NoFilter is null);
    }

    /// <summary>A SYN is one packet in twenty of a client's, and without it there is no connection.</summary>
    [Fact]
    public void Price_DroppedSyn_CostsItsConnection()
    {
        var question = new Traffic().Before(150, 1_500, Tcp(40_000, 443, 2, 60)).Before(2_850, 1_500, Tcp(40_000, 443, 16, 60)).During(10, Udp(123, 50_000, 468)).Question();
        var table = new TrafficTable(question);
        var price = new PriceMeter(table, 1).Price(new Candidate(new FilterMatch { Destination = question.Target, Protocol = 6, TcpFlags = new TcpFlagsMatch(2, 16) }, table).Met);
        Assert.Equal(1, price.Packets.Value!.Value, 6);
        var pushes = new PriceMeter(table, 1).Price(new Candidate(new FilterMatch { Destination = question.Target, Protocol = 6, TcpFlags = new TcpFlagsMatch(9, 0) }, table).Met);
        Assert.Equal(0, pushes.Packets.Value!.Value);
    }

    /// <summary>What a record does not tell is held against the filter: legitimate traffic counts as met, the attack does not.</summary>
    [Fact]
    public void Row_FieldNotKnown_IsHeldAgainstTheFilter()
    {
        var match = new FilterMatch { Destination = Prefix(Traffic.Target), Protocol = 17, PacketLengths = [new NumberRange(400, 500)] };
        Assert.True(Row(0, isDuring: false).IsMetBy(match));
        Assert.False(Row(0, isDuring: true).IsMetBy(match));
        Assert.True(Row(468, isDuring: true).IsMetBy(match));
        Assert.False(Row(300, isDuring: false).IsMetBy(match));

        static TrafficRow Row(ushort length, bool isDuring)
        {
            var records = new Traffic().During(1, record => record with { PacketLength = length }).Records;
            return new TrafficRow(records[0], isDuring);
        }
    }

    private static string Told(FilterPlan plan) => string.Join('\n', plan.Alternatives.Select(static alternative =>
        $"{alternative.Kind} {string.Join("; ", alternative.Rules)} {alternative.AttackCovered} {alternative.LegitimateDropped} {alternative.Why}")) + plan.NoFilter;

    /// <summary>
    /// The most that a plan is asked, and the same made hostile: every record from another client, many protocols, ports, flags and lengths, none more than a few
    /// hundredths of the attack, and a long allow-list. The memory that a plan asks for is bounded; how long it takes is told, not judged.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_ManyRecords_AsksForBoundedMemory(bool isHostile)
    {
        var question = isHostile ? Hostile()
            : new Traffic().Before(5_000, 2_500, Tcp(40_000, 443, 16, 60)).Before(500, 200, Udp(53, 40_000, 300)).During(4_500, Udp(53, 50_000, 1_400)).Question(vectors: "dns-amplification");
        FilterPlanner.Plan(question);
        var (before, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        FilterPlanner.Plan(question);
        var (bytes, taken) = (GC.GetAllocatedBytesForCurrentThread() - before, Stopwatch.GetElapsedTime(started));
        output.WriteLine($"{(isHostile ? "hostile" : "usual")}: {bytes:N0} bytes, {taken.TotalMilliseconds:0.0} ms");
        Assert.InRange(bytes, 1, isHostile ? HostileBytes : UsualBytes);
    }

    private static FilterQuestion Hostile()
    {
        var traffic = new Traffic();
        for (var kind = 0; kind < 30; kind++)
        {
            var (port, flags, length) = ((ushort)(100 + kind), (byte)(1 + (kind % 6)), (ushort)(100 + (kind * 40)));
            traffic.Before(270, int.MaxValue, Tcp(port, (ushort)(400 + kind), flags, length)).Before(10, int.MaxValue, Udp((ushort)(9_000 + kind), port, length))
                .During(150, Udp((ushort)(1_000 + kind), port, length)).During(120, Tcp(port, (ushort)(400 + kind), flags, length));
        }

        return traffic.Question(vectors: "udp-flood") with
        {
            Allow = [.. Enumerable.Range(0, 200).Select(static number => new Prefix(Address.FromIPv4(0xC612_0000 + (uint)number), 32))],
            Limits = new SynthesisLimits { Rules = SynthesisLimits.MaxRules },
        };
    }
}
