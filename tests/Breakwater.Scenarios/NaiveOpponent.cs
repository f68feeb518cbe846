using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Scenarios;

/// <summary>
/// The yardstick: fixed thresholds per own host, as most free detectors have them, with the five labels of FastNetMon
/// (<c>detect_attack_type</c>: what more than nine tenths of the host's packets are). Sampled packets count as many as the rate says,
/// without an interval. Its thresholds are fairer to it than FastNetMon's defaults (20,000 packets, 1,000 Mbit/s, 3,500 flows a
/// second), which miss nearly every scenario.
/// </summary>
internal sealed class NaiveOpponent(ImmutableArray<Prefix> own) : IRecordTaker
{
    public const ulong InboundPacketsPerSecond = 1_000;
    public const int InboundSources = 100;

    /// <summary>Outbound floods have one target: there the number of peers says nothing.</summary>
    public const ulong OutboundPacketsPerSecond = 5_000;

    private const double Dominant = 0.9;
    private const long Second = 1_000_000_000;

    private readonly Dictionary<(Address Host, bool Outbound), Counters> _hosts = [];
    private readonly Dictionary<(Address Host, bool Outbound), Finding> _findings = [];
    private long _second = long.MinValue;

    /// <summary>Label of a host's traffic, and the vectors that it covers: the label is held right for each of them.</summary>
    public static ImmutableArray<(string Label, ImmutableArray<string> Vectors)> Labels { get; } =
    [
        ("syn_flood", Names(Vector.SynFlood)),
        ("icmp_flood", Names(Vector.IcmpFlood)),
        ("ip_fragmentation", Names(Vector.FragmentFlood)),
        ("udp_flood", [.. Vectors.All.Where(IsUdp).Select(Vectors.Name)]),
        ("unknown", []),
    ];

    public void Take(in FlowRecord flow)
    {
        var second = flow.ReceivedNanoseconds / Second;
        if (second > _second)
        {
            Judge();
            _second = second;
        }

        if (!flow.Knows(FlowFields.Source | FlowFields.Destination))
            return;
        if (IsOwn(flow.Destination))
            Add((flow.Destination, false), flow.Source, in flow);
        if (!own.IsEmpty && IsOwn(flow.Source))
            Add((flow.Source, true), flow.Destination, in flow);
    }

    public ImmutableArray<Finding> Finish()
    {
        Judge();
        return [.. _findings.Values.OrderBy(static finding => finding.DetectedNanoseconds).ThenBy(static finding => finding.Target.Network)];
    }

    private void Add((Address, bool) key, Address peer, in FlowRecord flow)
    {
        if (!_hosts.TryGetValue(key, out var counters))
            _hosts.Add(key, counters = new Counters());
        counters.Add(peer, in flow);
    }

    private void Judge()
    {
        foreach (var (key, counters) in _hosts)
        {
            var isAttack = key.Outbound
                ? counters.Packets >= OutboundPacketsPerSecond
                : counters.Packets >= InboundPacketsPerSecond && counters.Peers.Count >= InboundSources;
            if (!isAttack || _findings.ContainsKey(key))
                continue;
            _findings.Add(key, new Finding(
                new Prefix(key.Host, key.Host.IsIPv4 ? 32 : 128), key.Outbound ? Finding.Outbound : Finding.Inbound, Shape: null,
                Finding.Attack, Labels[counters.Label()].Vectors, LabelsAreCoarse: true, (_second + 1) * Second));
        }

        _hosts.Clear();
    }

    private bool IsOwn(Address address)
    {
        foreach (var prefix in own)
        {
            if (prefix.Contains(address))
                return true;
        }

        return own.IsEmpty;
    }

    private static bool IsUdp(Vector vector) => Vectors.IsAmplification(vector)
        || vector is Vector.UdpReflection or Vector.UdpFlood or Vector.QuicFlood or Vector.SipFlood or Vector.DhcpFlood
            or Vector.DnsQueryFlood or Vector.DnsRandomSubdomain;

    private static ImmutableArray<string> Names(Vector vector) => [Vectors.Name(vector)];

    /// <summary>One host and direction in one second.</summary>
    private sealed class Counters
    {
        private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;
        private const int SynFlag = 2;

        private ulong _syn, _icmp, _fragments, _udp;

        public ulong Packets { get; private set; }

        /// <summary>Distinct other ends as seen: nobody multiplies those. No more are kept than the threshold asks for.</summary>
        public HashSet<Address> Peers { get; } = [];

        public void Add(Address peer, in FlowRecord flow)
        {
            var packets = flow.Packets * Math.Max(1, flow.SamplingRate);
            Packets += packets;
            if (Peers.Count < InboundSources)
                Peers.Add(peer);
            if (flow.Protocol == Tcp && (flow.TcpFlags & SynFlag) != 0)
                _syn += packets;
            if (flow.Protocol is Icmp or IcmpV6)
                _icmp += packets;
            if (flow.IsLaterFragment || flow.MoreFragments)
                _fragments += packets;
            if (flow.Protocol == Udp)
                _udp += packets;
        }

        /// <summary>Index into <see cref="Labels"/>, in FastNetMon's order.</summary>
        public int Label()
        {
            var needed = Dominant * Packets;
            return _syn > needed ? 0 : _icmp > needed ? 1 : _fragments > needed ? 2 : _udp > needed ? 3 : 4;
        }
    }
}
