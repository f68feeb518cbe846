using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>Told of a record of an answer; the reference is valid only during the call.</summary>
internal delegate void AnswerTold(in FlowRecord flow);

/// <summary>
/// Tells of answers over open TCP connections to clients that somebody watches, as they are counted. Others cost one look into a small bitmap, and nothing where nobody is watched.
/// </summary>
internal sealed class AnswerTap
{
    private const int Bits = 1 << 18;
    private const byte Tcp = 6;
    private const ushort Syn = 0x02;
    private const ushort Rst = 0x04;
    private const ushort Ack = 0x10;

    /// <summary>Mean bytes of the packets of a connection with data; segments without are shorter.</summary>
    private const uint SmallestMean = 100;

    private volatile Watched? _watched;

    /// <summary>Watches these from now on, instead of those before.</summary>
    /// <param name="clients">Some others are told too.</param>
    /// <param name="told">Called on receiving threads.</param>
    public void Watch(IEnumerable<Address> clients, AnswerTold told)
    {
        var map = new ulong[Bits / 64];
        var isAny = false;
        foreach (var client in clients)
        {
            var bit = BitOf(client);
            map[bit >> 6] |= 1UL << (bit & 63);
            isAny = true;
        }

        _watched = isAny ? new Watched(map, told) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(in FlowRecord flow)
    {
        if (_watched is { } watched)
            Tell(watched, in flow);
    }

    private static void Tell(Watched watched, in FlowRecord flow)
    {
        if (flow.Protocol == Tcp && watched.MayHold(flow.Destination) && IsOfOpenConnection(in flow))
            watched.Told(in flow);
    }

    /// <summary>Neither a handshake's beginning, however often, nor a refusal: those are sent to forged senders too. A flow with a handshake counts when it has data.</summary>
    private static bool IsOfOpenConnection(in FlowRecord flow) =>
        flow.Knows(FlowFields.Source | FlowFields.Destination | FlowFields.TcpFlags | FlowFields.ReceivedAt) && !flow.Knows(FlowFields.TotalCounters)
        && (flow.TcpFlags & (Ack | Rst)) == Ack && ((flow.TcpFlags & Syn) == 0 || (flow.Packets > 2 && flow.Bytes >= flow.Packets * SmallestMean));

    private static int BitOf(Address address) => address.GetHashCode() & (Bits - 1);

    private sealed record Watched(ulong[] Map, AnswerTold Told)
    {
        public bool MayHold(Address client)
        {
            var bit = BitOf(client);
            return (Map[bit >> 6] & (1UL << (bit & 63))) != 0;
        }
    }
}
