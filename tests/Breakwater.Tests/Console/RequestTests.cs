using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Breakwater.Console;
using Breakwater.Incidents;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>Requests that are refused whoever sends them, and their innocent twins.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("breakwater.example.net", HttpStatusCode.OK)]
    [InlineData("BREAKWATER.example.net", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_OnlyOwnNames_AreAnswered(string host, HttpStatusCode expected)
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Viewer));
        client.DefaultRequestHeaders.Host = host;
        Assert.Equal(expected, (await client.GetAsync("/api/v1/services")).StatusCode);
        Assert.Equal(expected, (await client.GetAsync("/login")).StatusCode);
    }

    [Fact]
    public async Task Origin_OfAnotherSite_IsRefused()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Viewer));
        foreach (var (origin, expected) in new[] { (rig.Address.GetLeftPart(UriPartial.Authority), HttpStatusCode.Created), ($"https://{rig.Address.Authority}", HttpStatusCode.Created), ("http://evil.example", HttpStatusCode.Forbidden), ($"http://{rig.Address.Authority}.evil.example", HttpStatusCode.Forbidden), ("null", HttpStatusCode.Forbidden) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/logins");
            request.Headers.Add("Origin", origin);
            Assert.Equal(expected, (await client.SendAsync(request)).StatusCode);
        }
        // A browser's change without an origin is refused, a program's is not.
        using var bare = new HttpRequestMessage(HttpMethod.Post, "/api/v1/logins");
        bare.Headers.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(bare)).StatusCode);
    }

    [Fact]
    public async Task Query_WithATokenOrAnUnknownParameter_IsRefused()
    {
        await using var rig = await ConsoleRig.Start();
        var token = await rig.Token(Role.Viewer);
        using var client = rig.Client(token);
        using var stranger = rig.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/incidents?limit=1")).StatusCode);
        foreach (var query in new[] { $"token={token}", $"access_token={token}", $"service={token}", "nonsense=1", "limit=1&limit=2", "limit=0", "limit=1001", "limit=x", "state=none", "cursor=x" })
            Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/incidents?{query}")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.GetAsync($"/api/v1/incidents?token={token}")).StatusCode);
    }

    [Fact]
    public async Task Errors_AreProblemDetails()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Viewer));
        foreach (var (method, path, status) in new[] { ("GET", "/api/v1/none", 404), ("PUT", "/api/v1/services", 405), ("GET", "/api/v1/tokens", 403), ("GET", "/api/v1/incidents/inc-99999999", 404), ("GET", "/api/v1/incidents?limit=x", 400) })
        {
            using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            var problem = await ConsoleRig.Json(answer);
            Assert.Equal(status, (int)problem["status"]!);
            Assert.NotEmpty((string)problem["detail"]!);
        }
    }

    [Fact]
    public async Task Body_TooLargeTooDeepOrNoObject_IsRefused()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Admin));
        var good = """{"name":"x","role":"viewer"}""";
        Assert.Equal(HttpStatusCode.Created, await Post(client, good));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Post(client, good + new string(' ', Answer.MaximumBodyBytes)));
        foreach (var body in new[] { "", "[]", "7", "{", string.Concat(Enumerable.Repeat("{\"name\":", 20)) + "1" + new string('}', 20), """{"name":"x","role":"god"}""", """{"name":"x","role":"viewer","more":1}""", """{"name":"a b","role":"viewer"}""", """{"name":"x","role":"viewer","services":["none"]}""", """{"name":"x","role":"viewer","lifetime":"5"}""" })
            Assert.Equal(HttpStatusCode.BadRequest, await Post(client, body));
    }

    [Theory]
    [InlineData("", HttpStatusCode.Created, 0)]
    [InlineData(""","services":null""", HttpStatusCode.Created, 0)]
    [InlineData(""","services":["a"]""", HttpStatusCode.Created, 1)]
    [InlineData(""","services":[]""", HttpStatusCode.BadRequest, null)]
    [InlineData(""","services":"a" """, HttpStatusCode.BadRequest, null)]
    [InlineData(""","services":{"a":1}""", HttpStatusCode.BadRequest, null)]
    [InlineData(""","services":false""", HttpStatusCode.BadRequest, null)]
    [InlineData(""","services":["a",null]""", HttpStatusCode.BadRequest, null)]
    [InlineData(""","services":["a",["b"]]""", HttpStatusCode.BadRequest, null)]
    public async Task TokenServices_AreAListOrAbsent_AndNeverAllByMistake(string member, HttpStatusCode expected, int? services)
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Admin));
        using var content = new StringContent($$"""{"name":"x","role":"viewer"{{member}}}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.PostAsync("/api/v1/tokens", content);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(services, (await ConsoleRig.Json(answer))["services"]?.AsArray().Count);
    }

    [Fact]
    public async Task Headers_TooLargeOrNeverEnding_CloseTheConnection()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client();
        client.DefaultRequestHeaders.Add("X-Long", new string('x', 20_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await client.GetAsync("/healthz")).StatusCode);
        // Never finished: answered or closed by the time limit of headers, 10 s.
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, rig.Address.Port);
        await slow.GetStream().WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray());
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        var answer = new byte[200];
        var read = await slow.GetStream().ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, end.Token);
        Assert.DoesNotContain("200 OK", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_ByLinkOnce_ByTokenAlways_AndLogoutEndsIt()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);
        var code = rig.Sessions.NewLink(ApiCaller.Local);
        using (var first = await client.GetAsync($"/login/{code}"))
        {
            Assert.Equal((HttpStatusCode.SeeOther, "/"), (first.StatusCode, first.Headers.Location?.ToString()));
            var set = first.Headers.GetValues("Set-Cookie").Single();
            Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"/login/{code}")).StatusCode);

        using var form = new FormUrlEncodedContent([new("token", await rig.Token(Role.Viewer))]);
        using var entered = await client.PostAsync("/login", form);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var browser = rig.Client();
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Contains("192.0.2.1", await browser.GetStringAsync("/"), StringComparison.Ordinal);
        // The cookie alone changes nothing: the origin has to say that the page is ours.
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/logout", content: null)).StatusCode);
        browser.DefaultRequestHeaders.Add("Origin", rig.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync("/logout", content: null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/")).StatusCode);
        using var wrong = new FormUrlEncodedContent([new("token", "bwt_wrong")]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/login", wrong)).StatusCode);
    }

    [Fact]
    public async Task UnixSocket_KnowsThisUserWithoutAToken()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(rig.Socket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://localhost/"),
        };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/tokens")).StatusCode);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(rig.Socket));
        // The twin: the same question over TCP.
        using var tcp = rig.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await tcp.GetAsync("/api/v1/tokens")).StatusCode);
    }

    [Fact]
    public async Task UnixSocket_OfAnotherBreakwater_IsLeftAlone_AndADeadOneIsReplaced()
    {
        await using var rig = await ConsoleRig.Start();
        using var second = new Journal(JournalTests.Options(rig.Folder), TimeProvider.System);
        second.Start();
        Assert.False(second.Health.IsGood);
        var api = rig.Api with { Journal = second };
        var options = new ConsoleOptions(new IPEndPoint(IPAddress.Loopback, 0), rig.Socket, new HashSet<string>());
        await using (await ConsoleHost.Start(options, api))
            Assert.True(await Answers(rig.Socket));
        Assert.True(await Answers(rig.Socket));

        // The twin: a socket that nobody listens on any more, in the way of the same journal.
        var dead = Path.Combine(rig.Folder, "dead.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(dead));
            Assert.True(File.Exists(dead));
            await using var host = await ConsoleHost.Start(options with { UnixSocket = dead }, api);
            Assert.True(await Answers(dead));
        }
        Assert.False(File.Exists(dead));
    }

    private static async Task<bool> Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        var answer = new byte[256];
        return Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer)).Contains(" 200 ", StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAnswer_HasItsPolicy()
    {
        await using var rig = await ConsoleRig.Start();
        using var client = rig.Client(await rig.Token(Role.Viewer));
        foreach (var path in new[] { "/", "/login", "/api/v1/services", "/none", "/assets/console.css" })
        {
            using var answer = await client.GetAsync(path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        }
    }

    private static async Task<HttpStatusCode> Post(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.PostAsync("/api/v1/tokens", content);
        return answer.StatusCode;
    }
}
