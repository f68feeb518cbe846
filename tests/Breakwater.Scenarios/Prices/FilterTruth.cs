using Breakwater.Response.Rules;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Scenarios.Prices;

/// <summary>
/// What filters do to packets, counted packet by packet as a router would: a second opinion that shares nothing with the planner. A connection whose first packet is
/// dropped does not come about. Clients are drawn as the standing samples draw them, by their packets.
/// </summary>
/// <param name="set">The filters.</param>
/// <param name="sampledPart">Part of the packets that the samples hold.</param>
/// <param name="random">Draws clients.</param>
internal sealed class FilterTruth(FilterMatch[] set, double sampledPart, SeededRandom random)
{
    private readonly HashSet<(Address Source, ushort SourcePort, ushort DestinationPort)> _failed = [];
    private readonly Dictionary<Address, bool> _clients = [];
    private double _attack, _attackMet, _packets, _packetsMet, _bytes, _bytesMet;

    public RealEffect Effect => new(
        _attack > 0 ? _attackMet / _attack : 0, _packetsMet / _packets, _bytesMet / _bytes, (double)_clients.Count(static client => client.Value) / _clients.Count);

    public void See(SamplePacket packet, bool isAttack)
    {
        var length = IpLength(packet);
        var isMet = set.Any(match => IsMet(match, packet, length));
        if (isAttack)
        {
            (_attack, _attackMet) = (_attack + 1, _attackMet + (isMet ? 1 : 0));
            return;
        }

        var connection = (packet.Source, packet.SourcePort, packet.DestinationPort);
        if (packet is { Protocol: IpProtocol.Tcp, TcpFlags: TcpFlags.Syn })
            _ = isMet ? _failed.Add(connection) : _failed.Remove(connection);
        else if (packet.Protocol == IpProtocol.Tcp && _failed.Contains(connection))
            isMet = true;
        (_packets, _packetsMet) = (_packets + 1, _packetsMet + (isMet ? 1 : 0));
        (_bytes, _bytesMet) = (_bytes + length, _bytesMet + (isMet ? length : 0));
        if (random.NextUInt32() < sampledPart * uint.MaxValue)
            _clients[packet.Source] = isMet || _clients.GetValueOrDefault(packet.Source);
    }

    private static bool IsMet(FilterMatch match, SamplePacket packet, int length)
    {
        var isLater = packet.FragmentOffset > 0;
        var hasTransport = !isLater;
        return match.Destination.Contains(packet.Destination)
            && (match.Source is null || match.Source.Value.Contains(packet.Source))
            && (match.Protocol is null || match.Protocol == packet.Protocol)
            && (match.SourcePorts.IsEmpty || (hasTransport && match.SourcePorts.Any(range => range.Contains(packet.SourcePort))))
            && (match.DestinationPorts.IsEmpty || (hasTransport && match.DestinationPorts.Any(range => range.Contains(packet.DestinationPort))))
            && (match.IcmpType is null || (hasTransport && match.IcmpType == packet.IcmpType))
            && (match.IcmpCode is null || (hasTransport && match.IcmpCode == 0))
            && (match.TcpFlags is not { } flags || (hasTransport && ((byte)packet.TcpFlags & flags.Set) == flags.Set && ((byte)packet.TcpFlags & flags.Clear) == 0))
            && (match.PacketLengths.IsEmpty || match.PacketLengths.Any(range => range.Contains(length)))
            && (match.Fragments == FragmentMatch.Any || match.Fragments == FragmentMatch.Later == isLater);
    }

    private static int IpLength(SamplePacket packet)
    {
        var transport = packet.FragmentOffset > 0 ? 0 : packet.Protocol switch
        {
            IpProtocol.Tcp => packet.HasSynOptions ? 40 : 20,
            IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.IcmpV6 => 8,
            IpProtocol.Gre => 4 + 20 + 8,
            _ => 0,
        };
        return (packet.Destination.IsIPv4 ? 20 : 40) + transport + packet.PayloadLength;
    }
}
