using System.Globalization;
using Breakwater.Detection;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>
/// Links that are nearly full while an incident is open: a reason more for it, told as long as it is open. It changes no verdict: a link may be full
/// of what people want.
/// </summary>
internal sealed class FullLinks
{
    /// <summary>From this part of its speed on a link is full: queues grow, and packets are lost.</summary>
    public const double Full = 0.9;

    /// <summary>Most links that one incident names.</summary>
    public const int MaximumPerIncident = 8;

    private readonly Dictionary<long, Known> _open = [];
    private readonly List<(bool IsInbound, string Link, double Load, string Sentence)> _now = [];

    /// <summary>Takes the state of all links, once a second.</summary>
    /// <param name="health">The exporters.</param>
    /// <param name="hasBoundary">Some exporter has an external interface: those alone are looked at.</param>
    /// <returns>Open incidents that have a reason more by it.</returns>
    public List<IncidentChange> See(HealthSnapshot health, bool hasBoundary)
    {
        _now.Clear();
        foreach (var exporter in health.Exporters)
        {
            // Thousands of links each second, and hardly ever a full one.
            foreach (var link in exporter.Links)
            {
                if (!hasBoundary || link.Role == InterfaceRole.External)
                    AddSides(exporter.Name, link);
            }
        }

        return _now.Count == 0 ? [] : [.. _open.Where(entry => Note(entry.Value)).Select(static entry => new IncidentChange(entry.Key, IncidentChangeKind.Updated, entry.Value.Told()))];
    }

    /// <summary>The change with what is known of links since its incident is open.</summary>
    public IncidentChange With(IncidentChange change)
    {
        if (!_open.TryGetValue(change.Key, out var known))
            _open.Add(change.Key, known = new Known());
        known.Last = change.Incident;
        Note(known);
        if (change.Kind == IncidentChangeKind.Closed)
            _open.Remove(change.Key);
        return change with { Incident = known.Told() };
    }

    /// <summary>Notes the links that are full now.</summary>
    /// <returns>True when one of them is new to the incident.</returns>
    private bool Note(Known known)
    {
        var (isInbound, isNew) = (known.Last!.Target.Direction != Direction.Outbound, false);
        foreach (var (_, link, load, sentence) in _now.Where(side => side.IsInbound == isInbound))
        {
            var isKnown = known.Reasons.TryGetValue(link, out var before);
            if (isKnown ? before!.Value >= load : known.Reasons.Count >= MaximumPerIncident)
                continue;
            known.Reasons[link] = new Reason(sentence, "linkLoad", load, Full, "below 90 % of its speed the link would not be mentioned", Full);
            isNew |= !isKnown;
        }

        return isNew;
    }

    /// <summary>What comes in at an external interface is on its way to the own network.</summary>
    private void AddSides(string exporter, LinkHealth link)
    {
        if (link.InLoad is >= Full and var inLoad)
            _now.Add((true, $"{exporter} {link.IfIndex} in", inLoad, Sentence(exporter, link, inLoad, "inbound")));
        if (link.OutLoad is >= Full and var outLoad)
            _now.Add((false, $"{exporter} {link.IfIndex} out", outLoad, Sentence(exporter, link, outLoad, "outbound")));
    }

    private static string Sentence(string exporter, LinkHealth link, double load, string side) => string.Create(
        CultureInfo.InvariantCulture, $"{link.Label} of {exporter} is {100 * load:0} % full {side}: what it carries besides suffers too");

    /// <summary>An open incident as it was told last, and the links that were full meanwhile, each at its fullest.</summary>
    private sealed class Known
    {
        public SortedDictionary<string, Reason> Reasons { get; } = new(StringComparer.Ordinal);

        public Incident? Last { get; set; }

        public Incident Told() => Reasons.Count == 0 ? Last! : Last! with { Reasons = [.. Last.Reasons, .. Reasons.Values] };
    }
}
