using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Breakwater.Telemetry.Health;

namespace Breakwater.Tests.Response;

/// <summary>What the desk does about incidents: when it acts, when it only proposes, and when it takes back.</summary>
public sealed class DeskTests
{
    [Fact]
    public void Attack_InAutomaticMode_IsFilteredAndTheOthersWait()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
        Assert.Equal(["active discard", "proposed rate-limit", "proposed blackhole"], rig.Ledger.Rows.OrderBy(static row => row.Rank).Select(static row => $"{MitigationJson.Name(row.State)} {row.Kind}"));
        Assert.All(rig.Ledger.Rows, static row => Assert.Equal("web", row.Service));
    }

    [Fact]
    public void Attack_InProposeMode_IsProposedAlone()
    {
        var rig = new DeskRig("  mode: propose\n");
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Empty(rig.Set);
        Assert.Equal(3, rig.Ledger.Rows.Count);
        Assert.Equal(["the mode is propose"], rig.WhyNot);
        rig.Pass(600);
        Assert.Empty(rig.Plane.Ever);
    }

    [Fact]
    public void Attack_WithModeOff_IsNotSearched()
    {
        var rig = new DeskRig("  mode: off\n");
        rig.See(KeptState.Active);
        rig.Pass(10);
        Assert.Empty(rig.Searches);
        Assert.Empty(rig.Ledger.Rows);
    }

    /// <summary>Each condition by itself keeps the filter back; that all of them together let it through, the first test shows.</summary>
    [Theory]
    [InlineData("  mode: automatic\n", "attack", "medium", 0.005, 0.95, "the confidence is medium")]
    [InlineData("  mode: automatic\n", "undetermined", "high", 0.005, 0.95, null)]
    [InlineData("  mode: automatic\n", "flash-crowd", "high", 0.005, 0.95, null)]
    [InlineData("  mode: automatic\n  maxDropped: 0.4%\n", "attack", "high", 0.005, 0.95, "it may drop 0.5 %")]
    [InlineData("  mode: automatic\n", "attack", "high", 0.5, 0.95, "no filter is under the limit")]
    [InlineData("  mode: automatic\n  minCovered: 94%\n", "attack", "high", 0.005, 0.95, "it removes 93 %")]
    [InlineData("  mode: automatic\n  maintenance: [{from: '00:00', to: '23:59'}]\n", "attack", "high", 0.005, 0.95, "it is a maintenance window")]
    public void Attack_WithAConditionThatDoesNotHold_IsNotFiltered(string response, string verdict, string confidence, double worst, double covered, string? why)
    {
        var rig = new DeskRig(response) { Answer = DeskRig.Good(worst, covered) };
        rig.See(KeptState.Active, verdict, confidence);
        rig.Find();
        rig.Pass(30);
        rig.Find();
        Assert.Empty(rig.Plane.Ever);
        if (why is not null)
            Assert.Contains(rig.WhyNot, sentence => sentence.StartsWith(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Attack_WhileTelemetryMisleads_WaitsUntilItDoesNot()
    {
        var rig = new DeskRig { Health = Health(HealthConditionKind.SamplingUnknown) };
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(3);
        Assert.Empty(rig.Plane.Ever);
        Assert.Contains("telemetry of edge", Assert.Single(rig.WhyNot), StringComparison.Ordinal);
        // Junk from elsewhere is no reason: whoever could send it would switch the answer off.
        rig.Health = Health(HealthConditionKind.UnknownSenders);
        rig.Pass(1);
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    [Fact]
    public void Attack_WhileTheRouterIsAway_IsFilteredWhenItIsBack()
    {
        var rig = new DeskRig { Unfit = "r has no session" };
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(5);
        Assert.Equal(["r has no session"], rig.WhyNot);
        Assert.Empty(rig.Plane.Ever);
        rig.Unfit = null;
        rig.Pass(1);
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    [Fact]
    public void Search_WithoutAGoodFilter_IsRepeatedWithGrowingPauses()
    {
        var rig = new DeskRig { Answer = DeskRig.Good(worst: 0.5) };
        rig.See(KeptState.Active);
        var searches = 0;
        for (var second = 0; second < 120; second++)
        {
            searches += rig.Searches.Count;
            rig.Find();
            rig.Pass(1);
        }

        Assert.InRange(searches, 6, 9);
        Assert.Equal(3, rig.Ledger.Rows.Count);
        Assert.Single(rig.Notes, static note => note.Kind == EntryKind.NoMitigation);
        rig.Answer = DeskRig.Good();
        rig.Pass(60);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    [Fact]
    public void Incident_Closed_GivesItsFiltersBackAfterTheirTime()
    {
        var rig = new DeskRig("  mode: automatic\n  holdAfter: 30s\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.See(KeptState.Quiet);
        rig.Pass(100);
        Assert.Equal([DeskRig.Discard], rig.Set);
        rig.See(KeptState.Closed);
        rig.Pass(28);
        Assert.Equal([DeskRig.Discard], rig.Set);
        rig.Pass(3);
        Assert.Empty(rig.Set);
        Assert.Empty(rig.Ledger.Rows);
    }

    [Fact]
    public void Incident_ClosedAndOpenAgain_KeepsItsFilter()
    {
        var rig = new DeskRig("  mode: automatic\n  holdAfter: 30s\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.See(KeptState.Closed);
        rig.Pass(20);
        rig.See(KeptState.Reopened);
        rig.Find();
        rig.Pass(100);
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    /// <summary>Silence is not peace: nothing is taken back while nothing is seen. The twin is the same, seeing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Incident_ClosedWhileBlind_KeepsItsFilters(bool isBlind)
    {
        var rig = new DeskRig("  mode: automatic\n  holdAfter: 5s\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.See(KeptState.Closed);
        if (isBlind)
            rig.Health = HealthSnapshot.Empty with { BlindSince = rig.Time.GetUtcNow() };
        rig.Pass(3_600);
        Assert.Equal(isBlind ? [DeskRig.Discard] : [], rig.Set);
        Assert.Equal(isBlind, rig.Responses.Find("inc-1")?.WhyKept is not null);
        rig.Health = HealthSnapshot.Empty;
        rig.Pass(2);
        Assert.Empty(rig.Set);
    }

    [Fact]
    public void Incident_ThatTurnsOutACrowd_LosesAutomaticFiltersAtOnce()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        rig.See(KeptState.Active, "flash-crowd");
        Assert.Empty(rig.Set);
        Assert.Empty(rig.Ledger.Rows);
    }

    [Fact]
    public void Incident_ThatTheFilterDoesNotBringDown_IsToldAndNothingMoreIsSent()
    {
        var rig = new DeskRig("  mode: automatic\n  escalateAfter: 20s\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(19);
        Assert.DoesNotContain(rig.Notes, static note => note.Kind == EntryKind.Escalated);
        rig.Pass(3_600);
        var told = Assert.Single(rig.Notes, static note => note.Kind == EntryKind.Escalated);
        Assert.Contains("the next alternative is mit-2 (rate-limit), and waits for a person", told.Data, StringComparison.Ordinal);
        Assert.Equal([DeskRig.Discard], rig.Plane.Ever);
    }

    [Fact]
    public void Filter_ThatAPersonTookBack_IsNotSentAgainByItself()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Null(rig.Approval.Withdraw("mit-1", "alex", "it hurts", static _ => DeskRefusal.None).Fault);
        rig.Pass(300);
        rig.Find();
        Assert.Empty(rig.Set);
    }

    /// <summary>A person's no outlives what would have the filter looked for anew. The twin: what the policy itself took back is sent again.</summary>
    [Theory]
    [InlineData("reopened", "alex", false)]
    [InlineData("reopened", Mitigation.Policy, true)]
    [InlineData("restart", "alex", false)]
    [InlineData("restart", Mitigation.Policy, true)]
    [InlineData("vectors", "alex", false)]
    [InlineData("vectors", Mitigation.Policy, true)]
    public void Filter_ThatWasTakenBack_IsSentAgainUnlessAPersonDidIt(string then, string by, bool isSent)
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
        Assert.Null(rig.Ledger.Withdraw("mit-1", by, "it hurts"));
        if (then == "restart")
            rig.Start();
        if (then == "reopened")
            rig.See(KeptState.Closed);
        rig.See(then == "reopened" ? KeptState.Reopened : KeptState.Active, vectors: then == "vectors" ? ["ntp-amplification", "dns-amplification"] : []);
        rig.Pass(10);
        Assert.NotEmpty(rig.Searches);
        rig.Find();
        rig.Pass(10);
        Assert.Equal(isSent ? [DeskRig.Discard] : [], rig.Set);
        Assert.Equal(isSent, !rig.WhyNot.Any(static sentence => sentence.Contains("a person took", StringComparison.Ordinal)));
    }

    [Fact]
    public void Filter_ThatIsGone_IsSearchedForAgainAfterSeconds()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(1);
        Assert.Null(rig.Ledger.Withdraw("mit-1", Mitigation.Policy, "gone"));
        rig.Pass(3);
        Assert.Empty(rig.Searches);
        rig.Pass(2);
        Assert.Single(rig.Searches);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
        // The twin: while it is there nothing is searched for.
        rig.Pass(600);
        Assert.Empty(rig.Searches);
    }

    [Fact]
    public void Proposals_ThatAreGone_AreSearchedForAgain()
    {
        var rig = new DeskRig("  mode: propose\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(60);
        Assert.Empty(rig.Searches);
        foreach (var row in rig.Ledger.Rows)
            Assert.Null(rig.Ledger.Withdraw(row.Id, "alex", "no"));
        rig.Pass(1);
        Assert.Single(rig.Searches);
    }

    [Fact]
    public void Vectors_OfASearchThatFailedOrFoundNoPlace_AreSearchedForAgain()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(10);
        rig.HasPlace = false;
        rig.See(KeptState.Active, vectors: ["ntp-amplification", "dns-amplification"]);
        Assert.Empty(rig.Searches);
        rig.HasPlace = true;
        rig.Pass(1);
        Assert.Single(rig.Searches);
        rig.Answer = FilterAnswer.Failed("it broke");
        rig.Find();
        rig.Pass(4);
        Assert.Empty(rig.Searches);
        rig.Pass(2);
        Assert.Single(rig.Searches);
        rig.Answer = DeskRig.Good();
        rig.Find();
        rig.Pass(100);
        Assert.Empty(rig.Searches);
    }

    /// <summary>An answer of a minute ago is no reason to send: the attack may be another one. The twin: a younger one is.</summary>
    [Theory]
    [InlineData(50, true)]
    [InlineData(70, false)]
    public void Answer_ThatIsOld_IsLookedForAgainBeforeAnythingIsSent(int seconds, bool isSentAtOnce)
    {
        var rig = new DeskRig { Unfit = "r has no session" };
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(seconds);
        rig.Unfit = null;
        rig.Pass(1);
        Assert.Equal(isSentAtOnce ? [DeskRig.Discard] : [], rig.Set);
        Assert.Equal(isSentAtOnce ? 0 : 1, rig.Searches.Count);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    [Fact]
    public void Escalation_WithAnOldAnswer_NamesTheAlternativesOfNow()
    {
        var rig = new DeskRig("  mode: automatic\n  escalateAfter: 2m\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(130);
        Assert.DoesNotContain(rig.Notes, static note => note.Kind == EntryKind.Escalated);
        Assert.Single(rig.Searches);
        rig.Find();
        Assert.Single(rig.Notes, static note => note.Kind == EntryKind.Escalated);
    }

    /// <summary>An attack that goes on as a wider incident keeps its filter until that one is over, too. The twin is taken over by nothing.</summary>
    [Theory]
    [InlineData("inc-2", true)]
    [InlineData(null, false)]
    [InlineData("inc-3", true)]
    public void Incident_TakenOver_KeepsItsFilterUntilTheWiderOneIsClosed(string? wider, bool isKept)
    {
        var rig = new DeskRig("  mode: automatic\n  holdAfter: 5s\n");
        rig.See(KeptState.Active);
        rig.Find();
        rig.See(KeptState.Active, id: "inc-2", target: "203.0.113.0/24");
        rig.See(KeptState.Closed, id: "inc-3", target: "203.0.113.0/25", takenOverBy: "inc-2");
        rig.See(KeptState.Closed, takenOverBy: wider);
        rig.Pass(60);
        Assert.Equal(isKept ? [DeskRig.Discard] : [], rig.Set);
        rig.Put(KeptState.Closed, id: "inc-2", target: "203.0.113.0/24");
        rig.Pass(3);
        Assert.Equal(isKept ? [DeskRig.Discard] : [], rig.Set);
        rig.Pass(5);
        Assert.Empty(rig.Set);
    }

    /// <summary>A lease that a router would keep the filter beyond is no lease. The twin is as long as its restart time.</summary>
    [Theory]
    [InlineData(29, "r would keep it for 30 s after Breakwater's end (gracefulRestart), longer than its lease of 29 s: ask for a longer lease")]
    [InlineData(30, null)]
    public void Proposal_WithALeaseShorterThanARestartTime_IsRefused(int seconds, string? fault)
    {
        var rig = new DeskRig();
        rig.Config = rig.Config with { Response = rig.Config.Response with { Peers = [rig.Config.Response.Peers[0] with { GracefulRestart = TimeSpan.FromSeconds(30) }] } };
        // Routers are those of the start: a configuration that was only read anew changes none.
        Assert.Null(rig.Approval.Propose(DeskRig.Rule(DeskRig.Limit), null, "web", TimeSpan.FromSeconds(seconds), null, "one", "mine").Fault);
        rig.Start();
        Assert.Equal(fault, rig.Approval.Propose(DeskRig.Rule(DeskRig.Discard), null, "web", TimeSpan.FromSeconds(seconds), null, "one", "mine").Fault);
    }

    /// <summary>Whom a filter is named for does not loosen what another service with the same address asks for. The twin is a service beside it.</summary>
    [Theory]
    [InlineData("203.0.113.0/28", true)]
    [InlineData("203.0.113.64/28", false)]
    public void Policy_OfAServiceThatTheDestinationTouches_Counts(string addresses, bool isStricter)
    {
        var rig = new DeskRig();
        var web = rig.Config.Services[0];
        Assert.True(Breakwater.Detection.Prefix.TryParse(addresses, out var prefix));
        rig.Config = rig.Config with { Services = [web, web with { Name = "bank", Addresses = [prefix], Response = web.Response with { FourEyes = true } }] };
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Equal(isStricter ? [] : [DeskRig.Discard], rig.Set);
        var own = rig.Approval.Propose(DeskRig.Rule("destination 203.0.113.8/32 protocol 1 then discard"), null, "web", TimeSpan.FromSeconds(60), null, "one", "mine").Row!;
        Assert.Equal(isStricter, rig.Approval.Approve(own.Id, "one", "go", static _ => DeskRefusal.None, static service => service == "web").Refusal == DeskRefusal.Conflict);
        Assert.Equal(isStricter, rig.Approval.Approve(own.Id, "one", "go", static _ => DeskRefusal.None).Refusal == DeskRefusal.Conflict);
        Assert.Equal(MitigationState.Active, rig.Approval.Approve(own.Id, "two", "go", static _ => DeskRefusal.None).Row!.State);
    }

    [Fact]
    public void Proposal_OfARuleThatIsThere_NamesItsRowUnlessItIsHidden()
    {
        var rig = new DeskRig("  mode: propose\n");
        var rule = DeskRig.Rule("destination 203.0.113.8/32 protocol 1 then discard");
        DeskOutcome Ask(int lease, DateTimeOffset? endsAt, bool sees = true) => rig.Approval.Propose(rule, null, "web", TimeSpan.FromSeconds(lease), endsAt, "one", "mine", _ => sees);
        Assert.Equal("mit-1", Ask(60, null).Row!.Id);
        Assert.Equal("mit-1", Ask(60, null).Row!.Id);
        foreach (var again in new[] { Ask(30, null), Ask(60, rig.Time.GetUtcNow().AddHours(1)) })
            Assert.Equal((DeskRefusal.Conflict, true), (again.Refusal, again.Fault!.StartsWith("mit-1 is this rule", StringComparison.Ordinal)));
        var hidden = Ask(60, null, sees: false);
        Assert.Equal((DeskRefusal.Conflict, false), (hidden.Refusal, hidden.Fault!.Contains("mit-1", StringComparison.Ordinal)));
    }

    [Fact]
    public void FourEyes_NeedTwoTokens()
    {
        var rig = new DeskRig("  mode: propose\n  fourEyes: true\n");
        rig.See(KeptState.Active);
        rig.Find();
        Assert.True(rig.Approval.Approve("mit-1", "one", "go", static _ => DeskRefusal.None).NeedsSecond);
        Assert.Empty(rig.Set);
        Assert.Equal(DeskRefusal.Conflict, rig.Approval.Approve("mit-1", "one", "go", static _ => DeskRefusal.None).Refusal);
        Assert.Empty(rig.Set);
        Assert.Equal(MitigationState.Active, rig.Approval.Approve("mit-1", "two", "go", static _ => DeskRefusal.None).Row!.State);
        Assert.Equal([DeskRig.Discard], rig.Set);
        // A person's own proposal has its first pair of eyes already.
        var own = rig.Approval.Propose(DeskRig.Rule("destination 203.0.113.8/32 protocol 1 then discard"), null, "web", TimeSpan.FromSeconds(60), null, "one", "mine").Row!;
        Assert.Equal(DeskRefusal.Conflict, rig.Approval.Approve(own.Id, "one", "go", static _ => DeskRefusal.None).Refusal);
        Assert.Equal(MitigationState.Active, rig.Approval.Approve(own.Id, "two", "go", static _ => DeskRefusal.None).Row!.State);
    }

    [Fact]
    public void Approval_AboveTheCap_IsRefused()
    {
        var rig = new DeskRig("  mode: propose\n  maxRules: 1\n");
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Equal(DeskRefusal.None, rig.Approval.Approve("mit-1", "one", "go", static _ => DeskRefusal.None).Refusal);
        var own = rig.Approval.Propose(DeskRig.Rule("destination 203.0.113.8/32 protocol 1 then discard"), null, "web", TimeSpan.FromSeconds(60), null, "one", "mine").Row!;
        Assert.Contains("there are at most 1 rules", rig.Approval.Approve(own.Id, "one", "go", static _ => DeskRefusal.None).Fault, StringComparison.Ordinal);
        Assert.Equal([DeskRig.Discard], rig.Set);
    }

    [Fact]
    public void AllowList_LongerAfterAReload_TakesTheFilterAtItsRenewal()
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(30);
        Assert.Equal([DeskRig.Discard], rig.Set);
        Assert.True(Breakwater.Detection.Prefix.TryParse("203.0.113.7", out var own));
        rig.Config = rig.Config with { Allow = [own] };
        rig.Pass(30);
        Assert.Empty(rig.Set);
    }

    /// <summary>Whatever policy, incident, price, telemetry and router come together: what is sent meets every condition. Some are sent, most are not.</summary>
    [Fact]
    public void Policies_OfAllKinds_SendOnlyWhatTheyAllow()
    {
        var sent = 0;
        const int rounds = 1_500;
        for (var seed = 0; seed < rounds; seed++)
        {
            var random = new Random(seed);
            var (mode, confidence, dropped, covered) = (random.Next(3) == 0 ? "propose" : "automatic", random.Next(2) == 0 ? "medium" : "high", random.Next(3), random.Next(100));
            var (isMaintained, rules) = (random.Next(8) == 0, 1 + random.Next(2));
            var (worst, removes) = (random.NextDouble() * 0.03, 0.3 + (random.NextDouble() * 0.65));
            var rig = new DeskRig(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"  mode: {mode}\n  minConfidence: {confidence}\n  maxDropped: {dropped}%\n  minCovered: {covered}%\n  maxRules: {rules}\n{(isMaintained ? "  maintenance: [{from: '00:00', to: '23:59'}]\n" : "")}"))
            {
                Answer = DeskRig.Good(worst, removes),
                Health = random.Next(6) == 0 ? Health(HealthConditionKind.TemplateMissing) : HealthSnapshot.Empty,
                Unfit = random.Next(6) == 0 ? "r has no session" : null,
            };
            var (verdict, told) = (random.Next(5) == 0 ? "undetermined" : "attack", random.Next(2) == 0 ? "medium" : "high");
            rig.See(random.Next(6) == 0 ? KeptState.Quiet : KeptState.Active, verdict, told);
            rig.Find();
            rig.Pass(3);
            rig.Find();
            if (rig.Plane.Ever.Count == 0)
                continue;
            sent++;
            var filter = rig.Ledger.Rows.Single(static row => row.IsOpen);
            var isAllowed = mode == "automatic" && verdict == "attack" && (told == "high" || confidence == "medium") && !isMaintained && rig.Unfit is null && rig.Health.IsHealthy
                && filter.Price!.WorstCase * 100 <= dropped && filter.Price.AttackCovered.Low * 100 >= covered && filter.Kind is "discard" or "rate-limit"
                && rig.Incidents["inc-1"].State == KeptState.Active;
            Assert.True(isAllowed, $"seed {seed}: {filter}");
            Assert.DoesNotContain(rig.Plane.Ever, static rule => rule.Contains("blackhole", StringComparison.Ordinal));
        }

        Assert.InRange(sent, rounds / 50, rounds / 2);
    }

    private static HealthSnapshot Health(HealthConditionKind kind) => HealthSnapshot.Empty with
    {
        Exporters = [new ExporterHealth { Name = "edge", Address = null, Conditions = [new HealthCondition(kind, "something is wrong.", default)] }],
    };
}
