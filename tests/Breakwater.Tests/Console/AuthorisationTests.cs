using System.Net;
using System.Text;
using Breakwater.Console;
using Breakwater.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>Every route × role × scope, made from the table of endpoints: what the table says is what happens.</summary>
public sealed class AuthorisationTests
{
    private static readonly (string Name, Role? Role, string[] Services)[] _callers =
    [
        ("nobody", null, []), ("viewer", Role.Viewer, []), ("operator", Role.Operator, []), ("admin", Role.Admin, []),
        ("viewer of a", Role.Viewer, ["a"]), ("operator of a", Role.Operator, ["a"]), ("admin of a", Role.Admin, ["a"]),
    ];

    [Fact]
    public async Task EveryRoute_ForEveryCaller_LetsInWhomTheTableNames()
    {
        await using var rig = await ConsoleRig.Start();
        var wrong = new List<string>();
        var (asked, admitted) = (0, 0);
        foreach (var (name, role, services) in _callers)
        {
            var token = role is { } given ? await rig.Token(given, services) : null;
            foreach (var endpoint in Endpoints.All)
            {
                var status = await Ask(rig, endpoint, token);
                var isIn = status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
                var expected = Expected(endpoint, role, services);
                (asked, admitted) = (asked + 1, admitted + (isIn ? 1 : 0));
                // Without a token 401 says how to get in; with one 403 says that it does not suffice.
                if (isIn != expected || (!isIn && status != (role is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden)))
                    wrong.Add($"{endpoint.Method} {endpoint.Path} for {name}: {(int)status}");
            }
        }
        Assert.Equal([], wrong);
        Assert.Equal(_callers.Length * Endpoints.All.Length, asked);
        Assert.InRange(admitted, 1, asked - 1);
    }

    /// <summary>The rule, said a second time: the twin of what <see cref="Gate"/> does.</summary>
    private static bool Expected(Endpoint endpoint, Role? role, string[] services) => endpoint switch
    {
        // The login form takes its token from the body.
        { Path: "/login", Method: "POST" } or { Path: "/login/{code}" } => false,
        { Scope: EndpointScope.Open } => true,
        _ when role is null => false,
        { Scope: EndpointScope.Whole } when services.Length > 0 => false,
        _ => role >= endpoint.Role,
    };

    private static async Task<HttpStatusCode> Ask(ConsoleRig rig, Endpoint endpoint, string? token)
    {
        using var client = rig.Client(token);
        var path = endpoint.Path.Replace("{id}", IncidentId.Of(1), StringComparison.Ordinal).Replace("{code}", "none", StringComparison.Ordinal).Replace("{name}", "icon.svg", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), path);
        if (endpoint.Method == "POST")
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // 401 of the login routes is theirs, not the gate's: they have no caller yet.
        return endpoint.Path.StartsWith("/login", StringComparison.Ordinal) && endpoint.Path != "/login" && token is not null && answer.StatusCode == HttpStatusCode.Unauthorized
            ? HttpStatusCode.Forbidden
            : endpoint is { Path: "/login", Method: "POST" } && token is not null && answer.StatusCode == HttpStatusCode.Unauthorized ? HttpStatusCode.Forbidden : answer.StatusCode;
    }

    [Fact]
    public async Task ScopedToken_SeesItsServiceAlone()
    {
        await using var rig = await ConsoleRig.Start();
        using var some = rig.Client(await rig.Token(Role.Viewer, "a"));
        using var all = rig.Client(await rig.Token(Role.Viewer));
        Assert.Equal(["a"], await Names(some, "/api/v1/services", "services", "name"));
        Assert.Equal(["a", "b"], await Names(all, "/api/v1/services", "services", "name"));
        Assert.Equal(["192.0.2.1"], await Names(some, "/api/v1/incidents", "incidents", "target", "value"));
        Assert.Equal(["192.0.2.0/24", "192.0.2.2", "192.0.2.1"], await Names(all, "/api/v1/incidents", "incidents", "target", "value"));
        foreach (var (id, isSeen) in new[] { (IncidentId.Of(1), true), (IncidentId.Of(2), false), (IncidentId.Of(3), false) })
        {
            foreach (var path in new[] { $"/api/v1/incidents/{id}", $"/api/v1/incidents/{id}/journal", $"/incidents/{id}" })
                Assert.Equal(isSeen ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await some.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await all.GetAsync($"/api/v1/incidents/{id}")).StatusCode);
        }
        Assert.Equal(HttpStatusCode.OK, (await some.GetAsync("/api/v1/traffic?service=a")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await some.GetAsync("/api/v1/traffic?service=b")).StatusCode);
        foreach (var page in new[] { "/", "/parts/overview" })
        {
            Assert.DoesNotContain("192.0.2.2", await some.GetStringAsync(page), StringComparison.Ordinal);
            Assert.Contains("192.0.2.2", await all.GetStringAsync(page), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Token_RevokedOrExpired_IsRefused_AndItsSessionToo()
    {
        await using var rig = await ConsoleRig.Start();
        var secret = await rig.Token(Role.Viewer);
        using var client = rig.Client(secret);
        using var admin = rig.Client(await rig.Token(Role.Admin));
        var login = await ConsoleRig.Json(await client.PostAsync("/api/v1/logins", content: null));
        using var browser = rig.Client();
        using var entered = await browser.GetAsync((string)login["path"]!);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await WithCookie(browser, cookie));

        var id = AccessToken.IdOf(AccessToken.HashOf(secret));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/tokens/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/services")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await WithCookie(browser, cookie));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/v1/tokens/{id}")).StatusCode);
        var audit = await admin.GetStringAsync("/api/v1/audit");
        Assert.Contains(EntryKind.TokenRevoked, audit, StringComparison.Ordinal);
        Assert.Contains(EntryKind.LoggedIn, audit, StringComparison.Ordinal);
        // Hashes are kept, and secrets are nowhere.
        Assert.DoesNotContain(secret, audit + await admin.GetStringAsync("/api/v1/tokens"), StringComparison.Ordinal);

        var now = TimeProvider.System.GetUtcNow();
        var token = Tokens.New("t", Role.Viewer, [], TimeSpan.FromMinutes(1), now).Token;
        Assert.True(token.IsValid(now.AddSeconds(59)));
        Assert.False(token.IsValid(now.AddSeconds(60)));
    }

    private static async Task<HttpStatusCode> WithCookie(HttpClient client, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/services");
        request.Headers.Add("Cookie", cookie);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<List<string?>> Names(HttpClient client, string path, string list, params string[] keys)
    {
        var document = await ConsoleRig.Json(await client.GetAsync(path));
        return [.. document[list]!.AsArray().Select(item => (string?)keys.Aggregate(item, (node, key) => node?[key]))];
    }
}
