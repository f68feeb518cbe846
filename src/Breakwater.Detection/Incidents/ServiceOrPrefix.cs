using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Rules;

namespace Breakwater.Detection.Incidents;

/// <summary>
/// Which of a service and a prefix that share addresses speaks for traffic that both show: neither holds the other by its kind, and one
/// event is one incident.
/// </summary>
internal sealed class ServiceOrPrefix(ImmutableArray<ProtectedService> services)
{
    /// <summary>True when one is a service, the other a prefix, and they have addresses in common.</summary>
    public bool Share(Target left, Target right)
    {
        if (left.Direction != right.Direction || (left.Kind == TargetKind.Service) == (right.Kind == TargetKind.Service))
            return false;
        var (service, prefix) = left.Kind == TargetKind.Service ? (left, right.Prefix) : (right, left.Prefix);
        return right.Kind != TargetKind.Host && left.Kind != TargetKind.Host
            && PrefixesOf(service).Any(own => Holds(own, prefix) || Holds(prefix, own));
    }

    /// <summary>
    /// True when a target without an incident, with these findings, speaks instead of one that has one: for every kind of traffic that the open one
    /// tells of, by whatever name, or for none.
    /// </summary>
    public bool Replaces(Dossier newcomer, List<Finding> findings, OpenIncident open) => open.Kinds.All(
        kind => findings.Exists(finding => finding.Counters.TrafficClass == kind) && Replaces(newcomer, open.Dossier, kind));

    /// <summary>
    /// A service speaks instead of a prefix while four fifths of the prefix's traffic is
    /// its own, or, of a prefix inside it, while that one has not four fifths of the service's; a prefix only with twice the service's traffic.
    /// </summary>
    private bool Replaces(Dossier newcomer, Dossier open, int trafficClass)
    {
        var (fresh, told) = (Packets(newcomer, trafficClass), Packets(open, trafficClass));
        if (newcomer.Target.Kind != TargetKind.Service)
            return fresh > 2 * told;
        return PrefixesOf(newcomer.Target).Any(own => Holds(own, open.Target.Prefix)) ? told * 5 <= fresh * 4 : fresh * 5 >= told * 4;
    }

    private IEnumerable<Prefix> PrefixesOf(Target service) =>
        services.FirstOrDefault(each => each.Name == service.Service)?.Prefixes ?? [];

    private static ulong Packets(Dossier dossier, int trafficClass) => dossier.OfClass(trafficClass)?.RecentPackets ?? 0;

    private static bool Holds(Prefix wide, Prefix narrow) => wide.Length <= narrow.Length && wide.Contains(narrow.Network);
}
