using System.Collections.Immutable;
using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>The pages: made by the server, complete without a script; the script only keeps them fresh.</summary>
internal static class Pages
{
    private const string Html5 = "text/html";

    public static readonly ImmutableArray<Endpoint> Endpoints =
    [
        new("GET", "/", Role.Viewer, EndpointScope.ByService, "Services and incidents now", OverviewPage.Serve)
        {
            Query = [new("service", "string", "The service whose traffic is drawn")],
            Produces = Html5,
            IsApi = false,
        },
        new("GET", "/parts/overview", Role.Viewer, EndpointScope.ByService, "The changing part of the first page", OverviewPage.ServePart) { Produces = Html5, IsApi = false },
        new("GET", "/incidents/{id}", Role.Viewer, EndpointScope.ByService, "One incident and its journal", IncidentPage.Serve) { Produces = Html5, IsApi = false },
        new("POST", "/mitigations/{id}/approve", Role.Operator, EndpointScope.ByService, "The button that sends a filter", MitigationPage.Approve) { Produces = Html5, IsApi = false },
        new("POST", "/mitigations/{id}/withdraw", Role.Operator, EndpointScope.ByService, "The button that takes a filter back", MitigationPage.Withdraw) { Produces = Html5, IsApi = false },
        new("GET", "/login", Role.Viewer, EndpointScope.Open, "The login form", LoginPage.Serve) { Produces = Html5, IsApi = false },
        new("POST", "/login", Role.Viewer, EndpointScope.Open, "Exchanges a token for a session", LoginPage.Submit) { Produces = Html5, IsApi = false },
        new("GET", "/login/{code}", Role.Viewer, EndpointScope.Open, "Exchanges a one-time code for a session", LoginPage.Redeem) { Produces = Html5, IsApi = false },
        new("POST", "/logout", Role.Viewer, EndpointScope.ByService, "Ends the session", LoginPage.Logout) { Produces = Html5, IsApi = false },
        new("GET", "/assets/{name}", Role.Viewer, EndpointScope.Open, "Style, script and fonts", Assets.Serve) { Produces = "application/octet-stream", IsApi = false },
    ];

    /// <param name="refreshSeconds">Without a script the page loads itself anew; 0: it does not.</param>
    public static Task Write(HttpContext http, string title, Html body, int refreshSeconds = 0, int status = StatusCodes.Status200OK)
    {
        var refresh = refreshSeconds > 0 ? Html.Of($"""<noscript><meta http-equiv="refresh" content="{refreshSeconds}"></noscript>""") : Html.Empty;
        var script = Assets.HasScript ? Html.Of($"""<script type="module" src="/assets/console.js"></script>""") : Html.Empty;
        var page = Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title}</title>
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="/assets/console.css">
            {refresh}{script}
            </head>
            <body>
            {body}
            </body>
            </html>

            """);
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return Answer.Text(http, Html5, page.Markup);
    }

    public static readonly Html Mark = new("""<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path d="M2 21c3.2 0 3.2-3 6.400-3s3.200 3 6.400 3"/><path d="M2 27c3.200 0 3.200-3 6.400-3s3.200 3 6.400 3"/><path d="M18 28V9l5-4 7 23z"/></svg>""");
}
