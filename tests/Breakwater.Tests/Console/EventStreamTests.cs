using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Console;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>Event streams last long: who may read them, for how long, and how many.</summary>
public sealed class EventStreamTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Audit_GoesToAdminsAlone()
    {
        await using var rig = await ConsoleRig.Start();
        using var viewer = await Open(rig, rig.Client(await rig.Token(Role.Viewer)), after: 0);
        using var ofOperator = await Open(rig, rig.Client(await rig.Token(Role.Operator)), after: 0);
        using var admin = await Open(rig, rig.Client(await rig.Token(Role.Admin)), after: 0);
        rig.Journal.TryAdd(Documents.Work(9, IncidentChangeKind.Opened, "last", 9));
        string[] incidents = [.. Enumerable.Repeat(EntryKind.Active, 4)];
        Assert.Equal(incidents, await Kinds(viewer, "last"));
        Assert.Equal(incidents, await Kinds(ofOperator, "last"));
        Assert.Equal(3, (await Kinds(admin, "last")).Count(static kind => kind == EntryKind.TokenCreated));
    }

    [Fact]
    public async Task Stream_EndsWithItsToken_AndOthersGoOn()
    {
        await using var rig = await ConsoleRig.Start();
        var secret = await rig.Token(Role.Viewer);
        using var revoked = await Open(rig, rig.Client(secret));
        using var other = await Open(rig, rig.Client(await rig.Token(Role.Viewer)));
        var (brief, token) = Tokens.New("brief", Role.Viewer, [], TimeSpan.FromSeconds(2), TimeProvider.System.GetUtcNow());
        Assert.True(await Tokens.Keep(rig.Journal, token, EntryKind.TokenCreated, "test", TimeProvider.System));
        using var expired = await Open(rig, rig.Client(brief));
        using var admin = rig.Client(await rig.Token(Role.Admin));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/tokens/{Id(secret)}")).StatusCode);
        await ReadToEnd(revoked);
        await ReadToEnd(expired);
        await GoesOn(other);
    }

    [Fact]
    public async Task Stream_EndsWithItsSession_AndOthersGoOn()
    {
        await using var rig = await ConsoleRig.Start();
        var (ended, kept) = (rig.Sessions.NewSession(ApiCaller.Local), rig.Sessions.NewSession(ApiCaller.Local));
        using var first = await Open(rig, WithCookie(rig, ended));
        using var second = await Open(rig, WithCookie(rig, kept));
        rig.Sessions.End(ended);
        await ReadToEnd(first);
        await GoesOn(second);
    }

    [Fact]
    public async Task Revocation_WhileTheStorageStandsStill_CountsAtOnce()
    {
        await using var rig = await ConsoleRig.Start();
        var secret = await rig.Token(Role.Viewer);
        using var client = rig.Client(secret);
        using var other = rig.Client(await rig.Token(Role.Viewer));
        using var admin = rig.Client(await rig.Token(Role.Admin));
        using var stream = await Open(rig, rig.Client(secret));
        Task<HttpResponseMessage> revoking;
        using (var holder = SqliteFile.OpenWriter(Path.Combine(rig.Folder, JournalStore.FileName), "FULL"))
        {
            SqliteFile.Execute(holder, "BEGIN IMMEDIATE");
            revoking = admin.DeleteAsync($"/api/v1/tokens/{Id(secret)}");
            await JournalTests.Until(() => !rig.Api.Revoked.IsEmpty);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/services")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/v1/services")).StatusCode);
            await ReadToEnd(stream);
            Assert.False(revoking.IsCompleted);
            SqliteFile.Execute(holder, "ROLLBACK");
        }
        Assert.Equal(HttpStatusCode.NoContent, (await revoking).StatusCode);
        Assert.Empty(rig.Api.Revoked);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/services")).StatusCode);
    }

    [Fact]
    public async Task Reader_ThatNeverReads_IsCountedAndThenEnded_AndOneThatReadsIsNot()
    {
        await using var rig = await ConsoleRig.Start(eventSendTime: TimeSpan.FromSeconds(2));
        var token = await rig.Token(Role.Viewer);
        using var quick = await Open(rig, rig.Client(token));
        using var stuck = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await stuck.ConnectAsync(IPAddress.Loopback, rig.Address.Port);
        await stuck.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"));
        await JournalTests.Until(() => rig.Api.Streams.Count == 2);
        // More than the kernel holds for a connection.
        var data = new JsonObject { ["x"] = new string('x', 256 * 1024) }.ToJsonString();
        var reading = Kinds(quick, "last");
        for (var number = 0; number < 64; number++)
            rig.Journal.TryAdd(new NoteWork(Documents.Begin, EntryKind.Health, "e", data));
        rig.Journal.TryAdd(Documents.Work(9, IncidentChangeKind.Opened, "last", 9));
        Assert.Equal(64, (await reading).Count(static kind => kind == EntryKind.Health));
        Assert.Equal(2, rig.Api.Streams.Count);
        await JournalTests.Until(() => rig.Api.Streams.Count == 1);
        await GoesOn(quick);
    }

    [Fact]
    public async Task Readers_OfOneCaller_AreBounded_AndOthersComeIn()
    {
        await using var rig = await ConsoleRig.Start();
        var (first, second) = (await rig.Token(Role.Viewer), await rig.Token(Role.Viewer));
        var streams = new List<StreamReader>();
        for (var number = 0; number < EventStreams.MaximumPerCaller; number++)
            streams.Add(await Open(rig, rig.Client(first)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(rig, first));
        Assert.Equal(HttpStatusCode.OK, await Status(rig, second));
        streams[0].Dispose();
        await JournalTests.Until(() => rig.Api.Streams.Count == EventStreams.MaximumPerCaller - 1);
        Assert.Equal(HttpStatusCode.OK, await Status(rig, first));
        streams.ForEach(static stream => stream.Dispose());
    }

    private static string Id(string secret) => AccessToken.IdOf(AccessToken.HashOf(secret));

    private static HttpClient WithCookie(ConsoleRig rig, string session)
    {
        var client = rig.Client();
        client.DefaultRequestHeaders.Add("Cookie", $"{Gate.Cookie}={session}");
        return client;
    }

    private static async Task<HttpStatusCode> Status(ConsoleRig rig, string token)
    {
        using var client = rig.Client(token);
        using var answer = await client.GetAsync("/api/v1/events", HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private static async Task<StreamReader> Open(ConsoleRig rig, HttpClient client, long? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.Address, "/api/v1/events"));
        if (after is { } sequence)
            request.Headers.Add("Last-Event-ID", sequence.ToString(CultureInfo.InvariantCulture));
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>Kinds of the events up to the first one about this target.</summary>
    private static async Task<List<string?>> Kinds(StreamReader stream, string target)
    {
        using var end = new CancellationTokenSource(_patience);
        var kinds = new List<string?>();
        while (await stream.ReadLineAsync(end.Token) is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            var document = JsonNode.Parse(line["data: ".Length..])!;
            kinds.Add((string?)document["kind"]);
            if ((string?)document["data"]?["target"]?["value"] == target)
                break;
        }
        return kinds;
    }

    private static async Task ReadToEnd(StreamReader stream)
    {
        using var end = new CancellationTokenSource(_patience);
        while (await stream.ReadLineAsync(end.Token) is not null)
        {
        }
    }

    /// <summary>What was sent so far is read, and then comments still come.</summary>
    private static async Task GoesOn(StreamReader stream)
    {
        using var end = new CancellationTokenSource(_patience);
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(1))
            Assert.NotNull(await stream.ReadLineAsync(end.Token));
    }
}
