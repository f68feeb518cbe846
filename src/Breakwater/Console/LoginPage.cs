using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>How a browser gets its session: by a one-time link, or by a token typed into a form.</summary>
internal static class LoginPage
{
    private const int MaximumFormBytes = 1_024;

    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller) => Write(http, "", StatusCodes.Status200OK);

    /// <summary>For a page that was asked for without a session.</summary>
    public static Task ServeInstead(HttpContext http) => Write(http, "", StatusCodes.Status401Unauthorized);

    public static async Task Submit(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var secret = await ReadToken(http);
        if (secret is null || Tokens.Find(api, secret) is not { } found)
        {
            await Write(http, "That is no valid token.", StatusCodes.Status401Unauthorized);
            return;
        }
        Enter(http, api, found, api.Sessions.NewSession(found));
    }

    public static Task Redeem(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var code = (string?)http.Request.RouteValues["code"] ?? "";
        if (api.Sessions.TryRedeem(code) is not { } found)
            return Write(http, "That link has been used, or is too old. 'breakwater login' makes another one.", StatusCodes.Status401Unauthorized);
        Enter(http, api, found, api.Sessions.NewSession(found));
        return Task.CompletedTask;
    }

    public static Task Logout(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (http.Request.Cookies[Gate.Cookie] is { } cookie)
            api.Sessions.End(cookie);
        http.Response.Cookies.Delete(Gate.Cookie, Options(http));
        SendTo(http, "/login");
        return Task.CompletedTask;
    }

    private static void Enter(HttpContext http, ApiContext api, ApiCaller caller, string session)
    {
        var data = new System.Text.Json.Nodes.JsonObject { ["by"] = caller.Name };
        api.Journal.TryAdd(new NoteWork(api.Time.GetUtcNow(), EntryKind.LoggedIn, caller.Name, data.ToJsonString()));
        http.Response.Cookies.Append(Gate.Cookie, session, Options(http));
        SendTo(http, "/");
    }

    private static void SendTo(HttpContext http, string path)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
    }

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        // Whoever forges this header makes his own cookie stricter, and nothing else.
        Secure = http.Request.IsHttps || http.Request.Headers["X-Forwarded-Proto"] == "https",
        Path = "/",
        MaxAge = Sessions.SessionTime,
    };

    private static async Task<string?> ReadToken(HttpContext http)
    {
        if (!http.Request.HasFormContentType || http.Request.ContentLength is not (> 0 and <= MaximumFormBytes))
            return null;
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return form["token"] is [{ } token] ? token.Trim() : null;
    }

    private static Task Write(HttpContext http, string fault, int status) => Pages.Write(http, "Log in – Breakwater", Html.Of($"""
        <main class="login">
          <div>{Pages.Mark}<h1>Breakwater</h1></div>
          {(fault.Length == 0 ? Html.Empty : Html.Of($"""<p class="fault" role="alert">{fault}</p>"""))}
          <form method="post" action="/login"><label for="token">Token</label><input id="token" name="token" type="password" autocomplete="current-password" required autofocus><button type="submit">Log in</button></form>
          <p>On the machine itself, <code>breakwater login</code> prints a link that logs you in once.</p>
        </main>
        """), status: status);
}
