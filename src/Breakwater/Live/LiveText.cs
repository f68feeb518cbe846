using System.Globalization;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry.Health;

namespace Breakwater.Live;

/// <summary>Events as lines for a terminal or a log. Keeps the last sentence of each open incident.</summary>
internal sealed class LiveText
{
    private readonly Dictionary<long, string> _said = [];

    /// <summary>One line; null for what would tell a person nothing new.</summary>
    public string? Line(LiveEvent item) => item switch
    {
        IncidentEvent incident => Line(item.At, incident.Change),
        HealthEvent { Health.IsHealthy: true } health => $"{Time(item.At)} telemetry {health.Health.Name}: healthy",
        HealthEvent health => $"{Time(item.At)} telemetry {health.Health.Name}: {string.Join("; ", health.Health.Conditions.Select(static condition => condition.Sentence))}",
        _ => null,
    };

    private string? Line(DateTimeOffset at, IncidentChange change)
    {
        var sentence = IncidentText.Headline(change.Incident);
        var isNew = !_said.TryGetValue(change.Key, out var said) || said != sentence;
        _said[change.Key] = sentence;
        if (change.Kind == IncidentChangeKind.Closed)
            _said.Remove(change.Key);
        return change.Kind == IncidentChangeKind.Updated && !isNew ? null : $"{Time(at)} incident {Number(change.Key)} {What(change)}: {sentence}";
    }

    /// <summary>Incidents of logs have numbers of their own.</summary>
    private static string Number(long key) => key > IncidentJoin.FirstWebKey ? string.Create(CultureInfo.InvariantCulture, $"w{key - IncidentJoin.FirstWebKey}") : key.ToString(CultureInfo.InvariantCulture);

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
