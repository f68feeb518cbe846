using System.Globalization;
using Breakwater.Wire;

namespace Breakwater.Samples.Web;

/// <summary>The requests of a scenario, in the order of their times.</summary>
internal sealed class LogTraffic
{
    private const uint UsualNetworks = 160;
    private const string Outside = "https://search.example/";
    private readonly LogScenario _scenario;
    private readonly SeededRandom _random;
    private readonly List<LogHit> _hits = [];
    private readonly int _millisecondLimit;

    private LogTraffic(LogScenario scenario)
    {
        _scenario = scenario;
        _random = new SeededRandom(scenario.Seed ^ 0x4C4F_4753);
        _millisecondLimit = scenario.Seconds * 1000;
    }

    public static List<LogHit> Of(LogScenario scenario)
    {
        var traffic = new LogTraffic(scenario);
        traffic.AddVisitors();
        traffic.AddMachinesOfTheHouse();
        if (scenario.Crowd is { } crowd)
            traffic.AddCrowd(crowd);
        if (scenario.Flood is { } flood)
            new FloodTraffic(scenario, flood, traffic._random.Fork(), traffic.Add, traffic.Client).Add();
        // Stable: what was made first stays first within a millisecond.
        return [.. traffic._hits.OrderBy(static hit => hit.Millisecond)];
    }

    private void Add(LogHit hit)
    {
        if (hit.Millisecond < _millisecondLimit)
            _hits.Add(hit);
    }

    private void AddVisitors()
    {
        for (var second = -60; second < _scenario.Seconds; second++)
        {
            var share = _scenario.Drifts ? 0.75 + (0.5 * (second + 60) / (_scenario.Seconds + 60)) : 1;
            for (var count = Chance(_scenario.ArrivalsPerSecond * share); count > 0; count--)
                AddVisit((second * 1000) + (int)_random.Below(1000), Client(90), LogAgents.Browser(45, _random), _scenario.Site.Page(_random), linked: 45);
        }
    }

    private void AddCrowd(CrowdOptions crowd)
    {
        for (var second = 0; second < _scenario.DuringSeconds; second++)
        {
            var height = Math.Min(1, (second + 1) / (double)Math.Max(1, crowd.RampSeconds));
            for (var count = Chance(_scenario.ArrivalsPerSecond * (crowd.Times - 1) * height); count > 0; count--)
            {
                var at = ((_scenario.BeforeSeconds + second) * 1000) + (int)_random.Below(1000);
                var (client, page) = (Client(crowd.Known), OneOf(crowd.Landing) ? _scenario.Site.Landing : _scenario.Site.Page(_random));
                var agent = OneOf(crowd.InApp)
                    ? "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 NewsApp/9.1" : LogAgents.Browser(crowd.Mobile, _random);
                AddVisit(at, client, agent, page, crowd.Linked);
                if (OneOf(crowd.Refreshing))
                    AddRefreshes(at, client, agent, page);
            }
        }
    }

    private void AddRefreshes(int at, Address client, string agent, string page)
    {
        for (var count = _random.Between(3, 12); count > 0; count--)
        {
            at += _random.Between(2_000, 8_000);
            AddPage(at, client, agent, page, "-", isFirst: false);
        }
    }

    /// <summary>A person: a page with its parts, some time to read, perhaps another page.</summary>
    private void AddVisit(int at, Address client, string agent, string page, uint linked)
    {
        var referer = OneOf(linked) ? Outside : "-";
        for (var isFirst = true; ; isFirst = false)
        {
            AddPage(at, client, agent, page, referer, isFirst);
            if (_random.Below(100) >= 55)
                return;
            at += 2_000 + (int)Math.Min(120_000, _random.Exponential(10_000));
            (referer, page) = ("https://www.example.com" + page, _scenario.Site.Page(_random));
        }
    }

    private void AddPage(int at, Address client, string agent, string page, string referer, bool isFirst)
    {
        var isHttp1 = client.Low % 10 == 0; // somebody behind an old proxy
        if (at >= 0)
        {
            Add(new LogHit(at, client, agent, page)
            {
                Referer = referer,
                Bytes = 8_000 + _random.Below(40_000),
                IsHttp1 = isHttp1,
                Status = (ushort)(_random.OneIn(60) ? 404 : 200),
                DurationMilliseconds = (int)_random.Exponential(80),
            });
        }

        // Parts that the browser has already are not asked for again.
        var parts = isFirst ? _scenario.Site.Assets : _scenario.Site.Assets / 4;
        for (var part = 0; part < parts; part++)
        {
            if (at + (part * 40) + 60 is >= 0 and var when)
            {
                Add(new LogHit(when + (int)_random.Below(300), client, agent, _scenario.Site.Part(part, _random))
                {
                    Referer = "https://www.example.com" + page,
                    Bytes = 2_000 + _random.Below(60_000),
                    IsHttp1 = isHttp1,
                    Status = (ushort)(_random.OneIn(5) ? 304 : 200),
                });
            }
        }
    }

    private void AddMachinesOfTheHouse()
    {
        for (var second = 0; second < _scenario.Seconds; second++)
        {
            for (var count = Chance(_scenario.Site.TillsPerSecond); count > 0; count--)
            {
                var till = _random.Below(200);
                Add(new LogHit((second * 1000) + (int)_random.Below(1000), DocumentationSpace.Server((byte)(1 + till)), LogAgents.Till, string.Create(CultureInfo.InvariantCulture, $"/api/v1/tills/{till}/sync"))
                {
                    Method = "POST",
                    Bytes = 300,
                    IsHttp1 = true,
                });
            }

            if (second % 10 == 3)
                Add(new LogHit(second * 1000, DocumentationSpace.Server(240), LogAgents.Monitor, "/health") { Bytes = 15, IsHttp1 = true });
            for (var crawler = 0; crawler < 2; crawler++)
            {
                if (_random.OneIn(2))
                    Add(new LogHit((second * 1000) + (int)_random.Below(1000), DocumentationSpace.Server((byte)(241 + crawler)), LogAgents.Crawler(crawler), _scenario.Site.Page(_random)) { IsHttp1 = true });
            }
        }
    }

    /// <summary>An address of everybody else: of a hundred, <paramref name="known"/> are from networks that usually come.</summary>
    private Address Client(uint known)
    {
        var network = OneOf(known) ? _random.Below(UsualNetworks) : UsualNetworks + _random.Below(512 - UsualNetworks);
        if (!_random.OneIn(3))
            return DocumentationSpace.Anybody((network << 8) | (1 + _random.Below(254)));
        // Of IPv6 the /48 is what a network is: thousands of them are for documentation.
        var wide = network < UsualNetworks ? 0x1000u + _random.Below(400) : 0x2000u + _random.Below(40_000);
        return Address.FromHalves(0x20010DB8_00000000UL | ((ulong)wide << 16) | _random.Below(16), _random.NextUInt64());
    }

    private bool OneOf(uint hundredths) => _random.Below(100) < hundredths;

    /// <summary>A whole number with this mean: as many as arrive in a second by chance.</summary>
    private int Chance(double mean)
    {
        if (mean <= 0)
            return 0;
        var count = 0;
        var gap = (long)(1_000_000_000 / mean);
        for (var at = _random.Exponential(gap); at < 1_000_000_000; at += Math.Max(1, _random.Exponential(gap)))
            count++;
        return count;
    }
}
