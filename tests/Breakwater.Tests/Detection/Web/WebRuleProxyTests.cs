using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Reports;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Real proxies with each rule, asked over sockets of the file system: what a rule is for is refused, and nothing else.</summary>
public sealed class WebRuleProxyTests : IDisposable
{
    private const string Site = "shop.example.com";
    private static readonly Estimate _some = new(0.5, 0.4, 0.6, 100);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bw-");
    private Process? _proxy;

    // A condition, the request that it is for, and the same request with one thing changed.
    private static readonly Case[] _cases =
    [
        new(WebField.Path, "/shop/item-*", new Ask("/shop/item-12"), new Ask("/shop/item-12/more")),
        new(WebField.Path, "/a/b/**", new Ask("/a/b/c/d?x=1"), new Ask("/a/c/c/d?x=/a/b/c")),
        new(WebField.Path, "/x/*", new Ask("/x/%2e%2e"), new Ask("//x/y")),
        new(WebField.Path, "/", new Ask("/?q=1"), new Ask("/index")),
        new(WebField.Query, "1", new Ask("/?a=1"), new Ask("/")),
        new(WebField.Query, "0", new Ask("/"), new Ask("/?a=1")),
        new(WebField.Referer, "1", new Ask("/", Referer: "https://example.net/"), new Ask("/")),
        new(WebField.Referer, "0", new Ask("/"), new Ask("/", Referer: "https://example.net/")),
        new(WebField.HttpVersion, "1", new Ask("/"), null),
        new(WebField.HttpVersion, "2", null, new Ask("/")),
        new(WebField.Writes, "1", new Ask("/", "DELETE"), new Ask("/")),
        new(WebField.Writes, "0", new Ask("/"), new Ask("/", "PUT")),
        new(WebField.UserAgent, "", new Ask("/", Agent: null), new Ask("/", Agent: "x")),
        new(WebField.UserAgent, "Mozilla/5.0 (X11; $host)", new Ask("/", Agent: "Mozilla/5.0 (X11; $host)"), new Ask("/", Agent: "Mozilla/5.0 (X11; $host) more")),
        new(WebField.UserAgent, "-x", new Ask("/", Agent: "-x"), new Ask("/", Agent: "x")),
        new(WebField.UserAgent, "-i", new Ask("/", Agent: "-i"), new Ask("/", Agent: "-I")),
        new(WebField.UserAgent, "a\\x22b", new Ask("/", Agent: "a\"b"), new Ask("/", Agent: "a'b")),
        new(WebField.UserAgent, "a#22b", new Ask("/", Agent: "a\"b"), new Ask("/", Agent: "a'b")),
        new(WebField.UserAgent, "a\\\"b\\\\", new Ask("/", Agent: "a\"b\\"), new Ask("/", Agent: "a\"b")),
        new(WebField.UserAgent, "caf??", new Ask("/", Agent: "caf\u00c3\u00a9"), new Ask("/", Agent: "caf")),
        new(WebField.UserAgent, new string('z', WebRule.LongestValue), new Ask("/", Agent: new string('z', 300)), new Ask("/", Agent: "zzz")),
    ];

    public void Dispose()
    {
        if (_proxy is { HasExited: false })
            _proxy.Kill();
        _proxy?.WaitForExit();
        _proxy?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    [Trait("Tier", "daemon")]
    public void HaProxy_RefusesWhatEachRuleIsFor_AndNothingElse()
    {
        var text = new StringBuilder("global\n  maxconn 100\ndefaults\n  mode http\n  timeout client 9s\n  timeout server 9s\n  timeout connect 9s\n");
        for (var index = 0; index < _cases.Length; index++)
        {
            var rule = WebRuleText.HaProxy(RuleOf(_cases[index]), $"rule_{index}", Site).Replace("\n", "\n  ", StringComparison.Ordinal);
            text.Append($"frontend f{index}\n  bind unix@{Socket(index)}\n  {rule}\n  http-request return status 200\n");
        }

        Start("haproxy", text.ToString(), static path => ["-db", "-f", path]);
        AssertEach();
    }

    [Fact]
    [Trait("Tier", "daemon")]
    public void Nginx_RefusesWhatEachRuleIsFor_AndNothingElse()
    {
        var text = new StringBuilder($"daemon off;\nmaster_process off;\npid {_folder.FullName}/pid;\nerror_log {_folder.FullName}/error;\nevents {{}}\nhttp {{\naccess_log off;\n");
        foreach (var kind in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            text.Append($"{kind}_temp_path {_folder.FullName}/{kind};\n");
        for (var index = 0; index < _cases.Length; index++)
        {
            text.Append(WebRuleText.Nginx(RuleOf(_cases[index]), $"rule_{index}", Site));
            text.Append($"server {{ listen unix:{Socket(index)}; if ($rule_{index}) {{ return 429; }} return 200; }}\n");
        }

        Start("nginx", text.Append("}\n").ToString(), path => ["-c", path, "-e", Path.Combine(_folder.FullName, "error")]);
        AssertEach();
    }

    [Fact]
    public void Names_OfTwoIncidents_Differ()
    {
        var rule = RuleOf(_cases[0]);
        var lines = Enumerable.Range(0, 3_000).Select(static index => WebLogs.Line(index / 200, $"198.18.1.{index % 40}", $"/?{index}"));
        var incident = Assert.Single(WebLogs.Detect(lines).Incidents) with { Target = new Target(TargetKind.Service, default, Direction.Inbound, Site), Site = Site, WebRules = [rule, rule] };
        Incident[] incidents = [incident, incident with { StartedNanoseconds = 1 }];
        Assert.Equal(4, incidents.SelectMany(static incident => new[] { WebRuleText.Name(incident, 0), WebRuleText.Name(incident, 1) }).Distinct().Count());
        Assert.All(incidents, static incident => Assert.Contains("shop", WebRuleJson.Write(incident, 0)["nginx"]!.ToString(), StringComparison.Ordinal));
    }

    private static WebRule RuleOf(Case item) => new(ImmutableArray.Create(new WebCondition(item.Field, item.Value)), _some, _some, _some);

    private string Socket(int index) => Path.Combine(_folder.FullName, $"{index}");

    private void AssertEach()
    {
        for (var index = 0; index < _cases.Length; index++)
        {
            var item = _cases[index];
            if (item.Meant is { } meant)
            {
                Assert.True(Status(index, meant, Site) == 429, $"{item} lets its request pass");
                Assert.True(Status(index, meant, "other.example.com") == 200, $"{item} refuses it on another host");
                Assert.True(Status(index, meant, Site.ToUpperInvariant() + ":8080") == 429, $"{item} lets its request pass with a port");
            }

            if (item.Other is { } other)
                Assert.True(Status(index, other, Site) == 200, $"{item} refuses another request");
        }
    }

    private int Status(int index, Ask ask, string host)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Connect(new UnixDomainSocketEndPoint(Socket(index)));
        var agent = ask.Agent is null ? "" : $"User-Agent: {ask.Agent}\r\n";
        var referer = ask.Referer is null ? "" : $"Referer: {ask.Referer}\r\n";
        socket.Send(Encoding.Latin1.GetBytes($"{ask.Method} {ask.Target} HTTP/1.1\r\nHost: {host}\r\n{agent}{referer}Connection: close\r\nContent-Length: 0\r\n\r\n"));
        var answer = new byte[4_096];
        var length = 0;
        while (length < 12 && socket.Receive(answer, length, answer.Length - length, SocketFlags.None) is var more and > 0)
            length += more;
        return length < 12 ? 0 : int.Parse(Encoding.ASCII.GetString(answer, 9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Start(string program, string configuration, Func<string, string[]> arguments)
    {
        WebRuleTests.Require(program);
        var path = Path.Combine(_folder.FullName, "configuration");
        File.WriteAllText(path, configuration, Encoding.Latin1);
        _proxy = Process.Start(new ProcessStartInfo(WebRuleTests.Find(program)!, arguments(path)) { RedirectStandardError = true })!;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); Thread.Sleep(20))
        {
            if (_proxy.HasExited)
                Assert.Fail(_proxy.StandardError.ReadToEnd() + "\n" + configuration);
            if (Answers())
                return;
        }

        Assert.Fail($"{program} does not answer");
    }

    private bool Answers()
    {
        try
        {
            return Status(_cases.Length - 1, new Ask("/"), Site) == 200;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed record Ask(string Target, string Method = "GET", string? Agent = "made", string? Referer = null);

    private sealed record Case(WebField Field, string Value, Ask? Meant, Ask? Other);
}
