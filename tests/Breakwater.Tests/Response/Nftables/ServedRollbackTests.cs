using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>
/// The program, the agent, the kernel's filters and real clients with TCP connections, whose packets are told as sFlow samples: a filter that drops the clients is taken back by the program
/// within 10 s, one that does not stays. The state is read from nft.
/// </summary>
[Trait("Tier", "daemon")]
public sealed class ServedRollbackTests
{
    private const string Right = "destination 10.99.0.2/32 protocol 6 destination-port 9 then discard";
    private const string Wrong = "destination 10.99.0.2/32 protocol 6 destination-port 8443 then discard";
    private const int FewestKnown = 40;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Filter_ThatHurtsTheCohort_IsTakenBackByServe_AndARightOneStays()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        Serve(rig);
        await using var clients = ClientsOfAService.Start(rig);
        // The program is young: known is who was answered two minutes before, and half of them have to fall. The next minute tells how they are without a filter.
        HostRig.Until(() => Known(rig) >= FewestKnown, "the clients are known", 240, pause: 2);
        await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);

        var right = Send(rig, Right);
        HostRig.Until(() => Cohort(rig, right) is { } seen && (string?)seen["verdict"] == "no-harm-seen" && (int?)seen["seconds"] >= 12, "the right filter is watched", 30, pause: 1, seen: () => Show(rig, right).ToJsonString());
        Assert.Equal("active", (string?)Show(rig, right)["state"]);
        Assert.InRange((int)Cohort(rig, right)!["size"]!, FewestKnown, ClientsOfAService.Clients);

        var wrong = Send(rig, Wrong);
        HostRig.Until(() => rig.Table().Contains("8443", StringComparison.Ordinal), "the wrong filter stands in the kernel", 5);
        var watch = Stopwatch.StartNew();
        HostRig.Until(() => !rig.Table().Contains("8443", StringComparison.Ordinal), "the wrong filter is gone from the kernel", 20);
        var after = watch.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gone {after.TotalSeconds:0.0} s after it stood in the kernel; {Show(rig, wrong)["cohort"]}"));
        Assert.InRange(after, TimeSpan.Zero, _limit);
        var over = Show(rig, wrong);
        Assert.Equal(("withdrawn", "policy", "hurt"), ((string?)over["state"], (string?)over["changedBy"], (string?)over["cohort"]!["verdict"]));
        Assert.StartsWith("it hurt known clients: ", (string?)over["why"], StringComparison.Ordinal);
        var stays = Show(rig, right);
        Assert.True((string?)stays["state"] == "active", $"the right filter: {stays}");
        // It is told, and not sent again by itself.
        var journal = new JournalReader(rig.Space.PathOf("data"));
        HostRig.Until(() => journal.Entries(0, 100, kindPrefix: EntryKind.MitigationHurt).Count == 1, "the journal tells of it");
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
        Assert.DoesNotContain("8443", rig.Table(), StringComparison.Ordinal);
    }

    private static string Send(HostRig rig, string rule)
    {
        var (code, said) = ServedHostTests.Command(rig, "mitigations", "propose", rule, "--service", "web", "--format", "json");
        Assert.Equal(0, code);
        var id = (string)JsonNode.Parse(said)!["id"]!;
        Assert.Equal(0, ServedHostTests.Command(rig, "mitigations", "approve", id, "--if-state", "proposed").Code);
        return id;
    }

    private static JsonNode Show(HostRig rig, string id) =>
        JsonNode.Parse(ServedHostTests.Command(rig, "mitigations", "list", "--state", "all", "--format", "json").Output)!["mitigations"]!.AsArray().Single(row => (string?)row!["id"] == id)!;

    /// <summary>Null: the program has not looked at it yet.</summary>
    private static JsonNode? Cohort(HostRig rig, string id) => Show(rig, id)["cohort"];

    private static int Known(HostRig rig) =>
        (int?)JsonNode.Parse(ServedHostTests.Command(rig, "response", "test", "--format", "json").Output)?["cohorts"]?["services"]?[0]?["clients"] ?? 0;

    private static void Serve(HostRig rig) => ServedHostTests.Serve(rig, $$"""
        version: 1
        listen: {telemetry: ["127.0.0.1:6343"], api: "127.0.0.1:8686"}
        storage: {folder: data}
        exporters: [{name: edge, address: 127.0.0.1}]
        services: [{name: web, addresses: [10.99.0.2]}]
        response: {mode: automatic, lease: 10s, hosts: [{name: edge, socket: {{rig.SocketPath}}}]}
        """);
}
