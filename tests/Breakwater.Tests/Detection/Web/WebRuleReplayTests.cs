using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Reports;
using Breakwater.Samples.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>
/// A made log again, through a real proxy that has the proposed rule: of the crowd it refuses the part that was stated, and of the requests from
/// before no more. A sample of two thousand requests, over sockets of the file system.
/// </summary>
public sealed class WebRuleReplayTests : IDisposable
{
    private const int Requests = 1_000;
    private const int AtATime = 16;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bw-");
    private Process? _proxy;

    private static readonly LogScenario _landing = new(LogSite.Shop, 21)
    {
        ArrivalsPerSecond = 6,
        BeforeSeconds = 120,
        DuringSeconds = 25,
        AfterSeconds = 5,
        Flood = new FloodOptions(FloodTarget.Landing, 300, 900) { Agents = 2 },
    };

    private static readonly LogScenario _queries = _landing with { Seed = 22, Flood = new FloodOptions(FloodTarget.RandomQueries, 250, 400) { Agents = 60, Referers = 50, SpeaksHttp2 = true } };

    public void Dispose()
    {
        if (_proxy is { HasExited: false })
            _proxy.Kill();
        _proxy?.WaitForExit();
        _proxy?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [Trait("Tier", "daemon")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HaProxy_RefusesWhatWasPromised(bool isOfQueries)
    {
        var mix = Mix.Of(isOfQueries ? _queries : _landing);
        var text = new StringBuilder("global\n  maxconn 200\ndefaults\n  mode http\n  timeout client 20s\n  timeout server 20s\n  timeout connect 20s\n");
        foreach (var (name, rule) in mix.Rules)
        {
            var lines = WebRuleText.HaProxy(rule, name).Replace("\n", "\n  ", StringComparison.Ordinal);
            text.Append($"frontend {name}\n  bind unix@{Socket(name, 1)}\n  bind unix@{Socket(name, 2)} proto h2\n  http-request set-src req.hdr(x-client)\n  {lines}\n  http-request return status 200\n");
        }

        await Start("haproxy", text.ToString(), static path => ["-db", "-f", path]);
        await AssertKept(mix);
    }

    [Theory]
    [Trait("Tier", "daemon")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nginx_RefusesWhatWasPromised(bool isOfQueries)
    {
        var mix = Mix.Of(isOfQueries ? _queries : _landing);
        var text = new StringBuilder($"daemon off;\nmaster_process off;\npid {_folder.FullName}/pid;\nerror_log {_folder.FullName}/error;\nevents {{}}\nhttp {{\naccess_log off;\nset_real_ip_from unix:;\nreal_ip_header X-Client;\nkeepalive_requests 10000;\n");
        foreach (var kind in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            text.Append($"{kind}_temp_path {_folder.FullName}/{kind};\n");
        foreach (var (name, rule) in mix.Rules)
        {
            text.Append(WebRuleText.Nginx(rule, name));
            text.Append($"server {{ listen unix:{Socket(name, 1)}; listen unix:{Socket(name, 2)} http2; if (${name}) {{ return 429; }} return 200; }}\n");
        }

        await Start("nginx", text.Append("}\n").ToString(), path => ["-c", path, "-e", Path.Combine(_folder.FullName, "error")]);
        await AssertKept(mix);
    }

    private async Task AssertKept(Mix mix)
    {
        var (crowd, before) = (await Refused("proposed", mix.Crowd), await Refused("proposed", mix.Before));
        TestContext.Current.SendDiagnosticMessage($"{WebRuleText.Sentence(mix.Proposed)}; refused {crowd} of {mix.Crowd.Length} of the crowd, {before} of {mix.Before.Length} from before");
        Assert.True(IsKept(mix.Proposed.ExcessCovered, crowd, mix.Crowd.Length), $"{WebRuleText.Sentence(mix.Proposed)}: refused {crowd} of {mix.Crowd.Length} of the crowd");
        Assert.True(IsKept(mix.Proposed.LegitimateTouched, before, mix.Before.Length), $"{WebRuleText.Sentence(mix.Proposed)}: refused {before} of {mix.Before.Length} from before");
        // The twins: a rule that misses the crowd, and one that meets everybody, do not keep the promise.
        Assert.False(IsKept(mix.Proposed.ExcessCovered, await Refused("missing", mix.Crowd), mix.Crowd.Length));
        Assert.False(IsKept(mix.Proposed.LegitimateTouched, await Refused("sweeping", mix.Before), mix.Before.Length));
    }

    /// <summary>The share lies in the stated interval, widened by what chance does to a sample of so many (2.6 standard deviations: 99 %).</summary>
    private static bool IsKept(Estimate stated, int refused, int all)
    {
        double Noise(double share) => 2.6 * Math.Sqrt(Math.Max(share * (1 - share), 1.0 / all) / all);
        var share = refused / (double)all;
        return share >= stated.Low!.Value - Noise(stated.Low.Value) && share <= stated.High!.Value + Noise(stated.High.Value);
    }

    private async Task<int> Refused(string name, LogHit[] hits)
    {
        using var client = Client(name);
        var refused = 0;
        await Parallel.ForEachAsync(hits, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken }, async (hit, stop) =>
        {
            var status = await Ask(client, hit, stop);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{status} for {hit}");
            if (status == HttpStatusCode.TooManyRequests)
                Interlocked.Increment(ref refused);
        });
        return refused;
    }

    private static async Task<HttpStatusCode> Ask(HttpClient client, LogHit hit, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(new HttpMethod(hit.Method), "http://www.example.com" + hit.Target)
        {
            Version = hit.IsHttp1 ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("X-Client", hit.Client.ToString());
        if (hit.Agent != "-")
            request.Headers.TryAddWithoutValidation("User-Agent", hit.Agent);
        if (hit.Referer != "-")
            request.Headers.TryAddWithoutValidation("Referer", hit.Referer);
        using var answer = await client.SendAsync(request, stop);
        return answer.StatusCode;
    }

    private HttpClient Client(string name) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket(name, context.InitialRequestMessage.Version.Major)), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private string Socket(string name, int version) => Path.Combine(_folder.FullName, $"{name}{version}");

    private async Task Start(string program, string configuration, Func<string, string[]> arguments)
    {
        WebRuleTests.Require(program);
        var path = Path.Combine(_folder.FullName, "configuration");
        File.WriteAllText(path, configuration, Encoding.Latin1);
        _proxy = Process.Start(new ProcessStartInfo(WebRuleTests.Find(program)!, arguments(path)) { RedirectStandardError = true })!;
        var probe = new LogHit(0, Wire.Address.FromIPv4(0xC0000201), "probe", "/probe") { IsHttp1 = true };
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60);)
        {
            if (_proxy.HasExited)
                Assert.Fail(await _proxy.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) + "\n" + configuration);
            try
            {
                using var client = Client("missing");
                await Ask(client, probe, TestContext.Current.CancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                Thread.Sleep(20);
            }
        }

        Assert.Fail($"{program} does not answer");
    }

    /// <summary>What a made log holds by label, and the first rule that is proposed for it.</summary>
    private sealed record Mix(WebRule Proposed, LogHit[] Crowd, LogHit[] Before)
    {
        public IEnumerable<(string Name, WebRule Rule)> Rules =>
        [
            ("proposed", Proposed),
            ("missing", Proposed with { Conditions = [new WebCondition(WebField.Path, "/nowhere")] }),
            ("sweeping", Proposed with { Conditions = [new WebCondition(WebField.Path, "/**")] }),
        ];

        public static Mix Of(LogScenario scenario)
        {
            var rule = Assert.Single(WebLogs.Detect(scenario).Incidents).WebRules[0];
            // The same seed without the flood makes the same visitors: what is left is the crowd.
            var usual = LogTraffic.Of(scenario with { Flood = null }).ToHashSet();
            var hits = LogTraffic.Of(scenario);
            var random = new Random(5);
            LogHit[] Sample(IEnumerable<LogHit> of) => [.. of.OrderBy(_ => random.Next()).Take(Requests)];
            return new Mix(rule, Sample(hits.Where(hit => !usual.Contains(hit))), Sample(hits.Where(hit => hit.Millisecond < scenario.BeforeSeconds * 1_000)));
        }
    }
}
