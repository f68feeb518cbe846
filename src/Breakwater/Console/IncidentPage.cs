using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>One incident: what it is, why, and what happened when.</summary>
internal static class IncidentPage
{
    private const int EntriesShown = 200;

    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (IncidentApi.Find(api, caller, (string?)http.Request.RouteValues["id"] ?? "") is not { } incident)
            return Pages.Write(http, "Not found – Breakwater", Html.Of($"""{OverviewPage.Top(api, null)}<main class="one"><h1>There is no such incident.</h1><p><a href="/">Back to the overview</a></p></main>"""), status: StatusCodes.Status404NotFound);
        var now = api.Time.GetUtcNow();
        var document = JsonNode.Parse(incident.Json)!.AsObject();
        var entries = api.Reader.Entries(0, EntriesShown, incident.Id);
        var body = Html.Of($"""
            {OverviewPage.Top(api, null)}
            <main class="one">
            <p class="back"><a href="/">Overview</a> <span>{incident.Id}</span></p>
            <article class="incident {StateNames.Of(incident.State)} {incident.Verdict}">
              <header>{IncidentView.Badges(incident)}<span class="when">{IncidentView.When(incident, now)}</span></header>
              <h1>{incident.Sentence}</h1>
              <p class="size">{(string?)document["size"]}</p>
              {IncidentView.Figures(document)}
              <h2>Vectors</h2>{IncidentView.Vectors(document)}
              {IncidentView.Sources(document)}
              {MitigationView.Section(api, caller, incident)}
              <h2>Why</h2>{IncidentView.Reasons(document)}
              {(document["limits"] is JsonArray { Count: > 0 } ? Html.Of($"<h2>Keep in mind</h2>{IncidentView.Limits(document)}") : Html.Empty)}
            </article>
            <section class="journal"><h2>Journal</h2>
            <ol>{Html.Join(entries.Select(Entry))}</ol>
            </section>
            </main>
            """);
        return Pages.Write(http, $"{incident.Sentence} – Breakwater", body, refreshSeconds: incident.IsOpen ? 5 : 0);
    }

    private static Html Entry(JournalEntry entry)
    {
        var data = JsonNode.Parse(entry.Data) as JsonObject;
        var kind = entry.Kind[(entry.Kind.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return Html.Of($"""
            <li class="{kind}"><time datetime="{JournalTime.Format(entry.At)}">{entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}</time><b>{kind}</b><span>{(string?)data?["note"] ?? (string?)data?["size"] ?? (string?)data?["sentence"]}</span></li>
            """);
    }
}
