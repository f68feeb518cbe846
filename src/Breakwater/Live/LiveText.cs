using System.Globalization;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry.Health;

namespace Breakwater.Live;

/// <summary>Events as lines for a terminal or a log.</summary>
internal static class LiveText
{
    /// <summary>One line; null for what is no event for a person.</summary>
    public static string? Line(LiveEvent item) => item switch
    {
        IncidentEvent incident => $"{Time(item.At)} incident {incident.Change.Key} {What(incident.Change)}: {IncidentText.Headline(incident.Change.Incident)}",
        HealthEvent { Health.IsHealthy: true } health => $"{Time(item.At)} telemetry {health.Health.Name}: healthy",
        HealthEvent health => $"{Time(item.At)} telemetry {health.Health.Name}: {string.Join("; ", health.Health.Conditions.Select(static condition => condition.Sentence))}",
        _ => null,
    };

    private static string What(IncidentChange change) => change switch
    {
        { TakenOverBy: { } wider } => string.Create(CultureInfo.InvariantCulture, $"goes on as incident {wider}"),
        { Kind: IncidentChangeKind.Opened } => "opened",
        { Kind: IncidentChangeKind.Updated } => "changed",
        { Kind: IncidentChangeKind.Quieted } => "quiet",
        { Kind: IncidentChangeKind.Reopened } => "is back",
        _ => "closed",
    };

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
