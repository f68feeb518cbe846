using Breakwater.Detection;
using Breakwater.Samples.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Floods are found and named; crowds are not called floods; ordinary days are silent.</summary>
public sealed class WebDetectorTests
{
    private static readonly LogScenario _shop = new(LogSite.Shop, 1) { ArrivalsPerSecond = 5, BeforeSeconds = 120, DuringSeconds = 40, AfterSeconds = 5 };

    public static TheoryData<Vector> WebVectors => [Vector.HttpFlood, Vector.HttpCacheBusting, Vector.HttpSlow, Vector.HttpLoginFlood, Vector.HttpScraping];

    [Theory]
    [MemberData(nameof(WebVectors))]
    public void Flood_OfEachKind_IsFoundAndNamed(Vector vector)
    {
        var incident = Assert.Single(WebLogs.Detect(_shop with { Flood = FloodOf(vector) }).Incidents);
        Assert.Equal((Verdict.Attack, vector), (incident.Verdict, incident.Vectors[0].Vector));
        Assert.InRange(incident.DetectedNanoseconds!.Value - (long)1_767_225_720e9, 0, 30e9);
        Assert.True(incident.Requests!.Value.Value > 200);
        Assert.True(incident.Proven.Value > 0);
        Assert.All(incident.Reasons, static reason => Assert.NotNull(reason.Weight));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(20, 1)]
    [InlineData(20, 2)]
    [InlineData(20, 3)]
    public void FlashCrowd_AtFiveAndTwentyTimes_IsNeverAFlood(int times, int seed)
    {
        var result = WebLogs.Detect(_shop with { Seed = (ulong)seed, Crowd = new CrowdOptions(times, 15) });
        Assert.NotEmpty(result.Incidents);
        Assert.All(result.Incidents, static incident => Assert.NotEqual(Verdict.Attack, incident.Verdict));
    }

    [Fact]
    public void Flood_OfTwentyThousandClientsBelowOneRequestInTenSeconds_IsFound()
    {
        var lines = WebLogs.Lines(_shop with { Flood = new FloodOptions(FloodTarget.Pages, 1_500, 20_000) { Agents = 12 } });
        var incident = Assert.Single(WebLogs.Detect(lines).Incidents);
        Assert.Equal(Verdict.Attack, incident.Verdict);
        Assert.InRange(incident.Sources.Value!.Value, 17_000, 24_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void OrdinaryDay_IsSilent(int seed) => Assert.Empty(WebLogs.Detect(_shop with { Seed = (ulong)seed, Drifts = true }).Incidents);

    [Fact]
    public void BusySite_FromTheFirstLineOn_IsSilentAndThenKnown()
    {
        // 400 requests a second are above the floor, and usual here; the flood behind them is found all the same.
        var busy = _shop with { ArrivalsPerSecond = 40, BeforeSeconds = 150 };
        Assert.Empty(WebLogs.Detect(busy).Incidents);
        var incident = Assert.Single(WebLogs.Detect(busy with { Flood = new FloodOptions(FloodTarget.Landing, 2_000, 2_000) { Agents = 2 } }).Incidents);
        Assert.Equal(Verdict.Attack, incident.Verdict);
    }

    [Fact]
    public void Flood_FromTheFirstLineOn_IsFoundWithoutAPast()
    {
        var incident = Assert.Single(WebLogs.Detect(_shop with { BeforeSeconds = 0, Flood = FloodOf(Vector.HttpCacheBusting) }).Incidents);
        Assert.Equal(Verdict.Attack, incident.Verdict);
        Assert.Contains(incident.Limits, static limit => limit.Contains("usual before", StringComparison.Ordinal));
    }

    [Fact]
    public void Crawlers_CalledByTheirNames_AreNotBelievedAboveAPace()
    {
        // One page a second is what a crawler does; sixty a second are a flood under any name.
        Assert.Empty(WebLogs.Detect(Crawl(perSecond: 1)).Incidents);
        var ordinary = WebLogs.Lines(_shop);
        Assert.Contains(WebLogs.Detect(ordinary.Concat(Crawl(perSecond: 60, from: 166))).Incidents, static incident => incident.Verdict == Verdict.Attack);
    }

    [Fact]
    public void MachinesThatASiteServes_FromTheFirstLineOn_AreNoAttack()
    {
        // Forty programs at four requests a second each, from the log's first line on: what the site is for.
        var incident = Assert.Single(WebLogs.Detect(Programs(seconds: 900)).Incidents);
        Assert.Equal((Verdict.Undetermined, Confidence.Low), (incident.Verdict, incident.Confidence));
        // After some minutes it is what is usual: told once, and over by then.
        Assert.InRange((incident.EndedNanoseconds - incident.StartedNanoseconds)!.Value, 290e9, 400e9);
        // The twin: the same programs asking for what is not there are an attack from the first line on.
        Assert.Equal(Verdict.Attack, Assert.Single(WebLogs.Detect(Programs(seconds: 60, status: 404)).Incidents).Verdict);
    }

    [Theory]
    [InlineData("/logo.png")]
    [InlineData("/index.php/x.css?r=")]
    public void FloodOfWhatLooksLikeParts_IsAnAttack(string target)
    {
        var ordinary = WebLogs.Lines(_shop);
        var flood = Enumerable.Range(0, 16_000).Select(index =>
            WebLogs.Line(120 + (index / 400), $"198.18.3.{index % 100}", target.EndsWith('=') ? target + index : target, "curl/8.5.0"));
        var incident = Assert.Single(WebLogs.Detect(ordinary.Concat(flood)).Incidents);
        Assert.Equal(Verdict.Attack, incident.Verdict);
    }

    [Fact]
    public void Hosts_BeyondThoseJudgedByThemselves_AreTold_AndIdleOnesMakeRoom()
    {
        static string Hosted(int second, int host) => $"{{\"remote_addr\":\"198.18.9.{host}\",\"time_iso8601\":\"{DateTime.UnixEpoch.AddSeconds(1_767_225_600 + second):yyyy-MM-dd'T'HH:mm:ss}+00:00\",\"request\":\"GET / HTTP/1.1\",\"status\":200,\"body_bytes_sent\":1,\"http_user_agent\":\"made\",\"host\":\"h{host}.example.com\"}}";
        // Strangers name sixteen hosts in the first minute; a real one comes after them.
        var strangers = Enumerable.Range(0, 16 * 40).Select(static index => Hosted(index / 16, index % 16)).ToList();
        Assert.Equal(0, WebLogs.Detect(strangers).Together);
        var real = Enumerable.Range(0, 1_200).Select(static index => Hosted(60 + (index / 2), 200));
        Assert.InRange(WebLogs.Detect(strangers.Concat(real)).Together, 100, 500);
        var crowded = WebLogs.Detect(strangers.Concat(Enumerable.Range(0, 1_000).Select(static index => Hosted(41, 100 + (index % 100)))));
        Assert.Equal(1_000, crowded.Together);
    }

    [Fact]
    public void Hosts_OneFlooded_OnlyThatOneHasAnIncident()
    {
        var quiet = WebLogs.Lines(_shop with { Flood = FloodOf(Vector.HttpSlow) }).ConvertAll(static line => line.Replace("www.example.com", "other.example.com", StringComparison.Ordinal));
        var lines = WebLogs.Lines(_shop with { Seed = 2, Flood = new FloodOptions(FloodTarget.Home, 0, 1) { HoldSeconds = 1 } });
        var both = quiet.Concat(lines).OrderBy(static line => line[line.IndexOf("time_iso8601", StringComparison.Ordinal)..][..40], StringComparer.Ordinal);
        var incident = Assert.Single(WebLogs.Detect(both).Incidents);
        Assert.Equal("other.example.com", incident.Target.Service);
    }

    [Theory]
    [InlineData(300, 2)]
    [InlineData(20, 1)]
    public void TwoFloods_WithAPauseBetween_AreTwoIncidentsAfterTheQuietPeriod(int pauseSeconds, int incidents)
    {
        var flood = Enumerable.Range(0, 4_000).Select(static index => (Second: index / 200, Line: index)).ToList();
        var lines = flood.Concat(flood.Select(item => (Second: item.Second + 20 + pauseSeconds, item.Line)));
        var result = WebLogs.Detect(lines.Select(static item => WebLogs.Line(item.Second, $"198.18.1.{item.Line % 40}", $"/?{item.Line}")));
        Assert.Equal(incidents, result.Incidents.Length);
        Assert.All(result.Incidents, static incident => Assert.Equal(Verdict.Attack, incident.Verdict));
    }

    private static IEnumerable<string> Programs(int seconds, int status = 200) => Enumerable.Range(0, seconds * 160)
        .Select(index => WebLogs.Line(index / 160, $"198.18.5.{index % 40}", $"/api/v1/{(index % 7 == 0 ? "items" : "orders")}", "okhttp/4.12.0", status));

    private static IEnumerable<string> Crawl(int perSecond, int from = 0) => Enumerable.Range(0, 120 * perSecond)
        .Select(page => WebLogs.Line(from + (page / perSecond), "198.51.100.9", $"/page-{page}", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"));

    private static FloodOptions FloodOf(Vector vector) => vector switch
    {
        Vector.HttpFlood => new FloodOptions(FloodTarget.Landing, 400, 800) { Agents = 4 },
        Vector.HttpCacheBusting => new FloodOptions(FloodTarget.RandomQueries, 400, 500) { Agents = 40, Referers = 100 },
        Vector.HttpSlow => new FloodOptions(FloodTarget.Home, 40, 300) { Agents = 8, HoldSeconds = 15 },
        Vector.HttpLoginFlood => new FloodOptions(FloodTarget.Login, 150, 600) { Agents = 12, Referers = 50 },
        _ => new FloodOptions(FloodTarget.Walk, 120, 8) { Agents = 3, RampSeconds = 1 },
    };
}
