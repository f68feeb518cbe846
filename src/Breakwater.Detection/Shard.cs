using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>
/// Takes records of the present tick and reduces them to entries: classified, hashed, with their own host. Each shard belongs to one
/// thread between two ticks; the detector reads it at the tick. How records are spread over shards changes no verdict.
/// </summary>
public sealed class Shard
{
    /// <summary>An IPv4 header without options (RFC 791 §3.1): no packet is smaller.</summary>
    private const uint SmallestPacketBytes = 20;

    private const ulong MostScaledPackets = uint.MaxValue * 8UL, MostScaledBytes = 1UL << 42;

    private readonly KeyedHash _hash;
    private readonly OwnNetworks _own;

    internal Shard(DetectorOptions options, OwnNetworks own)
    {
        _hash = new KeyedHash(options.Seed);
        _own = own;
        Log = new TickLog(options.MaxTickRecords);
    }

    internal TickLog Log { get; }

    internal ShardCounts Counts { get; } = new();

    /// <summary>The tick that records are counted into.</summary>
    internal long Tick { get; set; }

    /// <summary>Counts one record into the present tick. Allocates nothing once its log has grown.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in FlowRecord flow)
    {
        Counts.Records++;
        Counts.NoteTime(in flow);
        if (!flow.Knows(FlowFields.Source | FlowFields.Destination))
            Counts.NoAddresses++;
        else if (!flow.Knows(FlowFields.Packets) || flow.Packets == 0)
            Counts.NoPackets++;
        else if (flow.Knows(FlowFields.TotalCounters))
            Counts.RunningTotals++;
        else if (flow.Knows(FlowFields.Bytes) && !HasBytesPerPacket(in flow, SmallestPacketBytes))
            Counts.Impossible++;
        else
            Enter(in flow);
    }

    /// <summary>The packets have so many bytes at least on average. Dividing would take as long as all else that is asked here.</summary>
    private static bool HasBytesPerPacket(in FlowRecord flow, uint bytes) => Math.BigMul(flow.Packets, bytes, out var all) == 0 && flow.Bytes >= all;

    /// <summary>What a full tick has no room for is turned away by its hash, before anything else is known of it.</summary>
    private void Enter(in FlowRecord flow)
    {
        Counts.UnknownRate += flow.SamplingRate == 0 ? 1 : 0;
        var source = _hash.Of(flow.Source);
        var destination = _hash.Of(flow.Destination);
        var (first, bytes) = (First(in flow), Math.Min(flow.Bytes, MostOf(MostScaledBytes, in flow)));
        var hash = KeyedHash.OfRecord(source, destination, ((ulong)flow.SourcePort << 16) | flow.DestinationPort, bytes ^ ((ulong)first << 12));
        if (!Log.Takes(hash))
            return;
        ref var entry = ref Log.Next;
        (entry.RecordHash, entry.FirstNanoseconds, entry.Bytes) = (hash, first, bytes);
        if (Describe(ref entry, in flow, source, destination))
            Log.Add();
    }

    /// <summary>Fills in who asks, and for an own host all else; false when the record neither asks nor is of an own host.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Describe(ref TickEntry entry, in FlowRecord flow, ulong source, ulong destination)
    {
        var trafficClass = TrafficClass.Of(in flow);
        var isGroup = TrafficClass.IsGroup(flow.Destination);
        var side = isGroup ? OwnSide.None : _own.SideOf(flow.Source, flow.Destination);
        var asks = TrafficClass.IsQuestion(trafficClass, in flow);
        if (side == OwnSide.None && !asks)
            return false;
        entry.AsksPair = !asks ? 0
            : isGroup ? KeyedHash.OfGroupQuestion(source, flow.DestinationPort) : KeyedHash.OfPair(source, destination, flow.Protocol);
        entry.Traits = isGroup ? EntryTraits.AsksGroup : EntryTraits.None;
        if (side != OwnSide.None)
            DescribeOwn(ref entry, in flow, trafficClass, side == OwnSide.Destination, source, destination);
        return true;
    }

    /// <summary>What a packet of the record stands for; of an unknown rate 1.</summary>
    private static ulong Rate(in FlowRecord flow) => (ulong)Math.Max(flow.SamplingRate, 1) << flow.ThinnedLevel;

    private static ulong MostOf(ulong scaled, in FlowRecord flow) => Rate(in flow) is var rate and > 1 ? scaled / rate : scaled;

    /// <summary>The first packet's time. A clock that is ahead tells no times, and nothing came before 1970.</summary>
    private long First(in FlowRecord flow) => flow.Knows(FlowFields.Start)
        ? Math.Clamp(flow.StartNanoseconds, 0, ((Tick + 1) * Detector.TickNanoseconds) - 1) : Math.Max(flow.ReceivedNanoseconds, Tick * Detector.TickNanoseconds);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void DescribeOwn(ref TickEntry entry, in FlowRecord flow, byte trafficClass, bool isInbound, ulong source, ulong destination)
    {
        (entry.Host, entry.Peer) = isInbound ? (flow.Destination, flow.Source) : (flow.Source, flow.Destination);
        entry.Direction = isInbound ? Direction.Inbound : Direction.Outbound;
        entry.HostHash = HostTable.HashOf(isInbound ? destination : source, entry.Direction);
        entry.PeerHash = isInbound ? source : destination;
        entry.DurationMilliseconds = flow.Knows(FlowFields.Start | FlowFields.End) && flow.EndNanoseconds > flow.StartNanoseconds
            ? (uint)Math.Min(uint.MaxValue, (flow.EndNanoseconds - flow.StartNanoseconds) / 1_000_000) : 0;
        // More than any link carries is taken for the most that can be added up.
        entry.Packets = (uint)Math.Min(flow.Packets, Math.Max(1, MostOf(MostScaledPackets, in flow)));
        entry.SamplingRate = flow.SamplingRate;
        (entry.SourcePort, entry.DestinationPort) = (flow.SourcePort, flow.DestinationPort);
        (entry.Class, entry.Protocol, entry.Level) = (trafficClass, flow.Protocol, 0);
        (entry.Resource, entry.Variant) = (Asked(flow.ApplicationResource), Asked(flow.ApplicationVariant));
        entry.TcpFlags = flow is { Protocol: 6, IsLaterFragment: false } && flow.Knows(FlowFields.TcpFlags) ? (byte)flow.TcpFlags : null;
        if (flow is { Protocol: 1 or 58, ApplicationResource: 0 })
            entry.IcmpTypeCode = flow.Knows(FlowFields.IcmpTypeCode) && !flow.IsLaterFragment ? flow.IcmpTypeCode : null;
        entry.LinkBytes = LinkBytes(in flow);
        entry.Traits = TraitsOf(in flow, trafficClass);
        if (flow.ThinnedLevel > 0)
            entry = entry.AtLevel(flow.ThinnedLevel);
    }

    /// <summary>What the payload asks about, by a hash that depends on the seed: that of the decoder is known to all, and names could be chosen that look like a few.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Asked(ulong content) => content == 0 ? 0 : Math.Max(1, (uint)_hash.Of(content));

    /// <summary>What a record of one packet has in its bytes besides the IP packet: frames have a header and padding, flow records have neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte LinkBytes(in FlowRecord flow)
    {
        if (flow.Packets != 1 || !flow.Knows(FlowFields.Bytes))
            return TickEntry.UnknownLength;
        if (!flow.Knows(FlowFields.IpLength))
            return 0;
        return flow.Bytes >= flow.IpLength && flow.Bytes - flow.IpLength < TickEntry.UnknownLength ? (byte)(flow.Bytes - flow.IpLength) : TickEntry.UnknownLength;
    }

    /// <summary>A first fragment; where records do not tell fragments, UDP packets as large as first fragments are may be such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFirstFragment(in FlowRecord flow) => flow.Knows(FlowFields.Fragment) && flow.MoreFragments
        ? flow.FragmentOffset == 0
        : !flow.Knows(FlowFields.IpLength) && flow.Protocol == 17 && flow.Knows(FlowFields.SourcePort) && !flow.IsLaterFragment
            && HasBytesPerPacket(in flow, 1_200);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static EntryTraits TraitsOf(in FlowRecord flow, byte trafficClass)
    {
        var traits = EntryTraits.HasHost;
        if (flow.Knows(FlowFields.SourcePort | FlowFields.DestinationPort))
            traits |= EntryTraits.HasPorts;
        if (IsFirstFragment(in flow))
            traits |= EntryTraits.FirstFragment;
        if (TrafficClass.IsRequest(trafficClass, in flow))
            traits |= EntryTraits.IsRequest;
        if (flow.Protocol == 6 && (flow.TcpFlags & 8) != 0)
            traits |= EntryTraits.HasData;
        return traits;
    }
}

/// <summary>Records, their times, and those that no verdict rests on, by reason.</summary>
internal sealed class ShardCounts
{
    public long Records, Timed, UnknownRate;
    public long Begin = long.MaxValue, First = long.MaxValue, Last = long.MinValue;
    public long NoAddresses, NoPackets, RunningTotals, Impossible;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NoteTime(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.ReceivedAt))
            return;
        Timed++;
        First = Math.Min(First, flow.ReceivedNanoseconds);
        Begin = Math.Min(Begin, flow.Knows(FlowFields.Start) ? flow.StartNanoseconds : flow.ReceivedNanoseconds);
        Last = Math.Max(Last, flow.ReceivedNanoseconds);
    }

    public void Add(ShardCounts other)
    {
        Records += other.Records;
        Timed += other.Timed;
        UnknownRate += other.UnknownRate;
        NoAddresses += other.NoAddresses;
        NoPackets += other.NoPackets;
        RunningTotals += other.RunningTotals;
        Impossible += other.Impossible;
        Begin = Math.Min(Begin, other.Begin);
        First = Math.Min(First, other.First);
        Last = Math.Max(Last, other.Last);
    }
}

/// <summary>Which side of a record is ours.</summary>
internal enum OwnSide : byte
{
    None,
    Destination,
    Source,
}

/// <summary>The protected networks: from the configuration, or every destination when none is configured.</summary>
internal sealed class OwnNetworks(DetectorOptions options)
{
    private readonly Mask[] _networks =
        [.. options.Protect.Concat(options.Services.SelectMany(static service => service.Prefixes)).Select(static network => new Mask(network))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OwnSide SideOf(Address source, Address destination)
    {
        if (_networks.Length == 0 || IsOwn(destination))
            return OwnSide.Destination;
        return IsOwn(source) ? OwnSide.Source : OwnSide.None;
    }

    private bool IsOwn(Address address)
    {
        var (high, low, isIPv4) = (address.High, address.Low, address.IsIPv4);
        foreach (ref readonly var network in _networks.AsSpan())
        {
            if ((high & network.MaskHigh) == network.High && (low & network.MaskLow) == network.Low && isIPv4 == network.IsIPv4)
                return true;
        }
        return false;
    }

    /// <summary>A network as what an address is compared with.</summary>
    private readonly struct Mask
    {
        public readonly ulong MaskHigh, MaskLow, High, Low;
        public readonly bool IsIPv4;

        public Mask(Prefix network)
        {
            IsIPv4 = network.Network.IsIPv4;
            var length = network.Length + (IsIPv4 ? 96 : 0);
            (MaskHigh, MaskLow) = (Ones(length), Ones(length - 64));
            (High, Low) = (network.Network.High & MaskHigh, network.Network.Low & MaskLow);
        }

        private static ulong Ones(int length) => length <= 0 ? 0 : length >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - length);
    }
}
