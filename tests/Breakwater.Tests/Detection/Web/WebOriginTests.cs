using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Samples.Web;
using Breakwater.Telemetry;
using Breakwater.Tests.Geo;
using Breakwater.Tests.Mmdb;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Countries and autonomous systems of clients: evidence and conditions of rules where a database tells them, nothing where none does.</summary>
public sealed class WebOriginTests : IDisposable
{
    // Ordinary browsers of strangers: hardly anything but their origin tells them from visitors.
    private static readonly LogScenario _scenario = new(LogSite.Shop, 5)
    {
        ArrivalsPerSecond = 5,
        BeforeSeconds = 90,
        DuringSeconds = 30,
        AfterSeconds = 5,
        Flood = new FloodOptions(FloodTarget.Pages, 500, 9_000) { UsualAgents = true, SpeaksHttp2 = true, Referers = 40, Known = 0 },
    };

    private static readonly List<string> _lines = WebLogs.Lines(_scenario);
    private readonly GeoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Flood_FromElsewhere_IsEvidence_AndWithoutADatabaseNothingChanges()
    {
        var without = Assert.Single(WebLogs.Detect(_lines).Incidents);
        var with = Assert.Single(WebLogs.Detect(_lines, origins: WebOrigins.Of(Lookup("XC"))).Incidents);
        var countries = Assert.Single(with.Reasons, static reason => reason.Measure == "countries-unlike-usual");
        Assert.Equal(0, countries.Weight);
        Assert.Contains("to XC, where", countries.Text, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single(with.Reasons, static reason => reason.Measure == "systems-unlike-usual").Weight);
        Assert.Equal((without.Verdict, without.Confidence, without.DetectedNanoseconds), (with.Verdict, with.Confidence, with.DetectedNanoseconds));
        Assert.Equal(without.Reasons.Select(Line).Order(), with.Reasons.Where(static reason => !IsOfOrigin(reason)).Select(Line).Order());
        Assert.DoesNotContain(without.Reasons, IsOfOrigin);
        Assert.DoesNotContain(without.WebRules.SelectMany(static rule => rule.Conditions), static condition => condition.Field is WebField.Country or WebField.System);

        static string Line(Reason reason) => $"{reason.Measure} {reason.Value} {reason.Weight} {reason.Text}";
    }

    [Fact]
    public void Flood_FromHome_SaysNothing() =>
        Assert.DoesNotContain(Assert.Single(WebLogs.Detect(_lines, origins: WebOrigins.Of(Lookup("AA"))).Incidents).Reasons, IsOfOrigin);

    /// <summary>A rule by country or system asks for networks and is priced by these: what it says is what counting gives.</summary>
    [Fact]
    public void Rule_ByOrigin_IsPricedByItsNetworks()
    {
        var lookup = Lookup("XC");
        var incident = Assert.Single(WebLogs.Detect(InFewNetworks(lookup, 96), origins: WebOrigins.Of(lookup)).Incidents);
        var rule = incident.WebRules.First(static rule => rule.Conditions.Any(IsOfOrigin));
        var condition = rule.Conditions.First(IsOfOrigin);
        Assert.Contains(condition.Value, (string[])["XC", "AS64511"]);
        Assert.Equal(condition.Networks.OrderBy(static network => network.Network), condition.Networks);
        Assert.InRange(condition.Networks.Length, 90, WebLimits.RuleNetworks);
        Assert.InRange(condition.NetworksShare!.Value, 0.98, 1);
        Assert.InRange(rule.ExcessCovered.Value!.Value, 0.9, 1);
    }

    /// <summary>The twin: of thousands of networks the few that are listed are a small part, and no rule promises more.</summary>
    [Fact]
    public void Rule_ByOriginOfThousandsOfNetworks_PromisesNoMoreThanItsNetworksAre()
    {
        var lookup = Lookup("XC");
        var rules = Assert.Single(WebLogs.Detect(_lines, origins: WebOrigins.Of(lookup)).Incidents).WebRules;
        Assert.Contains(rules, static rule => rule.Conditions.Any(IsOfOrigin));
        foreach (var rule in rules.Where(static rule => rule.Conditions.Any(IsOfOrigin)))
        {
            var share = rule.Conditions.First(IsOfOrigin).NetworksShare!.Value;
            Assert.InRange(share, 0, 0.5);
            Assert.InRange(rule.ExcessCovered.Value!.Value, 0, share);
        }
    }

    [Fact]
    public void Shards_AndShuffledSeconds_SameHash()
    {
        var (path, lookup) = (Write("a.log", _lines), Lookup("XC"));
        var expected = Hash(path, 1, lookup);
        Assert.All([2, 3, 8], shards => Assert.Equal(expected, Hash(path, shards, lookup)));
        foreach (var seed in (int[])[1, 2])
        {
            var random = new Random(seed);
            var shuffled = _lines.GroupBy(static line => line.Split('[', ']')[1]).SelectMany(second => second.OrderBy(_ => random.Next()));
            Assert.Equal(expected, Hash(Write($"{seed}.log", shuffled), 1 + seed, lookup));
        }

        // The twin: origins are part of it.
        Assert.NotEqual(expected, Hash(path, 1, null));
        Assert.NotEqual(expected, Hash(path, 1, Lookup("XD")));
    }

    [Fact]
    public void Databases_AreAskedForNetworks_NeverForLines()
    {
        long asked = 0;
        var lookup = Lookup("XC");
        var result = WebLogs.Detect(_lines, origins: address =>
        {
            asked++;
            Assert.Equal(address, ClientOrigins.NetworkOf(address).Network);
            return WebOrigins.Of(lookup)!(address);
        });
        var networks = LogTraffic.Of(_scenario).Select(static hit => ClientOrigins.NetworkOf(hit.Client)).Distinct().Count();
        Assert.InRange(asked, 1, 4 * networks);
        Assert.True(networks * 4 < result.Requests, $"{networks} networks of {result.Requests} requests");
    }

    [Fact]
    public void FewNetworks_SayNothing()
    {
        var lines = _lines.Where(static line => !line.StartsWith("2001:", StringComparison.Ordinal)).Select(static line => "198.18.7.1" + line[line.IndexOf(' ', StringComparison.Ordinal)..]);
        Assert.DoesNotContain(WebLogs.Detect(lines, origins: WebOrigins.Of(Lookup("XC"))).Incidents.SelectMany(static incident => incident.Reasons), IsOfOrigin);
    }

    [Fact]
    public void TestDatabases_OfMaxMind_AreAskedAsForReports()
    {
        var lookup = GeoFiles.Open([SharedData.Path("geo/maxmind/GeoLite2-Country-Test.mmdb"), SharedData.Path("geo/maxmind/GeoLite2-ASN-Test.mmdb")], _folder.Root).Lookup!;
        var known = 0;
        for (uint network = 0; network < 1 << 16; network++)
        {
            var address = Address.FromIPv4(network << 16);
            var origin = WebOrigins.Of(lookup)!(address);
            Assert.Equal(lookup.TryCountry(address, out var country) ? country : default, origin.Country);
            Assert.Equal(lookup.TryAsn(address, out var number) ? number : 0, origin.SystemNumber);
            known += origin.Country.IsKnown || origin.SystemNumber != 0 ? 1 : 0;
        }

        Assert.True(known >= 10, $"{known} known");
        Assert.Equal(2, lookup.Hashes.Distinct().Count());
    }

    /// <summary>Visitors' networks of the generator are in two countries, those of newcomers in a third; each country is one autonomous system.</summary>
    internal static byte[] Database(string newcomers)
    {
        var writer = new MmdbWriter();
        Add("AA", 64_496, "198.18.0.0/17", "198.51.100.0/24", "2001:db8:1000::/41", "2001:db8:1100::/40");
        Add("XB", 64_497, "198.18.128.0/19", "2001:db8:1080::/41");
        Add(newcomers, newcomers == "AA" ? 64_496u : 64_511, "198.18.160.0/19", "198.18.192.0/18", "198.19.0.0/16", "2001:db8:2000::/35", "2001:db8:4000::/34", "2001:db8:8000::/33");
        return writer.Finish();

        void Add(string country, uint system, params string[] networks)
        {
            foreach (var network in networks)
                writer.Add(network, new (string, object)[] { ("country_code", country), ("autonomous_system_number", system), ("autonomous_system_organization", $"Example {country}") });
        }
    }

    private GeoLookup Lookup(string newcomers) => GeoFiles.Open([_folder.Write($"{newcomers}.mmdb", Database(newcomers))], _folder.Root).Lookup!;

    private string Write(string name, IEnumerable<string> lines)
    {
        File.WriteAllText(_folder[name], string.Join('\n', lines) + "\n");
        return _folder[name];
    }

    private static string Hash(string path, int shards, GeoLookup? geo) =>
        ReportJson.VerdictHash(AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions { Shards = shards }, TimeProvider.System, geo: geo));

    /// <summary>The lines with all strangers' clients in so many networks.</summary>
    private static List<string> InFewNetworks(GeoLookup lookup, int networks)
    {
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        return _lines.ConvertAll(line =>
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var client = line[..space];
            if (!moved.TryGetValue(client, out var now))
            {
                var isStranger = lookup.TryCountry(Address.Parse(client), out var country) && country.ToString() == "XC";
                moved.Add(client, now = isStranger ? $"198.19.{moved.Count % networks}.{1 + (moved.Count / networks % 250)}" : client);
            }

            return now + line[space..];
        });
    }

    private static bool IsOfOrigin(WebCondition condition) => condition.Field is WebField.Country or WebField.System;

    private static bool IsOfOrigin(Reason reason) => reason.Measure is "countries-unlike-usual" or "systems-unlike-usual";
}
