using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Tests.Configuration;

namespace Breakwater.Tests.Response;

/// <summary>What the desk does about a filter that hurts, about vectors that join, and about filters over several services.</summary>
public sealed class DeskHarmTests
{
    private const string Dns = "destination 203.0.113.7/32 protocol 17 source-port 53 then discard";
    private static readonly CohortLook _look = new(CohortVerdict.Hurt, 2, 60, 2, 58, 0, 60, 1e-9);

    /// <summary>Taken back, told, and nothing is sent by itself for that incident any more, also after a restart. The twin was not seen to hurt.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_ThatHurts_IsTakenBack_AndNothingIsSentByItself(bool hurts)
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        Assert.Equal([DeskRig.Discard], rig.Set);
        if (hurts)
            Hurt(rig, "mit-1");
        rig.Pass(30);
        rig.Find();
        rig.Start();
        rig.See(KeptState.Active, vectors: ["ntp-amplification", "udp-flood"]);
        rig.Find();
        rig.Pass(10);
        Assert.Equal(hurts ? [] : [DeskRig.Discard], rig.Set);
        Assert.Equal(hurts ? 1 : 0, rig.Notes.Count(static note => note.Kind == EntryKind.MitigationHurt && note.Data.Contains("it hurt known clients: 58 of 60", StringComparison.Ordinal)));
        Assert.Equal(hurts, rig.WhyNot is [var why] && why.Contains("hurt known clients in this incident", StringComparison.Ordinal));
    }

    /// <summary>What a person took back, or what hurt, binds for the incident that goes on with this one, over steps, also after a restart that forgets them. The twin is another incident.</summary>
    [Theory]
    [InlineData("harm", "inc-3", false)]
    [InlineData("harm", "inc-3", true)]
    [InlineData("harm", null, true)]
    [InlineData("a person", "inc-3", false)]
    [InlineData("a person", "inc-3", true)]
    [InlineData("a person", null, false)]
    public void TakenBack_BindsForTheHeir(string by, string? heir, bool isRestarted)
    {
        var rig = new DeskRig();
        rig.See(KeptState.Active);
        rig.Find();
        if (by == "harm")
            Hurt(rig, "mit-1");
        else
            rig.Approval.Withdraw("mit-1", "one", "enough", static _ => DeskRefusal.None);
        rig.See(KeptState.Closed, takenOverBy: heir);
        rig.See(KeptState.Closed, id: "inc-3", target: "203.0.113.0/25", takenOverBy: "inc-2");
        if (isRestarted)
        {
            rig.Pass(1);
            rig.Incidents.Clear();
            rig.Start();
        }

        rig.See(KeptState.Active, id: "inc-2", target: "203.0.113.0/24");
        rig.Find();
        rig.Pass(10);
        Assert.Equal(heir is null ? [DeskRig.Discard] : [], rig.Set);
        Assert.Equal(heir is null ? "" : by == "harm" ? "hurt known clients" : "a person took", rig.Responses.Find("inc-2")!.WhyNot is [var why] ? why.Contains("hurt", StringComparison.Ordinal) ? "hurt known clients" : why[..13] : "");
    }

    /// <summary>A start sees many incidents that went on as one: they are written down in one write, once, and asked about with one question; one that was taken back among them binds. The twin has none.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ManyHeirs_AreWrittenAtOnce_AndAskedForOnce(bool isTakenBack)
    {
        const int incidents = 2_000;
        var rig = new DeskRig();
        rig.See(KeptState.Active, id: "inc-1999");
        rig.Find();
        if (isTakenBack)
            rig.Approval.Withdraw("mit-1", "one", "enough", static _ => DeskRefusal.None);
        else
            Assert.Null(rig.Ledger.Withdraw("mit-1", Mitigation.Policy, "over"));
        for (var number = 0; number < incidents; number++)
            rig.Put(KeptState.Closed, id: $"inc-{number}", takenOverBy: "inc-x");
        rig.Start();
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var one in rig.Incidents.Values)
                rig.Responses.See(one);
            rig.Pass(2);
            Assert.Equal((1, incidents), (rig.Store.Calls.Heirs, rig.Store.Heirs.Count));
        }

        var before = rig.Store.Calls.Questions;
        rig.See(KeptState.Active, id: "inc-x");
        rig.Find();
        Assert.Equal(isTakenBack ? [] : [DeskRig.Discard], rig.Set);
        Assert.Equal(1, rig.Store.Calls.Questions - before);
    }

    /// <summary>Two incidents hold one filter: harm takes it back for both; one person's end leaves it for the other, and says so, and the last one's takes it away.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_OfTwoIncidents_IsTakenBackForBothWhereItHurts(bool hurts)
    {
        var rig = new DeskRig();
        foreach (var id in new[] { "inc-1", "inc-2" })
        {
            rig.See(KeptState.Active, id: id);
            rig.Find();
        }

        var open = rig.Ledger.Rows.Where(static row => row.IsOpen).OrderBy(static row => row.IncidentId, StringComparer.Ordinal).Select(static row => row.Id).ToArray();
        Assert.Equal(2, open.Length);
        Assert.Equal([DeskRig.Discard], rig.Set);
        if (hurts)
        {
            var ended = new List<string>();
            rig.Ledger.Changed = row => ended.Add(row.Why);
            Hurt(rig, open[0]);
            Assert.Equal((2, false), (ended.Count, ended.Exists(static why => why.Contains("holds", StringComparison.Ordinal))));
        }
        else
        {
            Assert.Equal($"{open[1]} holds the same filter, which stays until that ends too", rig.Approval.Withdraw(open[0], "one", "enough", static _ => DeskRefusal.None).Fault);
            Assert.Equal([DeskRig.Discard], rig.Set);
            Assert.Null(rig.Approval.Withdraw(open[1], "one", "enough", static _ => DeskRefusal.None).Fault);
        }

        Assert.Empty(rig.Set);
        rig.Pass(10);
        Assert.Empty(rig.Set);
    }

    /// <summary>Both rules of one incident's alternative go where one hurts, and the other incident's row that holds the second of them. The twin holds another filter, and stays.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_OfTwoRules_IsTakenBackForAllWhoHoldOneOfThem(bool isShared)
    {
        var rig = new DeskRig();
        var both = DeskRig.Good().Filters[0] with { Rules = [DeskRig.Rule(DeskRig.Discard), DeskRig.Rule(Dns)] };
        rig.Answer = new FilterAnswer([both], null);
        rig.See(KeptState.Active);
        rig.Find();
        var other = isShared ? Dns : DeskRig.Discard.Replace("123", "1900", StringComparison.Ordinal);
        rig.Answer = new FilterAnswer([both with { Rules = [DeskRig.Rule(other)] }], null);
        rig.See(KeptState.Active, id: "inc-2");
        rig.Find();
        Assert.Equal(3, rig.Ledger.Open);
        var ids = rig.Ledger.Rows.Where(static row => row.IncidentId == "inc-1").ToDictionary(static row => row.Rule.ToString(), static row => row.Id, StringComparer.Ordinal);
        Hurt(rig, ids[DeskRig.Discard]);
        Assert.Equal(isShared ? [] : [other], rig.Set);
        rig.Pass(10);
        Assert.Equal(isShared ? [] : [other], rig.Set);
    }

    /// <summary>A row that a person sent again keeps its filter, also where another row of it hurts, and the note says that it stays; so does a rule beside it in an alternative. The twin was not sent again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_ThatAPersonSentAgain_StaysWhereAnotherRowOfItHurts(bool isMeant)
    {
        var rig = new DeskRig("  mode: propose\n");
        string Send(string? incident)
        {
            var row = rig.Approval.Propose(DeskRig.Rule(Dns), incident, "web", TimeSpan.FromSeconds(60), null, "one", "mine").Row!;
            Assert.Equal(DeskRefusal.None, rig.Approval.Approve(row.Id, "one", "go", static _ => DeskRefusal.None).Refusal);
            return row.Id;
        }

        if (isMeant)
            Hurt(rig, Send("inc-7"));
        var first = Send("inc-8");
        // Sent without a person: it is not meant.
        var second = rig.Ledger.Propose(DeskRig.Rule(Dns), "inc-9", TimeSpan.FromSeconds(60), null, Mitigation.Policy, "").Row!.Id;
        Assert.Null(rig.Ledger.Approve(second, Mitigation.Policy, "go"));
        Hurt(rig, second);
        Assert.Equal(isMeant ? [Dns] : [], rig.Set);
        Assert.Equal((isMeant, false), (rig.Ledger.Find(first) is not null, rig.Ledger.Find(second) is not null));
        var told = JsonNode.Parse(rig.Notes.Last(static note => note.Kind == EntryKind.MitigationHurt).Data)!;
        Assert.Equal(!isMeant, (bool)told["isTakenBack"]!);
        Assert.Equal(isMeant, ((string)told["note"]!).EndsWith($"but {(isMeant ? "another row" : "nothing")} holds the same filter, which stays until that ends too", StringComparison.Ordinal));
    }

    /// <summary>What a person sends again after it was taken back stays, and so does a blackhole: both are told.</summary>
    [Fact]
    public void Filter_ThatIsMeantToHurt_StaysAndIsTold()
    {
        var rig = new DeskRig("  mode: propose\n");
        string Send(string rule)
        {
            var row = rig.Approval.Propose(DeskRig.Rule(rule), null, "web", TimeSpan.FromSeconds(60), null, "one", "mine").Row!;
            Assert.Equal(DeskRefusal.None, rig.Approval.Approve(row.Id, "one", "go", static _ => DeskRefusal.None).Refusal);
            return row.Id;
        }

        Hurt(rig, Send(DeskRig.Blackhole));
        Assert.Equal([DeskRig.Blackhole], rig.Set);
        Hurt(rig, Send(Dns));
        Assert.Equal([DeskRig.Blackhole], rig.Set);
        Hurt(rig, Send(Dns));
        Assert.Equal([DeskRig.Blackhole, Dns], rig.Set.OrderByDescending(static rule => rule.Length == DeskRig.Blackhole.Length));
        Assert.Equal(["stays", "taken back", "stays"], rig.Notes.Where(static note => note.Kind == EntryKind.MitigationHurt).Select(static note => note.Data.Contains("it is taken back", StringComparison.Ordinal) ? "taken back" : "stays"));
    }

    /// <summary>A vector that joins gets its rule by the same conditions, beside the one that stands; where they do not hold it waits for a person, with the reason.</summary>
    [Theory]
    [InlineData("good", "")]
    [InlineData("needs no more", "")]
    [InlineData("too many rules", "it would be more than 1 rules for one incident")]
    [InlineData("maintenance", "it is a maintenance window")]
    public void Vector_ThatJoins_GetsItsRule(string when, string why)
    {
        var rig = new DeskRig(when == "too many rules" ? "  mode: automatic\n  maxRulesPerIncident: 1\n" : "  mode: automatic\n");
        var isSent = when == "good";
        rig.See(KeptState.Active);
        rig.Find();
        rig.Pass(10);
        var best = DeskRig.Good().Filters[0];
        rig.Answer = new FilterAnswer([when == "needs no more" ? best : best with { Rules = [DeskRig.Rule(DeskRig.Discard), DeskRig.Rule(Dns)] }], null);
        if (when == "maintenance")
            rig.Config = rig.Config with { Response = rig.Config.Response with { Maintenance = Configurations.Good("version: 1\nresponse: {maintenance: [{from: '00:00', to: '23:59'}]}\n").Response.Maintenance } };
        rig.See(KeptState.Active, vectors: ["dns-amplification", "ntp-amplification"]);
        rig.Find();
        rig.Pass(1);
        Assert.Equal(isSent ? [DeskRig.Discard, Dns] : [DeskRig.Discard], rig.Set.OrderByDescending(static rule => rule == DeskRig.Discard));
        Assert.Equal(isSent, rig.Ledger.Rows.Any(static row => row.Why.StartsWith("automatic, since dns-amplification joined: it removes", StringComparison.Ordinal)));
        Assert.Contains(why, string.Join("; ", rig.WhyNot), StringComparison.Ordinal);
    }

    /// <summary>Who does not see a service under the filter does not lay it bare. The twin sees it.</summary>
    [Theory]
    [InlineData("web", false)]
    [InlineData("web bank", true)]
    public void Withdrawal_IsForThoseWhoSeeAllServicesUnderIt(string seen, bool isDone)
    {
        var rig = new DeskRig();
        var web = rig.Config.Services[0];
        rig.Config = rig.Config with { Services = [web, web with { Name = "bank" }] };
        rig.See(KeptState.Active);
        rig.Find();
        var outcome = rig.Approval.Withdraw("mit-1", "one", "enough", static _ => DeskRefusal.None, service => seen.Split(' ').Contains(service));
        Assert.Equal(isDone ? DeskRefusal.None : DeskRefusal.Conflict, outcome.Refusal);
        Assert.Equal(isDone ? [] : [DeskRig.Discard], rig.Set);
    }

    /// <summary>An incident of a whole service has all of its networks; the planner takes the one with most of the excess.</summary>
    [Fact]
    public void Incident_OfAServiceWithSeveralNetworks_HasThemAll()
    {
        var config = Configurations.Good("version: 1\nservices: [{name: web, addresses: [203.0.113.0/25, 198.51.100.0/24]}, {name: one, addresses: [192.0.2.0/24]}]\n");
        DeskIncident Of(string name)
        {
            var document = new JsonObject { ["target"] = new JsonObject { ["kind"] = "service", ["value"] = name, ["direction"] = "inbound" }, ["confidence"] = "high", ["vectors"] = new JsonArray() };
            return DeskIncident.Of(new KeptIncident("inc-1", name, name, KeptState.Active, "attack", "s", default, default, 1, document.ToJsonString()), config)!;
        }

        Assert.Equal(["198.51.100.0/24", "203.0.113.0/25"], Of("web").Networks.Select(static network => network.ToString()));
        Assert.NotNull(Of("web").Target);
        Assert.Empty(Of("one").Networks);
        Assert.Equal("192.0.2.0/24", Of("one").Target.ToString());
        Assert.Null(Of("other").Target);
    }

    /// <summary>A round asks each filter a few times who has it, however many incidents there are.</summary>
    [Fact]
    public void Round_OfManyIncidents_AsksEachFilterAFewTimes()
    {
        const int incidents = 400;
        var rig = new DeskRig("  mode: automatic\n  maxRules: 1000\n");
        for (var number = 0; number < incidents; number++)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{number % 250}");
            var rule = DeskRig.Rule(string.Create(CultureInfo.InvariantCulture, $"destination {target}/32 protocol 17 source-port {1_000 + number} then discard"));
            rig.Answer = new FilterAnswer([DeskRig.Good().Filters[0] with { Rules = [rule] }], null);
            rig.See(KeptState.Active, id: $"inc-{number}", target: target);
            rig.Find();
        }

        Assert.Equal(incidents, rig.Plane.Rules.Count);
        Assert.Equal(incidents, rig.Ledger.Open);
        var before = rig.Plane.Asked;
        rig.Pass(1);
        Assert.InRange(rig.Plane.Asked - before, 1, 4 * incidents);
    }

    private static void Hurt(DeskRig rig, string id) => rig.Responses.Hurt(new Harm(rig.Ledger.Find(id)!, _look));
}
