using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Breakwater.Console;
using Breakwater.Incidents;
using Breakwater.Response.Rules;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>Filters over the API: from a wish to the plane and back, with roles, scopes, preconditions and the guard.</summary>
public sealed class MitigationApiTests
{
    private const string Path = "/api/v1/mitigations";
    private const string Rule = "destination 192.0.2.1/32 protocol 17 source-port 123 then discard";

    [Fact]
    public async Task Rule_ProposedApprovedWithdrawn_IsSetAndTaken()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Operator, "a"));
        var proposed = await Post(client, Path, new JsonObject { ["rule"] = Rule, ["service"] = "a", ["why"] = "time servers" }, HttpStatusCode.Created);
        Assert.Equal(("mit-1", "proposed", "a"), ((string?)proposed["id"], (string?)proposed["state"], (string?)proposed["service"]));
        Assert.Empty(rig.Plane.Ever);
        var approved = await Post(client, $"{Path}/mit-1/approve", new JsonObject { ["why"] = "go" });
        Assert.Equal("active", (string?)approved["state"]);
        Assert.Equal([Rule], rig.Plane.Rules);
        var one = await ConsoleRig.Json(await client.GetAsync($"{Path}/mit-1"));
        Assert.Contains("protocol 17", (string?)one["forms"]!["flowspec"], StringComparison.Ordinal);
        Assert.NotNull((string?)one["forms"]!["nftables"]);
        Assert.Equal(["proposed", "approved", "active"], one["changes"]!.AsArray().Select(static change => (string?)change!["state"]));
        Assert.Equal("withdrawn", (string?)(await Post(client, $"{Path}/mit-1/withdraw", []))["state"]);
        Assert.Empty(rig.Plane.Rules);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync($"{Path}/mit-1/withdraw", new JsonObject())).StatusCode);
        // It stays in the list, the journal and the audit.
        Assert.Equal("withdrawn", (string?)(await ConsoleRig.Json(await client.GetAsync(Path)))["mitigations"]![0]!["state"]);
        await JournalTests.Until(() => rig.Api.Reader.Entries(0, 100, kindPrefix: "audit.mitigation").Count == 3);
        Assert.Equal(
            ["mitigation.proposed", "mitigation.approved", "mitigation.active", "mitigation.withdrawn"],
            rig.Api.Reader.Entries(0, 100, kindPrefix: EntryKind.MitigationPrefix).Select(static entry => entry.Kind));
        Assert.All(rig.Api.Reader.Entries(0, 100, kindPrefix: EntryKind.MitigationPrefix), static entry => Assert.Equal("a", entry.Service));
    }

    /// <summary>What the guard refuses is refused whoever asks, an admin too; the rule beside it shows that asking can succeed.</summary>
    [Theory]
    [InlineData("destination 198.51.100.1/32 then blackhole", "outside the allowed prefixes")]
    [InlineData("destination 192.0.2.250/32 protocol 17 then discard", "on the allow-list")]
    [InlineData("destination 192.0.2.0/24 protocol 17 then discard", "on the allow-list")]
    [InlineData("destination 0.0.0.0/0 then discard", "too wide")]
    [InlineData("destination 192.0.2.1/32 source 192.0.2.250/32 then discard", "on the allow-list")]
    [InlineData("destination 192.0.2.1/32 source 0.0.0.0/0 then discard", "the source is everything")]
    public async Task Rule_ThatTheGuardRefuses_IsNeverProposed(string rule, string why)
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Admin));
        var refused = await Post(client, Path, new JsonObject { ["rule"] = rule }, HttpStatusCode.Conflict);
        Assert.Contains(why, (string?)refused["detail"], StringComparison.Ordinal);
        var simulated = await Post(client, $"{Path}/simulate", new JsonObject { ["rule"] = rule });
        Assert.False((bool)simulated["wouldSend"]!);
        Assert.Empty(rig.Response.Desk!.Snapshot.Rows);
        await Post(client, Path, new JsonObject { ["rule"] = Rule }, HttpStatusCode.Created);
        Assert.Empty(rig.Plane.Ever);
    }

    [Fact]
    public async Task Operator_OfOneService_ActsOnItsAddressesAlone()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var all = rig.Client(await rig.Token(Role.Operator));
        using var some = rig.Client(await rig.Token(Role.Operator, "a"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(some, Path, new JsonObject { ["rule"] = Rule })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(some, Path, new JsonObject { ["rule"] = Rule, ["service"] = "b" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(some, Path, new JsonObject { ["rule"] = Rule.Replace("192.0.2.1/", "192.0.2.2/", StringComparison.Ordinal), ["service"] = "a" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(some, Path, new JsonObject { ["rule"] = Rule, ["incident"] = IncidentId.Of(2) })).StatusCode);
        await Post(all, Path, new JsonObject { ["rule"] = Rule.Replace("192.0.2.1/", "192.0.2.2/", StringComparison.Ordinal), ["service"] = "b" }, HttpStatusCode.Created);
        foreach (var path in new[] { $"{Path}/mit-1/approve", $"{Path}/mit-1/withdraw" })
            Assert.Equal(HttpStatusCode.NotFound, (await Ask(some, path, [])).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await some.GetAsync($"{Path}/mit-1")).StatusCode);
        Assert.Empty((await ConsoleRig.Json(await some.GetAsync(Path)))["mitigations"]!.AsArray());
        Assert.Single((await ConsoleRig.Json(await all.GetAsync(Path)))["mitigations"]!.AsArray());
        await Post(all, $"{Path}/mit-1/approve", []);
        Assert.Single(rig.Plane.Rules);
    }

    [Fact]
    public async Task Change_OfWhatIsNotThereAnyMore_IsRefusedAndRepeatsAreMadeOnce()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Operator));
        var first = await Ask(client, Path, new JsonObject { ["rule"] = Rule }, key: "k1");
        Assert.Equal(await first.Content.ReadAsStringAsync(), await (await Ask(client, Path, new JsonObject { ["rule"] = Rule }, key: "k1")).Content.ReadAsStringAsync());
        Assert.Single(rig.Response.Desk!.Snapshot.Rows);
        var tag = (await client.GetAsync($"{Path}/mit-1")).Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Ask(client, $"{Path}/mit-1/approve", [], match: "\"another\"")).StatusCode);
        Assert.Empty(rig.Plane.Ever);
        Assert.Equal(HttpStatusCode.OK, (await Ask(client, $"{Path}/mit-1/approve", [], match: tag)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Ask(client, $"{Path}/mit-1/withdraw", [], match: tag)).StatusCode);
        Assert.Equal([Rule], rig.Plane.Rules);
    }

    [Fact]
    public async Task Incident_HasItsMitigations_AndTheirStateAndPages()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Operator));
        await Post(client, Path, new JsonObject { ["rule"] = Rule, ["incident"] = IncidentId.Of(1), ["why"] = "<b>" }, HttpStatusCode.Created);
        var incident = await ConsoleRig.Json(await client.GetAsync($"/api/v1/incidents/{IncidentId.Of(1)}"));
        Assert.Equal(Rule, (string?)incident["mitigations"]!.AsArray().Single()!["rule"]);
        Assert.Equal("discard", (string?)incident["mitigations"]![0]!["action"]);
        var page = await client.GetStringAsync($"/incidents/{IncidentId.Of(1)}");
        Assert.Contains("action=\"/mitigations/mit-1/approve\"", page, StringComparison.Ordinal);
        Assert.Contains("action=\"/mitigations/mit-1/approve\"", await client.GetStringAsync("/parts/overview"), StringComparison.Ordinal);
        using var viewer = rig.Client(await rig.Token(Role.Viewer));
        Assert.DoesNotContain("/mitigations/mit-1/approve", await viewer.GetStringAsync($"/incidents/{IncidentId.Of(1)}"), StringComparison.Ordinal);
        var response = await ConsoleRig.Json(await client.GetAsync("/api/v1/response"));
        Assert.Equal(1, (int?)response["mitigations"]!["proposed"]);
        Assert.Contains("breakwater_response_open_mitigations{state=\"proposed\"} 1", await client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    /// <summary>The button of the page: with its Origin and the tag of what was seen, and not without either.</summary>
    [Fact]
    public async Task Button_OfThePage_SendsWhatWasSeen()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Operator));
        await Post(client, Path, new JsonObject { ["rule"] = Rule, ["incident"] = IncidentId.Of(1) }, HttpStatusCode.Created);
        var row = rig.Response.Desk!.Snapshot.Rows.Single();
        Assert.Equal(HttpStatusCode.Forbidden, (await Press(client, MitigationApi.TagOf(row), origin: "http://elsewhere.example")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Press(client, MitigationApi.TagOf(row), origin: null)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Press(client, "\"another\"", Origin(rig))).StatusCode);
        Assert.Empty(rig.Plane.Ever);
        var pressed = await Press(client, MitigationApi.TagOf(row), Origin(rig));
        Assert.Equal((HttpStatusCode.SeeOther, $"/incidents/{IncidentId.Of(1)}"), (pressed.StatusCode, pressed.Headers.Location!.ToString()));
        Assert.Equal([Rule], rig.Plane.Rules);
    }

    /// <summary>Whatever is asked for, in whatever order: nothing leaves the bounds. The planes saw some rules, so that there was something to refuse.</summary>
    [Fact]
    public async Task Wishes_OfAllKinds_NeverLeaveTheBounds()
    {
        await using var rig = await ConsoleRig.Start(hasDesk: true);
        using var client = rig.Client(await rig.Token(Role.Admin));
        var random = new Random(11);
        var refused = 0;
        for (var round = 0; round < 300; round++)
        {
            var answer = await Ask(client, Path, new JsonObject { ["rule"] = RandomRule(random), ["why"] = "random" });
            refused += answer.StatusCode == HttpStatusCode.Created ? 0 : 1;
            if (rig.Response.Desk!.Snapshot.Rows is { Length: > 0 } rows)
                await Ask(client, $"{Path}/{rows[random.Next(rows.Length)].Id}/{(random.Next(3) == 0 ? "withdraw" : "approve")}", []);
        }

        Assert.InRange(refused, 50, 290);
        Assert.NotEmpty(rig.Plane.Ever);
        foreach (var text in rig.Plane.Ever)
        {
            Assert.Null(RuleText.Read(text, out var rule));
            var destination = rule.Match.Destination;
            Assert.True(destination.Length >= 24 && destination.Network.ToString().StartsWith("192.0.2.", StringComparison.Ordinal), text);
            Assert.False(destination.Contains(Breakwater.Wire.Address.Parse("192.0.2.250")), text);
            Assert.False(rule.Match.Source is { } source && (source.Length == 0 || source.Contains(Breakwater.Wire.Address.Parse("192.0.2.250"))), text);
        }
    }

    private static string RandomRule(Random random)
    {
        var length = random.Next(5) switch { 0 => 0, 1 => 8, 2 => 24, 3 => 30, _ => 32 };
        var network = random.Next(4) == 0 ? "198.51.100." : "192.0.2.";
        var host = random.Next(8) == 0 ? 250 : random.Next(256);
        var address = Breakwater.Wire.Address.Parse($"{network}{host}").Masked(length);
        var source = random.Next(4) switch { 0 => " source 0.0.0.0/0", 1 => " source 192.0.2.250/32", 2 => " source 203.0.113.0/24", _ => "" };
        var action = random.Next(3) switch { 0 => "discard", 1 => "rate-limit 1000", _ => "blackhole" };
        return $"destination {address}/{length}{(action == "blackhole" ? "" : $"{source} protocol 17")} then {action}";
    }

    private static string Origin(ConsoleRig rig) => rig.Address.GetLeftPart(UriPartial.Authority);

    private static async Task<HttpResponseMessage> Press(HttpClient client, string tag, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mitigations/mit-1/approve") { Content = new FormUrlEncodedContent([new("tag", tag)]) };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return await client.SendAsync(request);
    }

    private static async Task<JsonObject> Post(HttpClient client, string path, JsonObject body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var answer = await Ask(client, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    private static async Task<HttpResponseMessage> Ask(HttpClient client, string path, JsonObject body, string? key = null, string? match = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add(Repeats.Header, key);
        if (match is not null)
            request.Headers.TryAddWithoutValidation("If-Match", match);
        return await client.SendAsync(request);
    }
}
