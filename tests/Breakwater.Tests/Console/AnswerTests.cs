using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Console;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>What the API says: pages of lists, events, documents, figures, and HTML that cannot be broken out of.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task Incidents_PageByPage_AreAllThereOnce()
    {
        await using var rig = await ConsoleRig.Start();
        for (var key = 10; key < 40; key++)
            rig.Journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", key));
        await JournalTests.Until(() => rig.Journal.Events.Published == 33);
        using var client = rig.Client(await rig.Token(Role.Viewer));
        var ids = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await ConsoleRig.Json(await client.GetAsync($"/api/v1/incidents?limit=7{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}"));
            ids.AddRange(page["incidents"]!.AsArray().Select(incident => (string)incident!["id"]!));
            cursor = (string?)page["next"];
        }
        Assert.Equal(33, ids.Count);
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        Assert.Equal(33, ids.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Incidents_BeyondWhatOneAnswerLooksThrough_AreFoundByItsNext()
    {
        await using var rig = await ConsoleRig.Start();
        // The oldest is of service a, and more of b than one answer looks through lie above it.
        using (var file = SqliteFile.OpenWriter(Path.Combine(rig.Folder, JournalStore.FileName), "FULL"))
        {
            SqliteFile.Execute(file, $"""
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {IncidentApi.MaximumLookedAt + 5})
                INSERT INTO incidents({JournalRows.IncidentColumns}) SELECT printf('inc-9%07d', i), target, service, 'closed', verdict, sentence, opened_at, changed_at, sequence, json
                FROM n JOIN incidents ON id = CASE i WHEN 0 THEN '{IncidentId.Of(1)}' ELSE '{IncidentId.Of(2)}' END
                """);
        }
        using var client = rig.Client(await rig.Token(Role.Viewer, "a"));
        var first = await ConsoleRig.Json(await client.GetAsync("/api/v1/incidents"));
        Assert.Empty(first["incidents"]!.AsArray());
        var second = await ConsoleRig.Json(await client.GetAsync($"/api/v1/incidents?cursor={(string?)first["next"]}"));
        // It, and the one that the rig opened.
        Assert.Equal(2, second["incidents"]!.AsArray().Count);
        Assert.Null(second["next"]);
    }

    [Theory]
    [InlineData(3, 10, new[] { 6, 4, 2 }, null)]
    [InlineData(2, 10, new[] { 6, 4 }, 4)]
    [InlineData(3, 4, new[] { 6, 4 }, 3)]
    [InlineData(3, 6, new[] { 6, 4, 2 }, null)]
    public async Task Search_OfSixWithEvenOnesWanted_SaysWhereToGoOn(int most, int mostLookedAt, int[] expected, int? next)
    {
        await using var rig = await ConsoleRig.Start();
        var one = rig.Journal.Snapshot.Incidents[0];
        var six = Enumerable.Range(1, 6).Reverse().Select(number => one with { Id = IncidentId.Of(number), Sequence = number });
        var (found, cursor) = IncidentApi.Search(six, static incident => incident.Sequence % 2 == 0, most, mostLookedAt);
        Assert.Equal(expected, found.Select(static incident => (int)incident.Sequence));
        Assert.Equal(next is { } id ? IncidentId.Of(id) : null, cursor);
    }

    [Fact]
    public async Task Overview_ShowsEveryOpenIncident_HoweverOld()
    {
        await using var rig = await ConsoleRig.Start();
        for (var key = 10; key < 160; key++)
            rig.Journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", key));
        for (var key = 10; key < 20; key++)
            rig.Journal.TryAdd(Documents.Work(key, IncidentChangeKind.Closed, $"t{key}", 200 + key));
        await JournalTests.Until(() => rig.Journal.Events.Published == 163);
        using var client = rig.Client(await rig.Token(Role.Viewer));
        var page = await client.GetStringAsync("/parts/overview");
        var open = rig.Journal.Snapshot.Incidents.Where(static incident => incident.IsOpen).ToList();
        Assert.Equal(143, open.Count);
        Assert.All(open, incident => Assert.Contains($"href=\"/incidents/{incident.Id}\"", page, StringComparison.Ordinal));
        Assert.Contains("""<span class="count">143</span>""", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Over</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_AfterAnId_GoOnWithoutAGap_AndScopesHold()
    {
        await using var rig = await ConsoleRig.Start();
        Assert.Equal(["2", "3"], (await Events(rig, await rig.Token(Role.Viewer), after: 1, count: 2)).Select(document => (string?)document["id"]));
        var scoped = await Events(rig, await rig.Token(Role.Viewer, "b"), after: 0, count: 1);
        Assert.Equal("2", (string?)scoped[0]["id"]);
        Assert.Equal(["id", "at", "kind", "subject", "data"], scoped[0].Select(member => member.Key));
    }

    [Fact]
    public async Task Events_OfTrafficWhenAskedFor_HaveNoIdAndOnlyOwnServices()
    {
        await using var rig = await ConsoleRig.Start();
        var token = await rig.Token(Role.Viewer, "a");
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var reading = Events(rig, token, after: 1_000, count: 1, "?traffic=1");
        while (!reading.IsCompleted)
        {
            rig.AddSecond();
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, end.Token));
        }
        var second = Assert.Single(await reading);
        Assert.Equal("traffic", (string?)second["kind"]);
        Assert.Null(second["id"]);
        Assert.Equal("a", (string?)Assert.Single(second["data"]!["services"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task OpenApi_HasEveryEndpointOfTheApiAndNoPage()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client();
        var document = await ConsoleRig.Json(await client.GetAsync("/openapi/v1.json"));
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"));
        Assert.Equal(
            Endpoints.All.Where(endpoint => endpoint.IsApi).Select(endpoint => $"{endpoint.Method} {endpoint.Path}").Order(StringComparer.Ordinal),
            operations.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Metrics_AreNamedByStageAndUnit()
    {
        await using var rig = await ConsoleRig.Start();
        var text = MetricsApi.Write(rig.Api);
        var names = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        Assert.True(names.Count > 10);
        Assert.All(names, line =>
        {
            Assert.Matches("^breakwater_(telemetry|detection|incidents|response|notify|console)_[a-z_]+$", line[2]);
            Assert.Equal(line[3] == "counter", line[2].EndsWith("_total", StringComparison.Ordinal));
        });
        Assert.Equal(names.Count, names.Select(line => line[2]).Distinct(StringComparer.Ordinal).Count());
        Assert.All(text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'), line =>
            Assert.True(double.TryParse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out _), line));
    }

    [Fact]
    public async Task Traffic_OfAService_HasItsSecondsAndItsRange()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Viewer));
        var document = await ConsoleRig.Json(await client.GetAsync("/api/v1/traffic?service=a&seconds=60"));
        var point = Assert.Single(document["points"]!.AsArray())!;
        Assert.Equal((10.0, 5.0, 20.0), ((double)point["packetsPerSecond"]!, (double)point["usualLow"]!, (double)point["usualHigh"]!));
        Assert.Equal(1, (int)document["stepSeconds"]!);
    }

    [Fact]
    public async Task Page_TextOfStrangers_IsText()
    {
        await using var rig = await ConsoleRig.Start();
        const string hostile = "<script>alert(1)</script>\"'&";
        rig.Journal.TryAdd(Documents.Work(9, IncidentChangeKind.Opened, hostile, 9));
        await JournalTests.Until(() => rig.Journal.Events.Published == 4);
        using var client = rig.Client(await rig.Token(Role.Viewer));
        foreach (var path in new[] { "/", $"/incidents/{IncidentId.Of(4)}" })
        {
            var page = await client.GetStringAsync(path);
            Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
            Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        }
        Assert.Equal("<b>&lt;i&gt; 7</b>", Html.Of($"<b>{"<i>"} {7}</b>").Markup);
        Assert.Equal("<p><i></p>", Html.Of($"<p>{new Html("<i>")}</p>").Markup);
    }

    [Fact]
    public async Task Readiness_WithoutTelemetry_IsNo()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client();
        Assert.Equal("alive\n", await client.GetStringAsync("/healthz"));
        using var ready = await client.GetAsync("/readyz");
        Assert.Equal(503, (int)ready.StatusCode);
        var document = await ConsoleRig.Json(ready);
        Assert.Equal((true, false), ((bool)document["storage"]!, (bool)document["telemetry"]!));
    }

    private static async Task<List<JsonObject>> Events(ConsoleRig rig, string token, long after, int count, string query = "")
    {
        using var client = rig.Client(token);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events{query}");
        request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var documents = new List<JsonObject>();
        while (documents.Count < count && await lines.ReadLineAsync(end.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                documents.Add(JsonNode.Parse(line["data: ".Length..])!.AsObject());
        }
        return documents;
    }
}
