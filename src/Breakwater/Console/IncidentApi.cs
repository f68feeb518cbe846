using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Incidents and their journals.</summary>
internal static class IncidentApi
{
    /// <summary>Rows of the file that one answer looks through for those that the caller sees.</summary>
    public const int MaximumLookedAt = 10_000;

    public static Task List(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (limit, cursor, state, service) = (Answer.Limit(http), Answer.Parameter(http, "cursor"), Answer.Parameter(http, "state"), Answer.Parameter(http, "service"));
        if (limit is not { } most)
            return Problem.BadRequest("limit is a number from 1 to 1000").Write(http);
        if (cursor is not null && !IncidentId.IsId(cursor))
            return Problem.BadRequest("cursor is the 'next' of the answer before").Write(http);
        if (state is not (null or "open") && StateNames.Parse(state) is null)
            return Problem.BadRequest($"state is open, {string.Join(", ", StateNames.All)}").Write(http);
        bool IsWanted(KeptIncident incident) => caller.Sees(incident.Service) && (service is null || incident.Service == service)
            && state switch { null => true, "open" => incident.IsOpen, _ => StateNames.Of(incident.State) == state };
        var (found, next) = Search(All(api, cursor), IsWanted, most, MaximumLookedAt);
        return Answer.Json(http, Answer.Page("incidents", found.Select(incident => Write(incident, Open(api, incident.Id))), next));
    }

    /// <summary>The wanted ones, and where to go on: after the last one found, or after the last one looked at when the search stops early.</summary>
    internal static (List<KeptIncident> Found, string? Next) Search(IEnumerable<KeptIncident> incidents, Func<KeptIncident, bool> isWanted, int most, int mostLookedAt)
    {
        var found = new List<KeptIncident>();
        var (looked, last) = (0, (string?)null);
        foreach (var incident in incidents)
        {
            if (looked == mostLookedAt)
                return (found, last);
            (looked, last) = (looked + 1, incident.Id);
            if (!isWanted(incident))
                continue;
            if (found.Count == most)
                return (found, found[^1].Id);
            found.Add(incident);
        }
        return (found, null);
    }

    public static Task One(HttpContext http, ApiContext api, ApiCaller caller) =>
        Find(api, caller, Id(http)) is { } incident ? Answer.Json(http, Write(incident, MitigationApi.All(api, long.MaxValue, incident.Id).Take(Answer.DefaultLimit).Reverse())) : Problem.NotFound.Write(http);

    public static Task History(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (Find(api, caller, Id(http)) is not { } incident)
            return Problem.NotFound.Write(http);
        if (Answer.Limit(http) is not { } most || Answer.Number(http, "cursor", 0, long.MaxValue, 0) is not { } after)
            return Problem.BadRequest("limit is a number from 1 to 1000, cursor the 'next' of the answer before").Write(http);
        var entries = api.Reader.Entries(after, most, incident.Id);
        var next = entries.Count == most ? entries[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return Answer.Json(http, Answer.Page("entries", entries.Select(EventApi.Write), next));
    }

    /// <summary>Newest first, those below an id: what memory holds, then what only the file has.</summary>
    public static IEnumerable<KeptIncident> All(ApiContext api, string? before)
    {
        var held = api.Journal.Snapshot.Incidents;
        var seen = held.Select(static incident => incident.Id).ToHashSet(StringComparer.Ordinal);
        using var memory = held.Where(incident => before is null || string.CompareOrdinal(incident.Id, before) < 0).GetEnumerator();
        using var file = FromFile(api.Reader, before).Where(incident => !seen.Contains(incident.Id)).GetEnumerator();
        var (hasMemory, hasFile) = (memory.MoveNext(), file.MoveNext());
        while (hasMemory || hasFile)
        {
            if (hasMemory && (!hasFile || string.CompareOrdinal(memory.Current.Id, file.Current.Id) > 0))
            {
                yield return memory.Current;
                hasMemory = memory.MoveNext();
            }
            else
            {
                yield return file.Current;
                hasFile = file.MoveNext();
            }
        }
    }

    public static KeptIncident? Find(ApiContext api, ApiCaller caller, string id)
    {
        if (!IncidentId.IsId(id))
            return null;
        var incident = api.Journal.Snapshot.Incidents.FirstOrDefault(incident => incident.Id == id) ?? api.Reader.Incident(id);
        return incident is not null && caller.Sees(incident.Service) ? incident : null;
    }

    /// <summary>The incident as a report has it, what the journal knows of it, and its mitigations after those that the report has itself.</summary>
    public static JsonObject Write(KeptIncident incident, IEnumerable<Mitigation> mitigations)
    {
        var document = JsonNode.Parse(incident.Json)!.AsObject();
        var all = document["mitigations"] as JsonArray ?? [];
        foreach (var row in mitigations)
            all.Add(MitigationJson.Write(row));
        document["mitigations"] ??= all;
        document["changedAt"] = JournalTime.Format(incident.ChangedAt);
        document["sequence"] = incident.Sequence;
        document["saved"] = incident.IsSaved;
        return document;
    }

    private static IEnumerable<Mitigation> Open(ApiContext api, string id) => api.Response?.Desk?.Snapshot.Rows.Where(row => row.IncidentId == id) ?? [];

    private static string Id(HttpContext http) => (string?)http.Request.RouteValues["id"] ?? "";

    private static IEnumerable<KeptIncident> FromFile(JournalReader reader, string? before)
    {
        for (var cursor = before; ;)
        {
            var page = reader.Incidents(cursor, Answer.DefaultLimit);
            foreach (var incident in page)
                yield return incident;
            if (page.Count < Answer.DefaultLimit)
                yield break;
            cursor = page[^1].Id;
        }
    }
}
