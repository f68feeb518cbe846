using System.Collections.Immutable;
using Breakwater.Response.Rules;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Scenarios.Prices;

/// <summary>
/// What filters do to packets, counted packet by packet as a router would: a second opinion that shares nothing with the planner. A connection whose first packet, or a packet
/// of whose data, is dropped does not go on. Every client counts that loses anything; over IPv6 one is a site's network (/64).
/// </summary>
/// <param name="set">The filters.</param>
internal sealed class FilterTruth(FilterMatch[] set)
{
    private readonly HashSet<(Address Source, byte Protocol, ushort SourcePort, ushort DestinationPort)> _failed = [];
    private readonly Dictionary<Address, bool> _clients = [];
    private double _attack, _attackMet, _packets, _packetsMet, _bytes, _bytesMet;

    public RealEffect Effect => new(
        _attack > 0 ? _attackMet / _attack : 0, _packetsMet / _packets, _bytesMet / _bytes, (double)_clients.Count(static client => client.Value) / _clients.Count);

    public void See(SamplePacket packet, bool isAttack)
    {
        var length = IpLength(packet);
        var isMet = IsMet(packet, length);
        if (isAttack)
        {
            (_attack, _attackMet) = (_attack + 1, _attackMet + (isMet ? 1 : 0));
            return;
        }

        isMet = IsLost(packet, isMet);
        (_packets, _packetsMet) = (_packets + 1, _packetsMet + (isMet ? 1 : 0));
        (_bytes, _bytesMet) = (_bytes + length, _bytesMet + (isMet ? length : 0));
        var client = packet.Source.IsIPv4 ? packet.Source : packet.Source.Masked(64);
        _clients[client] = isMet || _clients.GetValueOrDefault(client);
    }

    /// <summary>Met itself, or of a connection that is broken until it opens anew.</summary>
    private bool IsLost(SamplePacket packet, bool isMet)
    {
        var isTcp = packet.Protocol == IpProtocol.Tcp;
        var isQuic = packet is { Protocol: IpProtocol.Udp, DestinationPort: 443 or 8_443 };
        if (packet.FragmentOffset > 0 || !(isTcp || isQuic))
            return isMet;
        var connection = (packet.Source, packet.Protocol, packet.SourcePort, packet.DestinationPort);
        var opens = isTcp ? packet.TcpFlags.HasFlag(TcpFlags.Syn) : packet.PayloadLength >= 1_200;
        if (isMet && (opens || (isTcp && packet.PayloadLength > 0)))
            _failed.Add(connection);
        else if (opens && isTcp)
            _failed.Remove(connection);
        return isMet || _failed.Contains(connection);
    }

    private bool IsMet(SamplePacket packet, int length)
    {
        foreach (var match in set)
        {
            if (IsMet(match, packet, length))
                return true;
        }

        return false;
    }

    private static bool Holds(ImmutableArray<NumberRange> ranges, int number)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(number))
                return true;
        }

        return false;
    }

    private static bool IsMet(FilterMatch match, SamplePacket packet, int length)
    {
        var isLater = packet.FragmentOffset > 0;
        var hasTransport = !isLater;
        return match.Destination.Contains(packet.Destination)
            && (match.Source is null || match.Source.Value.Contains(packet.Source))
            && (match.Protocol is null || match.Protocol == packet.Protocol)
            && (match.SourcePorts.IsEmpty || (hasTransport && Holds(match.SourcePorts, packet.SourcePort)))
            && (match.DestinationPorts.IsEmpty || (hasTransport && Holds(match.DestinationPorts, packet.DestinationPort)))
            && (match.IcmpType is null || (hasTransport && match.IcmpType == packet.IcmpType))
            && (match.IcmpCode is null || (hasTransport && match.IcmpCode == 0))
            && (match.TcpFlags is not { } flags || (hasTransport && ((byte)packet.TcpFlags & flags.Set) == flags.Set && ((byte)packet.TcpFlags & flags.Clear) == 0))
            && (match.PacketLengths.IsEmpty || Holds(match.PacketLengths, length))
            && (match.Fragments == FragmentMatch.Any || match.Fragments == FragmentMatch.Later == isLater);
    }

    private static int IpLength(SamplePacket packet)
    {
        var header = packet.Destination.IsIPv4 ? 20 : 40;
        var transport = packet.FragmentOffset > 0 ? 0 : packet.Protocol switch
        {
            IpProtocol.Tcp => packet.HasSynOptions ? 40 : 20,
            IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.IcmpV6 => 8,
            IpProtocol.Gre => 4 + header + 8,
            _ => 0,
        };
        var isFragment = packet.FragmentOffset > 0 || packet.MoreFragments;
        var extensions = packet.Destination.IsIPv4 ? 0 : 8 * (packet.ExtensionHeaders + (isFragment ? 1 : 0));
        return header + extensions + transport + packet.PayloadLength;
    }
}
