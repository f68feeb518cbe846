using System.Numerics;

namespace Breakwater.Response.Price;

/// <summary>
/// Connections that filters break. A connection whose first packet, or a packet with its data, is dropped is lost with all that it would have sent: such packets are few among
/// those sampled, and what they cost is many. Counted for each service port by itself, since a filter of one port breaks nothing of another.
/// </summary>
internal sealed class ConnectionLoss
{
    /// <summary>Ports that are looked at by themselves, the busiest; all others count as one.</summary>
    public const int MostPorts = 16;

    /// <summary>Packets with data in a connection where nobody saw how many connections there are.</summary>
    private const double UnknownLength = 20;

    private readonly TrafficTable _table;
    private readonly int[] _groups;
    private readonly int _count;

    public ConnectionLoss(TrafficTable table)
    {
        _table = table;
        var packets = new KeySums();
        foreach (ref readonly var row in table.Rows.AsSpan())
        {
            if (!row.IsDuring && row.Connections >= 0)
                packets.Add(row.Connections, row.Packets);
        }

        var numbers = new Dictionary<int, int>();
        foreach (var busy in Busiest(packets))
            numbers.Add(busy, numbers.Count);
        _count = numbers.Count + 1;
        _groups = new int[table.Rows.Length];
        for (var index = 0; index < _groups.Length; index++)
            _groups[index] = table.Rows[index] is { IsDuring: false, Connections: >= 0 and var key } ? numbers.GetValueOrDefault(key, _count - 1) : -1;
    }

    /// <summary>The ports with most packets.</summary>
    public static List<int> Busiest(KeySums packets) => [.. packets.Largest.Take(MostPorts).Select(static sum => sum.Key)];

    /// <summary>The group of a record's connection; -1 for none.</summary>
    public int GroupOf(int index) => _groups[index];

    /// <summary>Which share of its connections each group loses.</summary>
    public LostConnections[] Of(ReadOnlySpan<ulong> met)
    {
        var (opening, data) = (new VitalPackets[_count], new VitalPackets[_count]);
        for (var index = 0; index < _groups.Length; index++)
        {
            if (_groups[index] < 0)
                continue;
            ref readonly var row = ref _table.Rows[index];
            var isMet = (met[index >> 6] & (1UL << (index & 63))) != 0;
            if (row.OpensConnection)
                opening[_groups[index]].Add(row.Packets, isMet);
            else if (row.CarriesData)
                data[_groups[index]].Add(row.Packets, isMet);
        }

        var lost = new LostConnections[_count];
        for (var group = 0; group < _count; group++)
            lost[group] = LostConnections.Of(in opening[group], in data[group], UnknownLength);
        return lost;
    }

    /// <summary>True when a filter could break a connection at all: most meet no TCP.</summary>
    public bool MayBreak(ReadOnlySpan<ulong> met)
    {
        for (var word = 0; word < met.Length; word++)
        {
            for (var bits = met[word]; bits != 0; bits &= bits - 1)
            {
                if (_groups[(word << 6) + BitOperations.TrailingZeroCount(bits)] >= 0)
                    return true;
            }
        }

        return false;
    }
}

/// <summary>Sampled packets without which there is no connection, and those of them that are met.</summary>
internal struct VitalPackets
{
    private double _squares;
    private int _imagined, _imaginedMet;

    public double All { get; private set; }

    public double Met { get; private set; }

    /// <summary>Nothing of them is met, and no packet that was not sampled would be.</summary>
    public readonly bool IsSpared => Met <= 0 && _imaginedMet == 0;

    /// <summary>The share met and its upper end: as Wilson's for those sampled (1927); none sampled may be all.</summary>
    public readonly (double Value, double High) Share => IsSpared ? (0, 0)
        : All <= 0 ? ((double)_imaginedMet / _imagined, 1)
        : (Met / All, Interval.Wilson(Met / All, All * All / _squares).High);

    public void Add(double packets, bool isMet)
    {
        if (packets <= 0)
        {
            _imagined++;
            _imaginedMet += isMet ? 1 : 0;
            return;
        }

        All += packets;
        _squares += packets * packets;
        Met += isMet ? packets : 0;
    }
}

/// <summary>Share of connections lost, at most so many of them.</summary>
/// <param name="Value">The share if packets with data are met by chance.</param>
/// <param name="High">The share if as few of one connection are met as can be.</param>
/// <param name="PerPacket">Connections for each packet of them that is no first one.</param>
internal readonly record struct LostConnections(double Value, double High, double PerPacket)
{
    public static LostConnections Of(in VitalPackets opening, in VitalPackets data, double unknownLength)
    {
        var (first, firstHigh) = opening.Share;
        var (met, metHigh) = data.Share;
        var length = opening.All > 0 ? Math.Max(1, data.All / opening.All) : unknownLength;
        var (broken, brokenHigh) = (1 - Math.Pow(1 - met, length), Math.Min(1, length * metHigh));
        return new LostConnections(1 - ((1 - first) * (1 - broken)), 1 - ((1 - firstHigh) * (1 - brokenHigh)), 1 / Math.Max(1, length));
    }
}
