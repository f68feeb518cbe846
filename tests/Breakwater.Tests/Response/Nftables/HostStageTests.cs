using System.Text.Json.Nodes;
using Breakwater.Commands;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Breakwater.Response.Nftables;
using Breakwater.Telemetry.Health;
using Breakwater.Tests.Configuration;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>The desk with agents of the configuration, against a simulated kernel: no root needed.</summary>
public sealed class HostStageTests
{
    private const string Rule = "destination 203.0.113.7/32 protocol 17 source-port 53 then discard";
    private const string Outside = "destination 203.0.113.130/32 protocol 17 source-port 53 then discard";
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Approved_StandsOnTheHost_IsCounted_AndGoes()
    {
        using var folder = new ScratchFolder();
        var nft = new SimulatedNft(TimeProvider.System);
        Assert.True(Prefix.TryParse("203.0.113.0/25", out var own));
        using var filters = new HostFilters(nft, new AgentGuard([own], 10), ["v1"], TimeProvider.System);
        await filters.Start();
        await using var agent = new RunningAgent(filters, folder.File("agent.sock"), UserId.Effective());
        using var journal = JournalTests.Started(folder);
        var config = Config(folder, agent.Path);
        await using var stage = new ResponseStage(() => config, journal, static (_, _, _, _) => [], static () => HealthSnapshot.Empty, TimeProvider.System);
        stage.Start();
        Assert.Null(stage.Fault);
        var desk = stage.Desk!;
        Assert.True(desk.Parts.HasHosts);
        HostRig.Until(() => stage.Agents.Single().Health.IsConnected, "the agent answers");
        Assert.Null(desk.Parts.Unfit(DeskRig.Rule(Rule), _lease));
        Assert.Equal("203.0.113.130/32 is outside the agent's prefixes", desk.Parts.Unfit(DeskRig.Rule(Outside), _lease));

        var id = await Propose(desk, Rule);
        Assert.Empty(nft.Live);
        Assert.Equal(DeskRefusal.None, (await desk.Ask(() => desk.Approval.Approve(id, "somebody", "", static _ => DeskRefusal.None)))!.Refusal);
        HostRig.Until(() => nft.Live.Count == 1, "it stands");
        // The simulated counters stand still at 7: met once, and nothing since.
        HostRig.Until(() => (string?)stage.Write(desk.Snapshot.Rows.Single())["onHosts"]?["arrival"] == "gone", "its counters are read for long enough", 30);
        var written = stage.Write(desk.Snapshot.Rows.Single());
        Assert.Equal((7L, 1), ((long?)written["onHosts"]!["droppedPackets"], (int?)written["announcedTo"]));
        Assert.Contains("hosts dropped 7 packets, gone (the filter meets 0 packets per second", ResponseText.Line(written), StringComparison.Ordinal);
        Assert.Equal((1, 1, 0L, 7L), (stage.Agents[0].Load.Wanted, stage.Agents[0].Load.Held, stage.Agents[0].Load.Refused, stage.Agents[0].Load.Met.DroppedPackets));

        var outside = await Propose(desk, Outside);
        var refused = (await desk.Ask(() => desk.Approval.Approve(outside, "somebody", "", static _ => DeskRefusal.None)))!;
        Assert.Equal((DeskRefusal.Conflict, "203.0.113.130/32 is outside the agent's prefixes", 1L), (refused.Refusal, refused.Fault, stage.Agents[0].Load.Refused));

        await desk.Ask(() => desk.Approval.Withdraw(id, "somebody", "", static _ => DeskRefusal.None));
        HostRig.Until(() => nft.Live.Count == 0, "it is gone");
    }

    /// <summary>An agent that is not there costs nobody the desk: filters wait, are told to nobody, and automatic does not rely on it.</summary>
    [Fact]
    public async Task Agent_Absent_IsNoFault_AndUnfitForAutomatic()
    {
        using var folder = new ScratchFolder();
        using var journal = JournalTests.Started(folder);
        var config = Config(folder, folder.File("agent.sock"));
        await using var stage = new ResponseStage(() => config, journal, static (_, _, _, _) => [], static () => HealthSnapshot.Empty, TimeProvider.System);
        stage.Start();
        var desk = stage.Desk!;
        HostRig.Until(() => stage.Agents[0].Health.Fault?.StartsWith("no agent answers", StringComparison.Ordinal) == true, "it was asked");
        Assert.StartsWith("no agent answers on", desk.Parts.Unfit(DeskRig.Rule(Rule), _lease), StringComparison.Ordinal);
        var id = await Propose(desk, Rule);
        var row = (await desk.Ask(() => desk.Approval.Approve(id, "somebody", "", static _ => DeskRefusal.None)))!.Row!;
        Assert.Equal((MitigationState.Active, 0), (row.State, row.AnnouncedTo));
        Assert.Null(stage.Write(row)["onHosts"]);
    }

    [Fact]
    public void Counters_ThatFell_AreNew()
    {
        var earlier = new FilterCounters(10, 1_000, 5, 500);
        Assert.Equal(new FilterCounters(2, 200, 1, 100), new FilterCounters(12, 1_200, 6, 600).Since(earlier));
        Assert.Equal(new FilterCounters(3, 300, 3, 300), new FilterCounters(3, 300, 3, 300).Since(earlier));
    }

    [Fact]
    public void Hosts_ThatChange_CountLater()
    {
        using var folder = new ScratchFolder();
        var (one, other) = (Config(folder, "/run/a.sock").Response, Config(folder, "/run/b.sock").Response);
        Assert.Null(ResponseStage.Later(one, Config(folder, "/run/a.sock").Response));
        Assert.Equal("'response.hosts' are different: they take effect at the next start", ResponseStage.Later(one, other));
        Assert.Equal("'response.peers', 'asNumber' or 'routerId' and 'response.hosts' are different: they take effect at the next start", ResponseStage.Later(one, other with { AsNumber = 65001 }));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Test_OfTheResponse_NeedsEveryAgent(bool isReachable, bool isUp)
    {
        var document = new JsonObject
        {
            ["hosts"] = new JsonArray(new JsonObject { ["name"] = "edge", ["socket"] = "/run/a.sock", ["reachable"] = isReachable, ["interfaces"] = new JsonArray("eth0"), ["rules"] = 1, ["wanted"] = 2, ["refused"] = 1, ["lastError"] = "no agent answers" }),
        };
        Assert.Equal(isUp, ResponseText.IsUp(document));
        Assert.Contains(isReachable ? "reachable    yes, at eth0" : "reachable    no: no agent answers", ResponseText.Test(document), StringComparison.Ordinal);
        Assert.DoesNotContain("no host is configured", ResponseText.Test(document), StringComparison.Ordinal);
        Assert.Contains("no router and no host is configured", ResponseText.Test([]), StringComparison.Ordinal);
    }

    private static async Task<string> Propose(Desk desk, string rule) =>
        (await desk.Ask(() => desk.Approval.Propose(DeskRig.Rule(rule), null, "web", _lease, null, "somebody", "")))!.Row!.Id;

    private static BreakwaterConfig Config(ScratchFolder folder, string socket) => Configurations.Good($$"""
        version: 1
        services: [{name: web, addresses: [203.0.113.0/24]}]
        storage: {folder: {{folder.Path}}}
        response: {mode: automatic, hosts: [{name: edge, socket: {{socket}}}]}
        """);
}
