using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Reports;

namespace Breakwater.Top;

/// <summary>The view as one line of JSON.</summary>
internal static class TopJson
{
    private const int Rows = 10;

    public static JsonObject Write(TopTally tally, TopOrder order) => new()
    {
        ["at"] = tally.NewestSecond is { } second ? ReportTime.Format(second * 1_000_000_000) : null,
        ["requestsPerSecond"] = IncidentJson.Number(tally.Rates(1)[0]),
        ["peakPerSecond"] = IncidentJson.Number(tally.PeakPerSecond),
        ["requests"] = IncidentJson.Number(tally.Requests),
        ["bytes"] = IncidentJson.Number(tally.Bytes),
        ["clients"] = IncidentJson.Number(Math.Round(tally.Clients)),
        ["lines"] = IncidentJson.Number(tally.Lines),
        ["unreadable"] = IncidentJson.Number(tally.Unreadable),
        ["paths"] = Write(tally[TopPanel.Paths], order),
        ["networks"] = Write(tally[TopPanel.Clients], order),
        ["agents"] = Write(tally[TopPanel.Agents], order),
        ["statuses"] = Write(tally[TopPanel.Statuses], order),
        ["hosts"] = Write(tally[TopPanel.Hosts], order),
        ["closedIncidents"] = tally.Closed,
        ["incidents"] = new JsonArray([.. tally.Open.Select(Write)]),
    };

    private static JsonArray Write(TopTable table, TopOrder order) =>
    [
        .. table.First(Rows, order).Select(static row => new JsonObject
        {
            ["text"] = row.Text,
            ["requests"] = IncidentJson.Number(row.Requests),
            ["requestsAtLeast"] = IncidentJson.Number(row.Requests - row.Doubt),
            ["perSecond"] = IncidentJson.Number(Math.Round(row.PerSecond, 1)),
            ["bytes"] = IncidentJson.Number(row.Bytes),
            ["errors"] = IncidentJson.Number(row.Errors),
            ["meanMilliseconds"] = row.Milliseconds > 0 ? IncidentJson.Number(row.Milliseconds / (double)row.Requests) : null,
        }),
    ];

    private static JsonObject Write(Incident incident) => new()
    {
        ["sentence"] = IncidentText.Headline(incident),
        ["site"] = incident.Site,
        ["verdict"] = IncidentJson.Name(incident.Verdict),
        ["confidence"] = IncidentJson.Name(incident.Confidence),
        ["startedAt"] = ReportTime.Format(incident.StartedNanoseconds),
    };
}
