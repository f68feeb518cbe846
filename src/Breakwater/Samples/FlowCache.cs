using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>Why a flow was exported (IPFIX flowEndReason, IE 136).</summary>
internal enum FlowEndReason : byte
{
    IdleTimeout = 1,
    ActiveTimeout = 2,
    LackOfResources = 5,
}

/// <summary>Takes the flows that a cache gives up.</summary>
/// <param name="flow">Counters as sampled; octets of layer 3.</param>
/// <param name="reason">Why it ended.</param>
/// <param name="nanoseconds">When it was given up, since 1970.</param>
internal delegate void FlowEnded(in FlowRecord flow, FlowEndReason reason, long nanoseconds);

/// <summary>
/// The flow cache of a router: packets become flows by their key, and a flow leaves when it was silent for the idle timeout, when
/// it has lasted the active timeout (then it begins anew), or when the cache is full (the one silent longest goes).
/// </summary>
internal sealed class FlowCache(long activeNanoseconds, long idleNanoseconds, int maximumFlows, FlowEnded ended)
{
    private readonly Dictionary<FlowKey, Entry> _flows = [];

    // Both lists are sorted by time because entries only ever join at the end: expiry looks at the heads alone.
    private readonly LinkedList<Entry> _byStart = [];
    private readonly LinkedList<Entry> _byLastSeen = [];

    /// <summary>Flows that have not ended.</summary>
    public int Count => _flows.Count;

    /// <summary>Adds one packet. Times must not go backwards: the caller lifts late packets.</summary>
    /// <param name="packet">As read from the frame, with interfaces and <see cref="FlowRecord.StartNanoseconds"/>.</param>
    /// <param name="octets">Length of the packet at layer 3.</param>
    public void Add(in FlowRecord packet, ulong octets)
    {
        var now = packet.StartNanoseconds;
        Advance(now);
        var key = new FlowKey(packet);
        if (_flows.TryGetValue(key, out var entry))
        {
            entry.Flow.TcpFlags |= packet.TcpFlags;
            entry.Flow.Extensions |= packet.Extensions;
            _byLastSeen.Remove(entry.LastSeen);
        }
        else
        {
            if (_flows.Count == maximumFlows)
                End(_byLastSeen.First!.Value, FlowEndReason.LackOfResources, now);
            entry = new Entry(key, packet);
            _flows.Add(key, entry);
            _byStart.AddLast(entry.Started);
        }

        entry.Flow.Packets++;
        entry.Flow.Bytes += octets;
        entry.Flow.EndNanoseconds = now;
        _byLastSeen.AddLast(entry.LastSeen);
    }

    /// <summary>Ends what has timed out by <paramref name="nanoseconds"/>, in the order in which it did.</summary>
    public void Advance(long nanoseconds)
    {
        while (_byStart.First is { } oldest && _byLastSeen.First is { } quietest)
        {
            var activeAt = oldest.Value.Flow.StartNanoseconds + activeNanoseconds;
            var idleAt = quietest.Value.Flow.EndNanoseconds + idleNanoseconds;
            if (Math.Min(activeAt, idleAt) > nanoseconds)
                return;
            if (idleAt <= activeAt)
                End(quietest.Value, FlowEndReason.IdleTimeout, idleAt);
            else
                End(oldest.Value, FlowEndReason.ActiveTimeout, activeAt);
        }
    }

    private void End(Entry entry, FlowEndReason reason, long nanoseconds)
    {
        _flows.Remove(entry.Key);
        _byStart.Remove(entry.Started);
        _byLastSeen.Remove(entry.LastSeen);
        ended(entry.Flow, reason, nanoseconds);
    }

    private readonly record struct FlowKey(
        Address Source, Address Destination, uint Ports, uint InputInterface, ushort IcmpTypeCode, byte Protocol, byte TypeOfService)
    {
        public FlowKey(in FlowRecord packet)
            : this(packet.Source, packet.Destination, ((uint)packet.SourcePort << 16) | packet.DestinationPort, packet.InputInterface,
                packet.IcmpTypeCode, packet.Protocol, packet.TypeOfService)
        {
        }
    }

    private sealed class Entry
    {
        public FlowRecord Flow;

        public Entry(FlowKey key, in FlowRecord first)
        {
            Key = key;
            Flow = first;
            (Flow.Packets, Flow.Bytes) = (0, 0);
            Started = new LinkedListNode<Entry>(this);
            LastSeen = new LinkedListNode<Entry>(this);
        }

        public FlowKey Key { get; }

        public LinkedListNode<Entry> Started { get; }

        public LinkedListNode<Entry> LastSeen { get; }
    }
}
