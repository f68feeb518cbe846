using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Incidents;

namespace Breakwater.Reports;

/// <summary>An incident of the live engine, told as a report tells it.</summary>
internal static class LiveDocument
{
    public static IncidentDocument Of(Incident incident, GeoLookup? geo)
    {
        var content = IncidentJson.Write(incident, geo);
        content["size"] = IncidentText.Size(incident);
        content["origins"] = IncidentText.Origins(incident, SourceOrigins.Countries(incident, geo));
        var target = $"{IncidentJson.Name(incident.Target.Kind)} {incident.Target} {IncidentJson.Name(incident.Target.Direction)}"
            + (incident.Site is null || incident.Site == incident.Target.Service || !WebReport.IsOfLogs(incident) ? "" : $" ({incident.Site})");
        return new IncidentDocument(target, incident.Target.Service, incident.Verdict, IncidentText.Headline(incident), content);
    }
}
