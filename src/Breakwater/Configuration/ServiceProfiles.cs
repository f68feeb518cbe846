using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>One kind of service: what is ordinary for it, as multiples of the floors of <c>detection.floors</c>.</summary>
/// <param name="Profile">Which.</param>
/// <param name="Expectation">What people bring to such a service.</param>
/// <param name="Factors">Key of a floor → how many times the general floor it is; what is not listed is as everywhere.</param>
internal sealed record ServiceProfileEntry(ServiceProfile Profile, string Expectation, ImmutableArray<(string Floor, int Factor)> Factors);

/// <summary>
/// What the profile of a service means: the kinds of traffic that people bring to it have higher floors than elsewhere, so that a good day is no
/// attack. None is lower than the general floor. What <c>services[].floors</c> says counts before it.
/// </summary>
internal static class ServiceProfiles
{
    /// <summary>All, in the order in which the key lists them.</summary>
    public static readonly ImmutableArray<ServiceProfileEntry> All =
    [
        new(ServiceProfile.Web, "TCP connections and HTTP requests of many, QUIC beside them", [(FloorKeys.Syn.Name, 2), (FloorKeys.Udp.Name, 2), (FloorKeys.Connections.Name, 5), (FloorKeys.Requests.Name, 5)]),
        new(ServiceProfile.Dns, "queries over UDP, some over TCP; fragments of large answers", [(FloorKeys.Fragments.Name, 2), (FloorKeys.Queries.Name, 20), (FloorKeys.Connections.Name, 2)]),
        new(ServiceProfile.Vpn, "tunnels: IKE, WireGuard or OpenVPN over UDP, ESP and GRE, and their fragments", [(FloorKeys.Udp.Name, 10), (FloorKeys.Fragments.Name, 5), (FloorKeys.Protocols.Name, 10)]),
        new(ServiceProfile.Mail, "TCP connections of other servers, in waves", [(FloorKeys.Syn.Name, 2), (FloorKeys.Connections.Name, 2)]),
        new(ServiceProfile.Game, "small UDP packets of every player, and logins", [(FloorKeys.Udp.Name, 10), (FloorKeys.Connections.Name, 2)]),
        new(ServiceProfile.Generic, "nothing in particular", []),
    ];

    /// <summary>The floors of a service of this profile where the general ones are these.</summary>
    public static FloorsConfig Floors(ServiceProfile profile, FloorsConfig general) => general with
    {
        Syn = Times(profile, FloorKeys.Syn, general.Syn),
        Udp = Times(profile, FloorKeys.Udp, general.Udp),
        Fragments = Times(profile, FloorKeys.Fragments, general.Fragments),
        Protocols = Times(profile, FloorKeys.Protocols, general.Protocols),
        Queries = Times(profile, FloorKeys.Queries, general.Queries),
        ConnectionsPerSecond = Times(profile, FloorKeys.Connections, general.ConnectionsPerSecond),
        RequestsPerSecond = Times(profile, FloorKeys.Requests, general.RequestsPerSecond),
    };

    /// <summary>What the profile and the service itself make different from the general floors: <c>syn 1kpps, udp 20kpps</c>; empty: nothing.</summary>
    public static string Differences(FloorsConfig floors, FloorsConfig general)
    {
        (ScalarKey<long> Key, long Value, long General)[] all =
        [
            (FloorKeys.Amplification, floors.Amplification, general.Amplification), (FloorKeys.Syn, floors.Syn, general.Syn), (FloorKeys.SynAck, floors.SynAck, general.SynAck),
            (FloorKeys.Segments, floors.Segments, general.Segments), (FloorKeys.Udp, floors.Udp, general.Udp), (FloorKeys.Icmp, floors.Icmp, general.Icmp),
            (FloorKeys.Fragments, floors.Fragments, general.Fragments), (FloorKeys.Protocols, floors.Protocols, general.Protocols),
            (FloorKeys.Queries, floors.Queries, general.Queries), (FloorKeys.Connections, floors.ConnectionsPerSecond, general.ConnectionsPerSecond),
            (FloorKeys.Requests, floors.RequestsPerSecond, general.RequestsPerSecond),
        ];
        var different = all.Where(static floor => floor.Value != floor.General).Select(static floor => $"{floor.Key.Name} {floor.Key.Value.Spell(floor.Value)}").ToList();
        if (floors.VolumeBitsPerSecond != general.VolumeBitsPerSecond)
            different.Add($"{FloorKeys.Volume.Name} {FloorKeys.Volume.Value.Spell(floors.VolumeBitsPerSecond)}");
        return string.Join(", ", different);
    }

    public static ServiceProfileEntry Of(ServiceProfile profile) => All.First(entry => entry.Profile == profile);

    private static long Times(ServiceProfile profile, ScalarKey<long> key, long general)
    {
        var factor = Of(profile).Factors.FirstOrDefault(entry => entry.Floor == key.Name).Factor;
        // No floor is above what the key itself may hold.
        var most = ((QuantityValue)key.Value).Maximum;
        return factor == 0 ? general : Math.Min(general * factor, most);
    }
}
