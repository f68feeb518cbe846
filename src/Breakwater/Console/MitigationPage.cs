using Breakwater.Response;
using Breakwater.Response.Ledger;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>The buttons of the pages: forms that work without a script. That they come from our own pages, the gate has seen by their Origin.</summary>
internal static class MitigationPage
{
    private const int MaximumFormBytes = 1_024;
    private const string Pressed = "a button of the pages";

    public static Task Approve(HttpContext http, ApiContext api, ApiCaller caller) =>
        Press(http, api, caller, "approve", (desk, id, isSeen) => desk.Approval.Approve(id, caller.Name, Pressed, isSeen, caller.Sees));

    public static Task Withdraw(HttpContext http, ApiContext api, ApiCaller caller) =>
        Press(http, api, caller, "withdraw", (desk, id, isSeen) => desk.Approval.Withdraw(id, caller.Name, Pressed, isSeen, caller.Sees));

    private static async Task Press(HttpContext http, ApiContext api, ApiCaller caller, string action, Func<Desk, string, Func<Mitigation, DeskRefusal>, DeskOutcome> wish)
    {
        var id = (string?)http.Request.RouteValues["id"] ?? "";
        var tag = await Tag(http);
        var incident = MitigationApi.Find(api, caller, id)?.IncidentId;
        DeskRefusal Seen(Mitigation row) => !caller.Sees(row.Service) ? DeskRefusal.Unknown : MitigationApi.TagOf(row) == tag ? DeskRefusal.None : DeskRefusal.Stale;
        var outcome = await MitigationApi.Ask(api, caller, action, null, desk => wish(desk, id, Seen));
        var back = incident is null ? "/" : $"/incidents/{incident}";
        if (outcome.Refusal == DeskRefusal.None && outcome.Fault is null)
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = back;
            return;
        }

        var (status, sentence) = outcome.Refusal switch
        {
            DeskRefusal.None => (StatusCodes.Status200OK, $"It is done; beside it: {outcome.Fault}."),
            DeskRefusal.Unknown => (StatusCodes.Status404NotFound, "There is no such filter any more, or it is over."),
            DeskRefusal.Stale => (StatusCodes.Status412PreconditionFailed, "It has changed since the page was made. Look at it again."),
            DeskRefusal.Unavailable => (StatusCodes.Status503ServiceUnavailable, $"Not done: {outcome.Fault}."),
            _ => (StatusCodes.Status409Conflict, $"Not done: {outcome.Fault}."),
        };
        await Pages.Write(http, "Filter – Breakwater", Html.Of($"""{OverviewPage.Top(api, null)}<main class="one"><h1>{sentence}</h1><p><a href="{back}">Back</a></p></main>"""), status: status);
    }

    private static async Task<string> Tag(HttpContext http)
    {
        if (!http.Request.HasFormContentType || http.Request.ContentLength is not (> 0 and <= MaximumFormBytes))
            return "";
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return form["tag"] is [{ } tag] ? tag : "";
    }
}
