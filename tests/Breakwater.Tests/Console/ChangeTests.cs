using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Console;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Tests.Incidents;
using Breakwater.Wire;

namespace Breakwater.Tests.Console;

/// <summary>Changes over the API: made when what was seen is still there, and once. And what of samples each role sees.</summary>
public sealed class ChangeTests
{
    [Fact]
    public async Task IfMatch_OfWhatIsThere_Changes_OfSomethingElse_DoesNot()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Admin));
        var seen = await client.GetAsync("/api/v1/tokens");
        var tag = seen.Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.Created, (await Create(client, "one", ("If-Match", $"\"other\", {tag}"))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Create(client, "two", ("If-Match", tag))).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Create(client, "two", ("If-Match", $"W/{tag}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await Create(client, "two", ("If-Match", "*"))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await Create(client, "three")).StatusCode);
        var tokens = await ConsoleRig.Json(await client.GetAsync("/api/v1/tokens"));
        Assert.Equal(["one", "test", "three", "two"], tokens["tokens"]!.AsArray().Select(static token => (string)token!["name"]!).Order(StringComparer.Ordinal));
        var id = (string)tokens["tokens"]!.AsArray().First(static token => (string)token!["name"]! == "one")!["id"]!;
        using var revoke = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/tokens/{id}");
        revoke.Headers.Add("If-Match", tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendAsync(revoke)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/v1/tokens/{id}")).StatusCode);
    }

    [Fact]
    public async Task IdempotencyKey_SentAgain_GivesTheFirstAnswer_AndChangesOnce()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Admin));
        var first = await Create(client, "once", (Repeats.Header, "k-1"));
        var again = await Create(client, "once", (Repeats.Header, "k-1"));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(1, Named(rig, "once"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Create(client, "other", (Repeats.Header, "k-1"))).StatusCode);
        Assert.Equal(0, Named(rig, "other"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Create(client, "other", (Repeats.Header, new string('k', Repeats.MaximumKeyCharacters + 1)))).StatusCode);
        // The twins: without a key, with another one, and of another caller it is another change.
        await Create(client, "once");
        await Create(client, "once", (Repeats.Header, "k-2"));
        using var other = rig.Client(await rig.Token(Role.Admin));
        await Create(other, "once", (Repeats.Header, "k-1"));
        Assert.Equal(4, Named(rig, "once"));
    }

    /// <summary>A disk that stands still, and a sender who never ends, hold up no revocation; what waits for the disk is no secret to If-Match.</summary>
    [Fact]
    public async Task Revocation_WaitsForNoDisk_AndNoSender()
    {
        using var disk = new ManualResetEventSlim(initialState: true);
        await using var rig = await ConsoleRig.Start(reached: _ => disk.Wait(TimeSpan.FromSeconds(20)));
        using var client = rig.Client(await rig.Token(Role.Admin));
        var secret = await rig.Token(Role.Admin);
        using var victim = rig.Client(secret);
        using var slow = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await slow.ConnectAsync(IPAddress.Loopback, rig.Address.Port);
        await slow.SendAsync(Encoding.ASCII.GetBytes($"POST /api/v1/tokens HTTP/1.1\r\nHost: {rig.Address.Authority}\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));
        await JournalTests.Until(() => rig.Api.Counters.Requests > 0);
        var tag = (await client.GetAsync("/api/v1/tokens")).Headers.ETag!.ToString();
        disk.Reset();
        try
        {
            var creation = Create(client, "waits");
            await JournalTests.Until(() => rig.Api.Changes.Making == 1);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await Create(client, "late", ("If-Match", tag))).StatusCode);
            var id = AccessToken.IdOf(AccessToken.HashOf(secret));
            Assert.Equal(HttpStatusCode.OK, (await victim.GetAsync("/api/v1/tokens")).StatusCode);
            var revocation = client.DeleteAsync($"/api/v1/tokens/{id}");
            await JournalTests.Until(() => rig.Api.Revoked.ContainsKey(id));
            Assert.Equal(HttpStatusCode.Unauthorized, (await victim.GetAsync("/api/v1/tokens")).StatusCode);
            Assert.False(creation.IsCompleted || revocation.IsCompleted);
            disk.Set();
            Assert.Equal((HttpStatusCode.Created, HttpStatusCode.NoContent), ((await creation).StatusCode, (await revocation).StatusCode));
        }
        finally
        {
            disk.Set();
        }
    }

    [Fact]
    public async Task Reload_WithoutAFile_SaysSo()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Admin));
        using var answer = await client.PostAsync("/api/v1/config/reload", content: null);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(Preconditions.Tag(rig.Api.Config().Hash), (await client.GetAsync("/api/v1/config")).Headers.ETag!.ToString());
    }

    [Fact]
    public async Task Samples_ByRoleAndScope_TellWhatEachMaySee()
    {
        await using var rig = await ConsoleRig.Start();
        var now = TimeProvider.System.GetUtcNow();
        rig.Samples.Add(("a", Sample("198.51.100.77", "192.0.2.1", now)));
        rig.Samples.Add(("a", Sample("198.51.100.78", "192.0.2.1", now - TimeSpan.FromDays(31))));
        rig.Samples.Add(("b", Sample("198.51.100.79", "192.0.2.2", now)));
        using var viewer = rig.Client(await rig.Token(Role.Viewer, "a"));
        using var @operator = rig.Client(await rig.Token(Role.Operator, "a"));
        Assert.Equal(["198.51.100.0/24", "198.51.100.0/24"], await Sources(viewer, "/api/v1/samples?service=a"));
        Assert.Equal(["198.51.100.77", rig.Journal.AddressKey.Hide(Address.Parse("198.51.100.78"))], await Sources(@operator, "/api/v1/samples?service=a"));
        Assert.Equal(["198.51.100.77"], await Sources(@operator, "/api/v1/samples?service=a&limit=1"));
        Assert.Equal(2, (await Sources(@operator, $"/api/v1/samples?incident={IncidentId.Of(1)}")).Count);
        foreach (var hidden in new[] { "service=b", "service=all", "service=none", $"incident={IncidentId.Of(2)}", $"incident={IncidentId.Of(3)}" })
            Assert.Equal(HttpStatusCode.NotFound, (await @operator.GetAsync($"/api/v1/samples?{hidden}")).StatusCode);
        foreach (var wrong in new[] { "", "?seconds=0&service=a", "?limit=0&service=a", $"?service=a&incident={IncidentId.Of(1)}" })
            Assert.Equal(HttpStatusCode.BadRequest, (await @operator.GetAsync($"/api/v1/samples{wrong}")).StatusCode);
    }

    private static int Named(ConsoleRig rig, string name) => rig.Journal.Snapshot.Tokens.Count(token => token.Name == name);

    private static async Task<HttpResponseMessage> Create(HttpClient client, string name, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens")
        {
            Content = new StringContent(new JsonObject { ["name"] = name, ["role"] = "viewer" }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        foreach (var (header, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        return await client.SendAsync(request);
    }

    private static async Task<List<string>> Sources(HttpClient client, string path) =>
        [.. (await ConsoleRig.Json(await client.GetAsync(path)))["records"]!.AsArray().Select(static record => (string)record!["source"]!)];

    private static StandingRecord Sample(string source, string destination, DateTimeOffset at) => new(
        JournalTime.ToNanoseconds(at) / 60_000_000_000, 3.5, new SampledRecord
        {
            Hash = 1,
            FirstNanoseconds = JournalTime.ToNanoseconds(at),
            Source = Address.Parse(source),
            Destination = Address.Parse(destination),
            Bytes = 1000,
            Packets = 2,
            SamplingRate = 1,
            SourcePort = 1234,
            DestinationPort = 443,
            Protocol = 6,
            Class = 0,
            Direction = Direction.Inbound,
        });
}
