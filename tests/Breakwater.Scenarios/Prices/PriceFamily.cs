using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Scenarios.Prices;

/// <summary>What is asked of the plan for a family.</summary>
internal enum PriceDemand
{
    /// <summary>A filter that covers the attack and hurts hardly anybody: nothing legitimate looks like the attack.</summary>
    Separable,

    /// <summary>"No filter under your limit": the attack looks like the host's own traffic.</summary>
    Refused,

    /// <summary>Only that prices are true.</summary>
    TruePrice,
}

/// <summary>What a run's prices are counted with.</summary>
internal enum PriceGroup
{
    /// <summary>Busy hosts over IPv4, and quiet ones of whose clients most packets are sampled.</summary>
    Main,

    /// <summary>The same over IPv6, with two clients in each site's network.</summary>
    IPv6,

    /// <summary>The host's own traffic at the time of the attack is another than the one before.</summary>
    Drift,
}

/// <summary>A kind of attack on a kind of host.</summary>
internal sealed record PriceFamily(Vector Vector, PriceMix Mix, PriceDemand Demand)
{
    /// <summary>The attack looks as much like ordinary traffic as its vector allows.</summary>
    public bool Mimics { get; init; }

    /// <summary>The attack's packets have the addresses of the host's own clients.</summary>
    public bool ForgesClients { get; init; }

    public PriceGroup Group { get; init; }

    public string Name => Vectors.Name(Vector) + (Mimics ? ", mimicking" : "") + (ForgesClients ? ", from forged clients" : "") + " on " + Mix.Name
        + Group switch { PriceGroup.IPv6 => " over IPv6", PriceGroup.Drift => " that drifts", _ => "" };

    public static ImmutableArray<PriceFamily> All { get; } =
    [
        .. Vectors.All.Where(static vector => Vectors.IsAmplification(vector)).Select(static vector => new PriceFamily(vector, PriceMix.Web, PriceDemand.Separable)),
        .. new[]
        {
            Vector.UdpReflection, Vector.TcpReflection, Vector.SynAckFlood, Vector.RstFlood, Vector.FinFlood, Vector.TcpNullFlood, Vector.TcpXmasFlood, Vector.UdpFlood,
            Vector.FragmentFlood, Vector.IcmpFlood, Vector.GreFlood, Vector.IpProtocolFlood, Vector.SipFlood, Vector.DhcpFlood,
        }.Select(static vector => new PriceFamily(vector, PriceMix.Web, PriceDemand.Separable)),
        new(Vector.UdpFlood, PriceMix.Plain, PriceDemand.Separable) { ForgesClients = true },
        new(Vector.NtpAmplification, PriceMix.Plain, PriceDemand.Separable) { ForgesClients = true },
        new(Vector.UdpFlood, PriceMix.Web, PriceDemand.Refused) { Mimics = true },
        new(Vector.QuicFlood, PriceMix.Web, PriceDemand.Refused) { Mimics = true },
        new(Vector.AckFlood, PriceMix.Uploads, PriceDemand.Refused) { Mimics = true },
        new(Vector.FinFlood, PriceMix.Plain, PriceDemand.Refused) { Mimics = true },
        new(Vector.DnsAmplification, PriceMix.Web, PriceDemand.Refused) { Mimics = true },
        new(Vector.NtpAmplification, PriceMix.Clock, PriceDemand.Refused) { Mimics = true },
        new(Vector.DnsQueryFlood, PriceMix.Names, PriceDemand.Refused) { Mimics = true },
        new(Vector.IcmpFlood, PriceMix.Monitor, PriceDemand.Refused) { Mimics = true },
        new(Vector.GreFlood, PriceMix.Tunnels, PriceDemand.Refused) { Mimics = true },
        new(Vector.IpProtocolFlood, PriceMix.Tunnels, PriceDemand.Refused) { Mimics = true },
        new(Vector.SynFlood, PriceMix.Plain, PriceDemand.Refused),
        new(Vector.AckFlood, PriceMix.Plain, PriceDemand.Refused),
        new(Vector.QuicFlood, PriceMix.Web, PriceDemand.Refused),
        new(Vector.NtpAmplification, PriceMix.Web, PriceDemand.TruePrice) { Mimics = true },
        new(Vector.NtpAmplification, PriceMix.Clock, PriceDemand.TruePrice),
        new(Vector.SipFlood, PriceMix.Voice, PriceDemand.TruePrice),
        new(Vector.DnsQueryFlood, PriceMix.Names, PriceDemand.TruePrice),
        new(Vector.DnsRandomSubdomain, PriceMix.Names, PriceDemand.TruePrice),
        new(Vector.DnsAmplification, PriceMix.Names, PriceDemand.TruePrice),
        new(Vector.IcmpFlood, PriceMix.Monitor, PriceDemand.TruePrice),
        new(Vector.GreFlood, PriceMix.Tunnels, PriceDemand.TruePrice),
        new(Vector.UdpFlood, PriceMix.Voice, PriceDemand.TruePrice),
        .. QuietHosts(PriceGroup.Main),
        new(Vector.RstFlood, PriceMix.FewWeb, PriceDemand.TruePrice),
        new(Vector.NtpAmplification, PriceMix.FewWeb, PriceDemand.TruePrice) { Mimics = true },
        new(Vector.SipFlood, PriceMix.FewVoice, PriceDemand.TruePrice),
        .. BusyHosts(PriceGroup.IPv6),
        new(Vector.DnsQueryFlood, PriceMix.Names, PriceDemand.TruePrice) { Group = PriceGroup.IPv6 },
        new(Vector.IPv6ExtensionHeaderFlood, PriceMix.Web, PriceDemand.TruePrice) { Group = PriceGroup.IPv6 },
        .. QuietHosts(PriceGroup.IPv6),
        .. BusyHosts(PriceGroup.Drift),
        .. QuietHosts(PriceGroup.Drift),
    ];

    /// <summary>Some of the families above, in another group.</summary>
    private static IEnumerable<PriceFamily> BusyHosts(PriceGroup group) =>
    [
        new(Vector.NtpAmplification, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.DnsAmplification, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.MemcachedAmplification, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.RstFlood, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.UdpFlood, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.FragmentFlood, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.IcmpFlood, PriceMix.Web, PriceDemand.Separable) { Group = group },
        new(Vector.QuicFlood, PriceMix.Web, PriceDemand.Refused) { Mimics = true, Group = group },
        new(Vector.NtpAmplification, PriceMix.Clock, PriceDemand.Refused) { Mimics = true, Group = group },
        new(Vector.SipFlood, PriceMix.Voice, PriceDemand.TruePrice) { Group = group },
    ];

    private static IEnumerable<PriceFamily> QuietHosts(PriceGroup group) =>
    [
        new(Vector.NtpAmplification, PriceMix.QuietWeb, PriceDemand.Separable) { Group = group },
        new(Vector.ChargenAmplification, PriceMix.QuietWeb, PriceDemand.Separable) { Group = group },
        new(Vector.MemcachedAmplification, PriceMix.QuietVoice, PriceDemand.Separable) { Group = group },
        new(Vector.UdpReflection, PriceMix.QuietVoice, PriceDemand.Separable) { Group = group },
        new(Vector.SsdpAmplification, PriceMix.QuietNames, PriceDemand.Separable) { Group = group },
        new(Vector.RstFlood, PriceMix.QuietPlain, PriceDemand.Separable) { Group = group },
        new(Vector.UdpFlood, PriceMix.QuietUploads, PriceDemand.Separable) { Group = group },
        new(Vector.NtpAmplification, PriceMix.QuietWeb, PriceDemand.TruePrice) { Mimics = true, Group = group },
        new(Vector.SipFlood, PriceMix.QuietVoice, PriceDemand.TruePrice) { Group = group },
        new(Vector.DnsQueryFlood, PriceMix.QuietNames, PriceDemand.TruePrice) { Group = group },
        new(Vector.NtpAmplification, PriceMix.QuietClock, PriceDemand.Refused) { Mimics = true, Group = group },
        new(Vector.IcmpFlood, PriceMix.QuietMonitor, PriceDemand.Refused) { Mimics = true, Group = group },
    ];
}
