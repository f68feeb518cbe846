using Breakwater.Samples;
using Breakwater.Samples.Web;

namespace Breakwater.Scenarios.Web;

/// <summary>A kind of scenario: what differs between its members follows from the seed.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="IsTuning">True where thresholds were set by it, false where it was looked at afterwards only.</param>
/// <param name="IsAttack">What it is.</param>
/// <param name="Make">The scenario of a seed.</param>
internal sealed record WebFamily(string Name, bool IsTuning, bool IsAttack, Func<ulong, LogScenario> Make);

/// <summary>All families of web scenarios; half of them are for tuning.</summary>
internal static class WebFamilies
{
    /// <summary>Scenarios of each family.</summary>
    public const int Seeds = 24;

    private static readonly LogSite[] _sites = [LogSite.Shop, LogSite.News, LogSite.Tickets, LogSite.Authority, LogSite.ShopBehindCache];

    public static IReadOnlyList<WebFamily> All { get; } =
    [
        Crowd("crowd-of-a-shop", true, static (random, scenario) => scenario with { Site = LogSite.Shop, Crowd = new CrowdOptions(5, random.Between(20, 60)) }),
        Crowd("crowd-from-a-link", false, static (random, scenario) => scenario with { Site = LogSite.News, Crowd = new CrowdOptions(20, random.Between(10, 40)) { Linked = 80, Landing = 92, Known = 20 } }),
        Crowd("crowd-at-a-sale", true, static (random, scenario) => scenario with { Site = LogSite.Tickets, Crowd = new CrowdOptions(10, random.Between(2, 8)) { Refreshing = 25, Linked = 10, Known = 50 } }),
        Crowd("crowd-after-a-broadcast", false, static (random, scenario) => scenario with { Crowd = new CrowdOptions(8, random.Between(3, 10)) { Linked = 5, Mobile = 85 } }),
        Crowd("crowd-in-an-app", true, static (random, scenario) => scenario with { Site = LogSite.News, Crowd = new CrowdOptions(12, 15) { InApp = 60, Known = 15 } }),
        Crowd("crowd-behind-a-content-network", false, static (random, scenario) => scenario with { Site = LogSite.ShopBehindCache, ArrivalsPerSecond = 15, Crowd = new CrowdOptions(6, random.Between(10, 50)) { Linked = 30 } }),
        Crowd("crowd-before-a-deadline", false, static (random, scenario) => scenario with { Site = LogSite.Authority, Drifts = true, Crowd = new CrowdOptions(4, 45) { Linked = 20, Known = 40, Landing = 50 } }),
        Crowd("crowd-of-code-checkers", true, static (random, scenario) => scenario with { Site = LogSite.Codes, Crowd = new CrowdOptions(7, 25) { Mobile = 90, Linked = 15 } }),
        Crowd("crowd-of-strangers", false, static (random, scenario) => scenario with { Site = LogSite.Tickets, Crowd = new CrowdOptions(15, random.Between(5, 30)) { Known = 5, Linked = 50 } }),
        Crowd("crowd-that-grows-slowly", true, static (random, scenario) => scenario with { Drifts = true, Crowd = new CrowdOptions(4, 60) { Landing = 40 } }),
        Crowd("crowd-behind-a-content-network-from-links", true, static (random, scenario) => scenario with { Site = LogSite.ShopBehindCache, ArrivalsPerSecond = 12, Crowd = new CrowdOptions(9, 20) { Linked = 70, Known = 20 } }),

        Flood("flood-of-few-agents", true, static (random, rate) => new FloodOptions(FloodTarget.Home, rate, random.Between(300, 3_000)) { Agents = random.Between(1, 4) }),
        Flood("flood-of-many-agents", false, static (random, rate) => new FloodOptions(FloodTarget.Home, rate, random.Between(300, 5_000)) { Agents = 200, ChangesAgents = random.OneIn(2) }),
        Flood("flood-of-new-queries", true, static (random, rate) => new FloodOptions(FloodTarget.RandomQueries, rate, random.Between(100, 2_000)) { Agents = 60, Referers = 100 }),
        Flood("flood-of-searches", false, static (random, rate) => new FloodOptions(FloodTarget.RandomSearches, rate, random.Between(200, 3_000)) { Agents = 20, Referers = 40, SpeaksHttp2 = true }),
        Flood("flood-of-slow-requests", true, static (random, rate) => new FloodOptions(FloodTarget.Home, Math.Min(60, rate), random.Between(100, 800)) { Agents = 8, HoldSeconds = 20 }),
        Flood("flood-of-logins", false, static (random, rate) => new FloodOptions(FloodTarget.Login, Math.Max(60, rate / 4), random.Between(100, 3_000)) { Agents = 12, Referers = 50 }),
        Flood("flood-of-scrapers", true, static (random, rate) => new FloodOptions(FloodTarget.Walk, Math.Max(60, rate / 3), random.Between(2, 25)) { Agents = 3, RampSeconds = 1 }),
        Flood("flood-of-random-paths", false, static (random, rate) => new FloodOptions(FloodTarget.RandomPaths, rate, random.Between(50, 4_000)) { Agents = 40 }),
        Flood("flood-of-slow-many", true, static (random, rate) => new FloodOptions(FloodTarget.Pages, Math.Max(rate, 600), 20_000) { Agents = 12, RampSeconds = 20 }),
        Flood("flood-of-slow-many-at-one-page", false, static (random, rate) => new FloodOptions(FloodTarget.Landing, Math.Max(rate, 600), 20_000) { Agents = 30, Referers = 30, RampSeconds = 30 }),
        Flood("flood-of-tools", true, static (random, rate) => new FloodOptions(FloodTarget.Landing, rate, random.Between(100, 2_000)) { Agents = 0 }),
        Flood("flood-like-visitors-without-parts", false, static (random, rate) => new FloodOptions(FloodTarget.Pages, rate, random.Between(500, 5_000)) { UsualAgents = true, SpeaksHttp2 = true, Referers = 40 }),
        Flood("flood-from-known-networks", false, static (random, rate) => new FloodOptions(FloodTarget.Landing, rate, random.Between(200, 3_000)) { Agents = 6, Known = 60, Referers = 100 }),
        Flood("flood-with-parts", true, static (random, rate) => new FloodOptions(FloodTarget.Pages, rate, random.Between(200, 2_000)) { Agents = 24, WithParts = 15, Referers = 60 }),
        Flood("flood-that-is-small", false, static (random, rate) => new FloodOptions(FloodTarget.Home, 150, random.Between(50, 400)) { Agents = 2 }),
        Mixed("flood-in-a-crowd", false, static (random, rate) => new FloodOptions(FloodTarget.Landing, rate, random.Between(300, 3_000)) { Agents = 3 }),
        Mixed("flood-of-new-queries-in-a-crowd", true, static (random, rate) => new FloodOptions(FloodTarget.RandomQueries, rate, random.Between(300, 3_000)) { Agents = 60 }),
    ];

    private static WebFamily Crowd(string name, bool isTuning, Func<SeededRandom, LogScenario, LogScenario> vary) =>
        new(name, isTuning, false, seed => vary(Random(seed), Base(seed)));

    private static WebFamily Flood(string name, bool isTuning, Func<SeededRandom, double, FloodOptions> vary) => new(name, isTuning, true, seed =>
    {
        var random = Random(seed);
        var scenario = Base(seed);
        var flood = vary(random, random.Between(150, 1_200));
        return scenario with { Flood = flood with { RampSeconds = flood.RampSeconds == 3 ? random.Between(1, 25) : flood.RampSeconds } };
    });

    private static WebFamily Mixed(string name, bool isTuning, Func<SeededRandom, double, FloodOptions> vary) => new(name, isTuning, true, seed =>
    {
        var random = Random(seed);
        return Base(seed) with { Site = LogSite.Shop, Crowd = new CrowdOptions(5, 20), Flood = vary(random, random.Between(200, 800)) };
    });

    private static LogScenario Base(ulong seed)
    {
        var random = Random(seed ^ 0xBA5E);
        var site = _sites[random.Below((uint)_sites.Length)];
        return new LogScenario(site, seed)
        {
            ArrivalsPerSecond = site.Assets == 0 ? random.Between(10, 20) : random.Between(3, 8),
            BeforeSeconds = random.Between(120, 240),
            Drifts = random.OneIn(3),
        };
    }

    private static SeededRandom Random(ulong seed) => new((seed * 0x9E37_79B9_7F4A_7C15UL) ^ 0x5745_42);
}
