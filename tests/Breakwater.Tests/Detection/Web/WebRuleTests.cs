using System.Collections.Immutable;
using System.Diagnostics;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Reports;
using Breakwater.Samples.Web;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Proposed rules: proxies read them, and they do what their price says.</summary>
public sealed class WebRuleTests
{
    private static readonly LogScenario _mixed = new(LogSite.Shop, 11)
    {
        ArrivalsPerSecond = 6,
        BeforeSeconds = 150,
        DuringSeconds = 30,
        AfterSeconds = 5,
        Flood = new FloodOptions(FloodTarget.Landing, 300, 900) { Agents = 2 },
    };

    private static readonly Estimate _some = new(0.5, 0.4, 0.6, 100);

    public static TheoryData<int> Hostile => [0, 1, 2, 3];

    private static readonly string[] _agents =
    [
        "", "a\"; return 200; #", "x\\\" } server { listen 1; $host ${uri}", new string('z', WebRule.LongestValue),
    ];

    [Fact]
    public void Flood_HasARuleThatMeetsItAndLittleElse()
    {
        var rule = Assert.Single(WebLogs.Detect(_mixed).Incidents).WebRules[0];
        Assert.InRange(rule.Conditions.Length, 1, 3);
        Assert.InRange(rule.ExcessCovered.Value!.Value, 0.8, 1);
        Assert.InRange(rule.LegitimateTouched.Value!.Value, 0, 0.1);
        Assert.All([rule.ExcessCovered, rule.LegitimateTouched, rule.LegitimateClients], static estimate => Assert.True(estimate.Low <= estimate.Value && estimate.Value <= estimate.High));
    }

    [Fact]
    public void Rules_OnSeededMixes_DoWhatTheirPriceSays()
    {
        var (inside, all) = (0, 0);
        for (ulong seed = 0; seed < 24; seed++)
        {
            var scenario = _mixed with { Seed = seed, DuringSeconds = 20, BeforeSeconds = 100 + (int)seed, Flood = Varied((int)seed) };
            var flood = new HashSet<string>(WebLogs.Lines(scenario with { ArrivalsPerSecond = 0, Site = scenario.Site with { TillsPerSecond = 0 } }), StringComparer.Ordinal);
            foreach (var rule in Assert.Single(WebLogs.Detect(scenario).Incidents).WebRules)
            {
                var hits = LogTraffic.Of(scenario).Where(hit => hit.Millisecond < scenario.BeforeSeconds * 1000).ToList();
                var touched = hits.Count(hit => Meets(rule, hit)) / (double)hits.Count;
                all++;
                TestContext.Current.SendDiagnosticMessage($"{seed}: {WebRuleText.Sentence(rule)}; true {touched:0.0000} of {hits.Count}");
                inside += touched >= rule.LegitimateTouched.Low!.Value - 1e-4 && touched <= rule.LegitimateTouched.High!.Value + 1e-4 ? 1 : 0;
            }
        }

        Assert.True(all >= 20, $"only {all} rules");
        Assert.True(inside >= 0.9 * all, $"{inside} of {all} inside their intervals");
    }

    [Theory]
    [Trait("Tier", "daemon")]
    [MemberData(nameof(Hostile))]
    public void HaProxy_ReadsEveryRule(int agent)
    {
        var configuration = "global\n  maxconn 10\ndefaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nfrontend f\n  bind 127.0.0.1:1\n"
            + string.Concat(Rules(agent).Select(static (rule, index) => WebRuleText.HaProxy(rule, Name(index)).Replace("\n", "\n  ", StringComparison.Ordinal))) + "\n  default_backend b\nbackend b\n  server s 127.0.0.1:2\n";
        AssertReads("haproxy", configuration, static path => ["-c", "-q", "-f", path]);
    }

    [Theory]
    [Trait("Tier", "daemon")]
    [MemberData(nameof(Hostile))]
    public void Nginx_ReadsEveryRule(int agent)
    {
        var rules = Rules(agent).ToList();
        var configuration = "pid /dev/null;\nerror_log /dev/null;\nevents {}\nhttp {\naccess_log off;\nmap_hash_bucket_size 512;\n"
            + string.Concat(rules.Select(static (rule, index) => WebRuleText.Nginx(rule, Name(index))))
            + "server { listen 127.0.0.1:18999; " + string.Concat(rules.Select(static (_, index) => $"if (${Name(index)}) {{ return 429; }} ")) + "}\n}\n";
        AssertReads("nginx", configuration, static path => ["-t", "-q", "-c", path]);
    }

    [Fact]
    [Trait("Tier", "daemon")]
    public void Proxies_PlantedMistake_IsFound()
    {
        Require("haproxy");
        Require("nginx");
        Assert.NotEqual(0, Run("haproxy", "frontend f\n  acl a path -m nonsense x\n", static path => ["-c", "-q", "-f", path]).Code);
        Assert.NotEqual(0, Run("nginx", "events {}\nhttp { map $uri $x { nonsense \"a; } }\n", static path => ["-t", "-q", "-c", path]).Code);
    }

    private static FloodOptions Varied(int seed) => (seed % 4) switch
    {
        0 => new FloodOptions(FloodTarget.Landing, 300, 900) { Agents = 2 },
        1 => new FloodOptions(FloodTarget.RandomQueries, 250, 400) { Agents = 60, Referers = 100 },
        2 => new FloodOptions(FloodTarget.RandomPaths, 400, 300) { Agents = 5, SpeaksHttp2 = true },
        _ => new FloodOptions(FloodTarget.Home, 200, 5_000) { Agents = 0 },
    };

    /// <summary>The conditions as a proxy reads them, written once more.</summary>
    private static bool Meets(WebRule rule, LogHit hit) => rule.Conditions.All(condition => condition.Field switch
    {
        WebField.Path => System.Text.RegularExpressions.Regex.IsMatch(hit.Target.Split('?')[0], WebRuleText.Pattern(condition.Value)),
        WebField.UserAgent => (hit.Agent == "-" ? "" : hit.Agent) == condition.Value,
        WebField.Query => hit.Target.Contains('?', StringComparison.Ordinal) == (condition.Value == "1"),
        WebField.Referer => (hit.Referer != "-") == (condition.Value == "1"),
        WebField.HttpVersion => hit.IsHttp1 == (condition.Value == "1"),
        WebField.Writes => (hit.Method == "POST") == (condition.Value == "1"),
        _ => Prefix.TryParse(condition.Value, out var prefix) && prefix.Contains(hit.Client),
    });

    private static ImmutableArray<Prefix> Networks(int count) =>
        [.. Enumerable.Range(0, count).Select(static index => index % 2 == 0 ? new Prefix(Address.FromIPv4(0xC6120000u + ((uint)index << 8)), 24) : new Prefix(Address.FromHalves(0x20010DB8_00000000UL + ((ulong)index << 16), 0), 48))];

    private static string Name(int index) => $"breakwater_{index + 1}";

    private static IEnumerable<WebRule> Rules(int agent)
    {
        WebCondition[] conditions =
        [
            new(WebField.Path, "/"), new(WebField.Path, "/shop/item-*"), new(WebField.Path, "/a \"b\\c{$}/*/**"), new(WebField.Query, "1"), new(WebField.Query, "0"),
            new(WebField.Referer, "1"), new(WebField.Referer, "0"), new(WebField.HttpVersion, "1"), new(WebField.HttpVersion, "2"), new(WebField.Writes, "1"), new(WebField.Writes, "0"),
            new(WebField.Network, "192.0.2.0/24"), new(WebField.Network, "2001:db8:7::/48"),
            new(WebField.Country, "XA") { Networks = Networks(WebLimits.RuleNetworks), NetworksShare = 0.75 }, new(WebField.Country, "XB"), new(WebField.System, "AS64496") { Networks = Networks(1), NetworksShare = 1 },
        ];
        return conditions.Select(condition => new WebRule([condition, new WebCondition(WebField.UserAgent, _agents[agent])], _some, _some, _some));
    }

    private static void AssertReads(string program, string configuration, Func<string, string[]> arguments)
    {
        Require(program);
        var (code, output) = Run(program, configuration, arguments);
        Assert.True(code == 0, output + "\n" + configuration);
    }

    private static (int Code, string Output) Run(string program, string configuration, Func<string, string[]> arguments)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, configuration);
        using var process = Process.Start(new ProcessStartInfo(Find(program)!, arguments(path)) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        File.Delete(path);
        return (process.ExitCode, output.GetAwaiter().GetResult());
    }

    internal static string? Find(string program) => new[] { "/usr/sbin/", "/usr/bin/", "/usr/local/sbin/" }.Select(folder => folder + program).FirstOrDefault(File.Exists);

    internal static void Require(string program)
    {
        if (Find(program) is not null)
            return;
        if (Environment.GetEnvironmentVariable("BREAKWATER_STRICT") == "1")
            Assert.Fail($"{program} is not installed");
        Assert.Skip($"{program} is not installed: its reading of the rules was not tested (apt-get install {program})");
    }
}
