using System.Net;
using Breakwater.Console;
using Breakwater.Incidents;

namespace Breakwater.Tests.Console;

/// <summary>Sessions and links: bounded for each caller, and never longer than what they came from.</summary>
public sealed class SessionTests
{
    private readonly SetTime _time = new();
    private readonly Sessions _sessions;

    public SessionTests() => _sessions = new Sessions(_time);

    [Fact]
    public void Sessions_OfOneCaller_PushOutItsOwnOldestAlone()
    {
        var other = _sessions.NewSession(Caller("other"));
        var own = Enumerable.Range(0, Sessions.SessionsPerCaller + 1).Select(_ => _sessions.NewSession(Caller("own"))).ToList();
        Assert.Null(_sessions.Find(own[0]));
        Assert.All(own.Skip(1), session => Assert.NotNull(_sessions.Find(session)));
        Assert.NotNull(_sessions.Find(other));
    }

    [Fact]
    public void Links_OfOneCaller_PushOutItsOwnOldestAlone()
    {
        var other = _sessions.NewLink(Caller("other"));
        var own = Enumerable.Range(0, Sessions.LinksPerCaller + 1).Select(_ => _sessions.NewLink(Caller("own"))).ToList();
        Assert.Null(_sessions.TryRedeem(own[0]));
        Assert.All(own.Skip(1), link => Assert.Equal("own", _sessions.TryRedeem(link)?.Name));
        Assert.Equal("other", _sessions.TryRedeem(other)?.Name);
    }

    [Fact]
    public void Links_OfManyCallers_PushOutWhoHasMost()
    {
        var single = _sessions.NewLink(Caller("single"));
        var all = Enumerable.Range(0, Sessions.MaximumLinks).Select(number => _sessions.NewLink(Caller($"c{number / 2}"))).ToList();
        Assert.Equal("single", _sessions.TryRedeem(single)?.Name);
        Assert.Equal(Sessions.MaximumLinks - 1, all.Count(link => _sessions.TryRedeem(link) is not null));
    }

    [Fact]
    public void LinkOfASession_AndItsSession_EndWithIt()
    {
        var parent = _sessions.NewSession(Caller("own"));
        _time.Now += Sessions.SessionTime - TimeSpan.FromMinutes(20);
        var child = _sessions.NewSession(_sessions.TryRedeem(_sessions.NewLink(_sessions.Find(parent)!))!);
        var free = _sessions.NewSession(_sessions.TryRedeem(_sessions.NewLink(Caller("own")))!);
        _time.Now += TimeSpan.FromMinutes(19);
        Assert.NotNull(_sessions.Find(child));
        var late = _sessions.NewLink(_sessions.Find(parent)!);
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Null(_sessions.Find(child));
        Assert.Null(_sessions.TryRedeem(late));
        Assert.NotNull(_sessions.Find(free));
    }

    [Fact]
    public void LinkOfASession_ThatLoggedOut_IsGoodForNothing()
    {
        var (parent, other) = (_sessions.NewSession(Caller("own")), _sessions.NewSession(Caller("own")));
        var (link, kept) = (_sessions.NewLink(_sessions.Find(parent)!), _sessions.NewLink(_sessions.Find(other)!));
        var child = _sessions.NewSession(_sessions.TryRedeem(_sessions.NewLink(_sessions.Find(parent)!))!);
        Assert.NotNull(_sessions.Find(child));
        _sessions.End(parent);
        Assert.Null(_sessions.TryRedeem(link));
        Assert.Null(_sessions.Find(child));
        Assert.NotNull(_sessions.TryRedeem(kept));
    }

    [Fact]
    public async Task Link_OfARevokedToken_IsGoodForNothing()
    {
        await using var rig = await ConsoleRig.Start();
        var secret = await rig.Token(Role.Viewer);
        using var client = rig.Client(secret);
        using var admin = rig.Client(await rig.Token(Role.Admin));
        using var browser = rig.Client();
        var (first, second) = (await Link(client), await Link(client));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(first)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/tokens/{AccessToken.IdOf(AccessToken.HashOf(secret))}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(second)).StatusCode);
    }

    private static async Task<string> Link(HttpClient client) => (string)(await ConsoleRig.Json(await client.PostAsync("/api/v1/logins", content: null)))["path"]!;

    private static ApiCaller Caller(string name) => new(name, Role.Viewer, ["a"]);

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
