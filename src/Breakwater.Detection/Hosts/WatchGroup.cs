using System.Runtime.CompilerServices;

namespace Breakwater.Detection.Hosts;

/// <summary>Kinds of traffic that a cold record tells apart: enough to see which hosts deserve a dossier.</summary>
internal enum WatchGroup : byte
{
    Replies,
    Syn,
    SynAck,
    Segments,
    Udp,
    Icmp,
    Fragments,
    Protocols,
    Requests,
}

/// <summary>
/// Which class belongs to which group, and from which rate on a group is watched. A group counts packets, but for two kinds that harm at
/// lower rates: each session recorded counts as many as a connection is worth in segments, each DHCP packet as many as in requests.
/// </summary>
internal sealed class WatchGroups
{
    public const int Count = 9;

    private static readonly byte[] _ofClass = BuildClassTable();
    private readonly uint _perSession, _perDhcpPacket;

    public WatchGroups(Floors floors)
    {
        _perSession = Worth(floors.Segments, floors.Connections);
        _perDhcpPacket = Worth(floors.Requests, floors.Dhcp);
    }

    public static int Of(byte trafficClass) => _ofClass[trafficClass];

    /// <summary>What a record counts in its group, scaled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Units(in TickEntry entry) => entry.Class switch
    {
        // However many packets a session has, it is one connection.
        TrafficClass.Session => (uint)Math.Min(uint.MaxValue, entry.ScaledRecords * _perSession),
        (byte)Vector.DhcpFlood => (uint)Math.Min(uint.MaxValue, entry.Scaled * _perDhcpPacket),
        _ => (uint)Math.Min(uint.MaxValue, entry.Scaled),
    };

    /// <summary>
    /// Units in two seconds from which on a host is a candidate for a dossier: an eighth of the floor's packets in a second, less than
    /// the shortest burst that can alarm; replies are evidence at any rate, so eight do.
    /// </summary>
    public static uint[] WatchFloors(Floors floors) =>
    [
        8,
        Eighth(floors.Syn),
        Eighth(floors.SynAck),
        Eighth(floors.Segments),
        Eighth(floors.Udp),
        Eighth(floors.Icmp),
        Eighth(floors.Fragments),
        Eighth(floors.Protocols),
        Eighth(Math.Min(floors.Requests, floors.Queries)),
    ];

    /// <summary>
    /// Units in a tick without which no window of any length can newly exceed a floor of the group: a window's mean tick has a tenth of the
    /// floor's packets in a second, so that one of its ticks has as many.
    /// </summary>
    public uint[] TickLimits(Floors floors) =>
    [
        Tenth(floors.Amplification),
        Tenth(Math.Min(floors.Syn, floors.Connections)),
        Tenth(Math.Min(floors.SynAck, floors.Segments)),
        Tenth(Math.Min(floors.Segments, floors.Connections * _perSession)),
        Tenth(Math.Min(floors.Udp, floors.Amplification)),
        Tenth(floors.Icmp),
        Tenth(floors.Fragments),
        Tenth(floors.Protocols),
        Tenth(Math.Min(floors.Requests, Math.Min(floors.Queries, floors.Dhcp * _perDhcpPacket))),
    ];

    /// <summary>While places are free, whoever gets a few packets a second is watched: what comes later may make sense of it.</summary>
    public static uint[] IdleFloors(Floors floors) => [.. WatchFloors(floors).Select(static floor => Math.Min(floor, 8))];

    private static uint Worth(double floor, double lower) => (uint)Math.Clamp(Math.Ceiling(floor / lower), 1, 1_000_000);

    private static uint Tenth(double floor) => (uint)Math.Clamp(floor / 10, 1, 1_000_000_000);

    private static uint Eighth(double floor) => (uint)Math.Clamp(floor / 8, 1, 1_000_000_000);

    private static byte[] BuildClassTable()
    {
        var table = new byte[TrafficClass.Count];
        for (var index = 0; index < table.Length; index++)
            table[index] = (byte)Group((byte)index);
        return table;
    }

    private static WatchGroup Group(byte trafficClass) => (Vector)trafficClass switch
    {
        var vector when Vectors.IsAmplification(vector) => WatchGroup.Replies,
        Vector.SynFlood => WatchGroup.Syn,
        Vector.SynAckFlood or Vector.RstFlood => WatchGroup.SynAck,
        Vector.AckFlood or Vector.FinFlood or Vector.TcpNullFlood or Vector.TcpXmasFlood => WatchGroup.Segments,
        Vector.IcmpFlood or Vector.IPv6ExtensionHeaderFlood => WatchGroup.Icmp,
        Vector.FragmentFlood => WatchGroup.Fragments,
        Vector.GreFlood or Vector.IpProtocolFlood => WatchGroup.Protocols,
        Vector.HttpFlood or Vector.DnsQueryFlood or Vector.DhcpFlood => WatchGroup.Requests,
        _ => trafficClass switch
        {
            TrafficClass.Session => WatchGroup.Segments,
            TrafficClass.IcmpError => WatchGroup.Icmp,
            _ => WatchGroup.Udp,
        },
    };
}

/// <summary>One number for each group.</summary>
[InlineArray(WatchGroups.Count)]
internal struct GroupCounts
{
    private uint _first;
}

/// <summary>Scaled packets by group in this second and the one before.</summary>
internal struct WatchCounts
{
    public GroupCounts Now;

    /// <summary>The second of record time that <see cref="Now"/> belongs to, since 1970.</summary>
    public uint Second;

    public GroupCounts Before;

    /// <summary>Goes on to a second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(uint second)
    {
        if (second != Second)
            Turn(second);
    }

    /// <summary>Adds to a group and returns what it has in this second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Add(int group, uint packets, uint second)
    {
        Advance(second);
        ref var count = ref Now[group];
        count = (uint)Math.Min(uint.MaxValue, (ulong)count + packets);
        return count;
    }

    /// <summary>Keeps the larger of what a group has in this second and <paramref name="count"/>.</summary>
    public void Raise(int group, uint count, uint second)
    {
        Advance(second);
        Now[group] = Math.Max(Now[group], count);
    }

    /// <summary>What the group has in this second and the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Recent(int group, uint second) => second == Second
        ? (uint)Math.Min(uint.MaxValue, (ulong)Now[group] + Before[group])
        : second == Second + 1 ? Now[group] : 0;

    /// <summary>How far the busiest group is above its watch floor: 1 is at the floor.</summary>
    public readonly double Score(uint[] floors, uint second, out int group)
    {
        double best = 0;
        group = 0;
        for (var index = 0; index < WatchGroups.Count; index++)
        {
            var score = (double)Recent(index, second) / floors[index];
            if (score > best)
                (best, group) = (score, index);
        }
        return best;
    }

    private void Turn(uint second)
    {
        Before = second == Second + 1 ? Now : default;
        Now = default;
        Second = second;
    }
}
