using Breakwater.Detection;
using Breakwater.Samples.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>What strangers put into requests crashes nothing and makes nothing grow; what no server logged is not believed.</summary>
[Collection(nameof(Ipfix.MemoryMeasurement))]
public sealed class WebHostileTests
{
    private static readonly LogScenario _shop = new(LogSite.Shop, 3) { ArrivalsPerSecond = 5, BeforeSeconds = 90, DuringSeconds = 20, AfterSeconds = 5 };

    [Fact]
    public void ManyHostsPathsAndAgents_MemoryStaysBounded()
    {
        // 400,000 of each in two minutes: one of each request.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var lines = Enumerable.Range(0, 400_000).Select(static index =>
            $"{{\"remote_addr\":\"198.18.{index % 256}.{index / 256 % 256}\",\"time_iso8601\":\"{DateTime.UnixEpoch.AddSeconds(1_767_225_600 + (index / 4_000)):yyyy-MM-dd'T'HH:mm:ss}+00:00\",\"request\":\"GET /x{Letters(index)}/y{Letters(index * 7)}?q={index} HTTP/1.1\",\"status\":404,\"body_bytes_sent\":1,\"http_user_agent\":\"Mozilla/5.0 {Letters(index)}\",\"host\":\"h{index}.example.com\"}}");
        var result = WebLogs.Detect(lines);
        Assert.Equal(400_000, result.Requests);
        Assert.Equal(Verdict.Attack, Assert.Single(result.Incidents).Verdict);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64L << 20);
    }

    [Fact]
    public void LinesInsideFields_AreNoRequests()
    {
        // The server escapes what would end a field; an agent that looks like a line of a log stays an agent.
        var inside = WebLogs.Line(5, "203.0.113.99", "/", "a").Replace("\"", "\\x22", StringComparison.Ordinal);
        var lines = WebLogs.Lines(_shop).Concat(Enumerable.Range(0, 3_000).Select(index => WebLogs.Line(100 + (index / 300), $"198.18.7.{index % 250}", "/", inside)));
        var incident = Assert.Single(WebLogs.Detect(lines.OrderBy(static line => line.Split('[', ']')[1], StringComparer.Ordinal)).Incidents);
        Assert.DoesNotContain(incident.SourceSample, static source => source.Address.ToString() == "203.0.113.99");
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(-1_000_000)]
    public void ClockThatJumps_LosesNoMoreThanTheRunOfLines(int jumpSeconds)
    {
        var lines = WebLogs.Lines(_shop);
        lines.Insert(2_000, WebLogs.Line(60 + jumpSeconds, "198.18.1.1", "/"));
        var result = WebLogs.Detect(lines);
        Assert.Empty(result.Incidents);
        Assert.InRange(result.Late, jumpSeconds > 0 ? 100 : 1, 256);
    }

    [Fact]
    public void TimeBefore1970_IsUntimed()
    {
        // Half past eleven on the last evening of 1969, in UTC.
        const string Old = "198.18.0.1 - - [01/Jan/1970:00:00:00 +0100] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"";
        var result = WebLogs.Detect([Old, WebLogs.Line(0, "198.18.0.2", "/"), Old]);
        Assert.Equal((1, 2), (result.Requests, result.Untimed));
    }

    [Fact]
    public void NewerLogFirst_EachFloodIsToldOnce()
    {
        var lines = WebLogs.Lines(_shop with { DuringSeconds = 60, AfterSeconds = 0, Flood = new FloodOptions(FloodTarget.Landing, 400, 800) { Agents = 4 } });
        var alone = Assert.Single(WebLogs.Detect(lines).Incidents);
        // The newer log ends in a flood; the older one behind it is of the evening before.
        var older = WebLogs.Lines(_shop).ConvertAll(static line => line.Replace("2026-01-01T", "2025-12-31T", StringComparison.Ordinal));
        Assert.DoesNotContain(older, static line => line.Contains("2026-01-01T", StringComparison.Ordinal));
        var incident = Assert.Single(WebLogs.Detect(lines.Concat(older)).Incidents);
        Assert.Equal((alone.StartedNanoseconds, alone.Peak), (incident.StartedNanoseconds, incident.Peak));
        Assert.True(incident.EndedNanoseconds >= incident.StartedNanoseconds);
    }

    [Fact]
    public void FirstLineFromTheFuture_ChangesNoRate()
    {
        var lines = WebLogs.Lines(_shop with { Flood = new FloodOptions(FloodTarget.Landing, 400, 800) { Agents = 4 } });
        var expected = Assert.Single(WebLogs.Detect(lines.Skip(256)).Incidents);
        lines.Insert(0, WebLogs.Line(200_000_000, "198.18.1.1", "/"));
        var incident = Assert.Single(WebLogs.Detect(lines).Incidents);
        Assert.Equal((expected.StartedNanoseconds, expected.Peak), (incident.StartedNanoseconds, incident.Peak));
        Assert.True(incident.EndedNanoseconds is not { } ended || ended >= incident.StartedNanoseconds);
    }

    [Theory]
    [InlineData(2, 1, 1_000)]
    [InlineData(200_000, 3, 255)]
    public void LinesOfAMomentAgo_WhereMuchWaits_SetNoClockBack(int agoSeconds, int incidents, int late)
    {
        // More than may wait in one second closes those before it; a block of a moment ago comes behind.
        var full = Enumerable.Range(0, 300_000).Select(static index => WebLogs.Line(250_000, $"198.18.{index % 200}.7", "/"));
        var block = Enumerable.Range(0, 1_000).Select(index => WebLogs.Line(250_000 - agoSeconds, $"198.18.{index % 200}.7", "/"));
        var result = WebLogs.Detect(full.Concat(block).Concat(full.Take(1_000)));
        Assert.Equal((incidents, late), (result.Incidents.Length, (int)result.Late));
    }

    [Fact]
    public void LateLines_CountInTheirOwnSecond()
    {
        // Servers that log a request's begin write it when it ends: half a minute late is nothing.
        var scenario = _shop with { Flood = new FloodOptions(FloodTarget.Home, 300, 300) { Agents = 2 } };
        var lines = WebLogs.Lines(scenario);
        var late = lines.Select(static (line, index) => (Line: line, Key: index % 7 == 0 ? index + 500 : index)).OrderBy(static item => item.Key).Select(static item => item.Line);
        var (expected, shifted) = (WebLogs.Detect(lines), WebLogs.Detect(late));
        Assert.Equal(0, shifted.Late);
        Assert.Equal(Assert.Single(expected.Incidents).Peak, Assert.Single(shifted.Incidents).Peak);
    }

    [Fact]
    public void OneSecond_WithMoreRequestsThanMayWait_IsCountedWhole()
    {
        var lines = Enumerable.Range(0, 600_000).Select(static index => WebLogs.Line(0, $"198.18.{index % 200}.7", "/"));
        var incident = Assert.Single(WebLogs.Detect(lines).Incidents);
        Assert.Equal(600_000, incident.Peak.RequestsPerSecond!.Value.Value);
    }

    private static string Letters(int number) => string.Create(6, number, static (text, number) =>
    {
        for (var index = 0; index < text.Length; index++, number /= 26)
            text[index] = (char)('a' + (number % 26));
    });
}
