using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Mitigations: lists, one with its forms, and what people ask for. Who asks has been checked for the role; the service is checked here.</summary>
internal static class MitigationApi
{
    public static Task List(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (incident, state) = (Answer.Parameter(http, "incident"), Answer.Parameter(http, "state"));
        if (Answer.Limit(http) is not { } most || Answer.Number(http, "cursor", 1, long.MaxValue, long.MaxValue) is not { } before)
            return Problem.BadRequest("limit is a number from 1 to 1000, cursor the 'next' of the answer before").Write(http);
        if (state is not (null or "open") && !MitigationJson.States.Contains(state, StringComparer.Ordinal))
            return Problem.BadRequest($"state is open, {string.Join(", ", MitigationJson.States)}").Write(http);
        bool IsWanted(Mitigation row) => caller.Sees(row.Service) && (incident is null || row.IncidentId == incident)
            && state switch { null => true, "open" => row.State < MitigationState.Withdrawn, _ => MitigationJson.Name(row.State) == state };
        var found = new List<Mitigation>();
        var (looked, last, isMore) = (0, before, false);
        foreach (var row in All(api, before, incident))
        {
            if (looked++ == IncidentApi.MaximumLookedAt || found.Count == most)
            {
                isMore = true;
                break;
            }

            last = MitigationJson.Number(row.Id) ?? last;
            if (IsWanted(row))
                found.Add(row);
        }

        return Answer.Json(http, Answer.Page("mitigations", found.Select(row => api.Response!.Write(row)), isMore ? last.ToString(CultureInfo.InvariantCulture) : null));
    }

    public static Task One(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (Find(api, caller, Id(http)) is not { } row)
            return Problem.NotFound.Write(http);
        var document = api.Response!.Write(row);
        document["forms"] = MitigationForms.Write(row);
        document["requests"] = MitigationForms.Requests(row, api.Config().Upstreams);
        document["changes"] = new JsonArray([.. api.Response!.Reader.Changes(row.Id).Select(static change => new JsonObject
        {
            ["at"] = JournalTime.Format(change.At),
            ["state"] = MitigationJson.Name(change.State),
            ["by"] = change.By,
            ["why"] = change.Why,
        })]);
        return Preconditions.Write(http, document, TagOf(row));
    }

    public static async Task Propose(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var body = await Answer.Body(http);
        var (wish, problem) = RuleWish.Read(body, api, caller);
        if (problem is not null)
        {
            await problem.Write(http);
            return;
        }

        var asked = wish!;
        await Do(http, api, caller, "propose", asked.Service, desk => desk.Approval.Propose(asked.Rule, asked.Incident, asked.Service, asked.Lease, asked.EndsAt, caller.Name, asked.Why, caller.Sees), StatusCodes.Status201Created);
    }

    public static async Task Approve(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (await Why(http) is not { } why)
            return;
        var id = Id(http);
        await Do(http, api, caller, "approve", null, desk => desk.Approval.Approve(id, caller.Name, why, row => Seen(http, caller, row), caller.Sees), StatusCodes.Status200OK);
    }

    public static async Task Withdraw(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (await Why(http) is not { } why)
            return;
        var id = Id(http);
        await Do(http, api, caller, "withdraw", null, desk => desk.Approval.Withdraw(id, caller.Name, why, row => Seen(http, caller, row), caller.Sees), StatusCodes.Status200OK);
    }

    /// <summary>Of what people change: not of a lease, which is renewed all the time.</summary>
    public static string TagOf(Mitigation row) =>
        Preconditions.TagOf(new JsonObject { ["id"] = row.Id, ["state"] = MitigationJson.Name(row.State), ["changedAt"] = row.ChangedAt.UtcTicks, ["firstBy"] = row.FirstBy });

    public static Mitigation? Find(ApiContext api, ApiCaller caller, string id)
    {
        if (api.Response is not { } response || MitigationJson.Number(id) is not { } number)
            return null;
        var row = response.Desk?.Snapshot.Rows.FirstOrDefault(row => row.Id == id) ?? response.Reader.Rows(long.MaxValue, 1, id: id).FirstOrDefault();
        return row is not null && MitigationJson.Number(row.Id) == number && caller.Sees(row.Service) ? row : null;
    }

    /// <summary>Newest first; those that are open as they stand now.</summary>
    public static IEnumerable<Mitigation> All(ApiContext api, long before, string? incident)
    {
        if (api.Response is not { } response)
            yield break;
        var open = (response.Desk?.Snapshot.Rows ?? []).ToDictionary(static row => row.Id, StringComparer.Ordinal);
        for (var cursor = before; ;)
        {
            var page = response.Reader.Rows(cursor, Answer.DefaultLimit, incident);
            foreach (var row in page)
                yield return open.GetValueOrDefault(row.Id, row);
            if (page.Count < Answer.DefaultLimit)
                yield break;
            cursor = MitigationJson.Number(page[^1].Id)!.Value;
        }
    }

    /// <summary>Does what was asked for on the desk's own thread, and keeps who asked.</summary>
    internal static async Task<DeskOutcome> Ask(ApiContext api, ApiCaller caller, string action, string? service, Func<Desk, DeskOutcome> wish)
    {
        if (api.Response?.Desk is not { } desk)
            return new DeskOutcome(null, api.Response?.Fault ?? "there is no response desk", DeskRefusal.Unavailable);
        var outcome = await desk.Ask(() => wish(desk)) ?? new DeskOutcome(null, "the response desk has too much to do; try again later", DeskRefusal.Unavailable);
        if (outcome.Refusal is DeskRefusal.Unknown or DeskRefusal.Stale)
            return outcome;
        var data = new JsonObject
        {
            ["by"] = caller.Name,
            ["action"] = action,
            ["id"] = outcome.Row?.Id,
            ["rule"] = outcome.Row?.Rule.ToString(),
            ["why"] = outcome.Row?.Why,
            ["refused"] = outcome.Refusal == DeskRefusal.None ? null : outcome.Fault,
        };
        api.Journal.TryAdd(new NoteWork(api.Time.GetUtcNow(), EntryKind.MitigationAsked, outcome.Row?.Id ?? "mitigation", data.ToJsonString()) { Service = outcome.Row?.Service ?? service });
        return outcome;
    }

    private static async Task Do(HttpContext http, ApiContext api, ApiCaller caller, string action, string? service, Func<Desk, DeskOutcome> wish, int done)
    {
        var outcome = await Ask(api, caller, action, service, wish);
        var problem = outcome.Refusal switch
        {
            DeskRefusal.None => null,
            DeskRefusal.Unknown => Problem.NotFound,
            DeskRefusal.Stale => Problem.PreconditionFailed,
            DeskRefusal.Unavailable => Problem.StorageFails(outcome.Fault!),
            _ => Problem.Conflict(outcome.Fault!),
        };
        if (problem is not null || outcome.Row is not { } row)
        {
            await (problem ?? Problem.NotFound).Write(http);
            return;
        }

        var document = api.Response!.Write(row);
        document["warning"] = outcome.Fault;
        document["needsSecond"] = outcome.NeedsSecond;
        http.Response.Headers.ETag = TagOf(row);
        await Answer.Json(http, document, outcome.NeedsSecond ? StatusCodes.Status202Accepted : done);
    }

    private static DeskRefusal Seen(HttpContext http, ApiCaller caller, Mitigation row) =>
        !caller.Sees(row.Service) ? DeskRefusal.Unknown : Preconditions.Hold(http, TagOf(row)) ? DeskRefusal.None : DeskRefusal.Stale;

    /// <summary>The reason in the body; null: the answer is written already.</summary>
    private static async Task<string?> Why(HttpContext http)
    {
        var body = http.Request.ContentLength is 0 ? [] : await Answer.Body(http);
        if (body is not null && body.All(static member => member.Key == "why") && RuleWish.Text(body["why"], out var why) && why.Length <= DeskApproval.MaxWhyCharacters)
            return why.Length == 0 ? "no reason given" : why;
        await Problem.BadRequest($"the body is one JSON object with 'why', a text of at most {DeskApproval.MaxWhyCharacters} characters, or nothing").Write(http);
        return null;
    }

    private static string Id(HttpContext http) => (string?)http.Request.RouteValues["id"] ?? "";
}
