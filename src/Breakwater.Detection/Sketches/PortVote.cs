using System.Numerics;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Finds the port that most packets share, if there is one, from sums alone: each bit of the port is put to the vote, and a small
/// table of hashed ports shows how many packets can stand behind the winner. Exact whenever one port has more than half.
/// </summary>
internal sealed class PortVote
{
    private const int Bits = 16;
    private const int Buckets = 64;
    private readonly ulong[] _set = new ulong[Bits];
    private readonly ulong[] _buckets = new ulong[Buckets];
    private ulong _total;

    public void Add(ushort port, ulong packets)
    {
        _total += packets;
        _buckets[Bucket(port)] += packets;
        uint bits = port;
        while (bits != 0)
        {
            _set[BitOperations.TrailingZeroCount(bits)] += packets;
            bits &= bits - 1;
        }
    }

    public void Clear()
    {
        _total = 0;
        Array.Clear(_set);
        Array.Clear(_buckets);
    }

    /// <summary>The port of more than half of the packets of this vote and <paramref name="other"/>, null when there is none.</summary>
    /// <param name="share">At most this share of the packets has the port (0-1): the least of its bits' and its bucket's shares.</param>
    public ushort? Majority(PortVote other, out double share)
    {
        share = 0;
        double total = _total + other._total;
        if (total == 0)
            return null;
        var port = 0;
        share = 1;
        for (var bit = 0; bit < Bits; bit++)
        {
            var set = (_set[bit] + other._set[bit]) / total;
            port |= set > 0.5 ? 1 << bit : 0;
            share = Math.Min(share, Math.Max(set, 1 - set));
        }
        var bucket = Bucket((ushort)port);
        share = Math.Min(share, (_buckets[bucket] + other._buckets[bucket]) / total);
        return share > 0.5 ? (ushort)port : null;
    }

    /// <summary>True when packets spread over many ports: at least half of the buckets are in use and none has a quarter of all.</summary>
    public bool IsSpread(PortVote other)
    {
        var total = _total + other._total;
        var used = 0;
        for (var i = 0; i < Buckets; i++)
        {
            var packets = _buckets[i] + other._buckets[i];
            if (packets * 4 > total)
                return false;
            used += packets > 0 ? 1 : 0;
        }
        return used * 2 >= Buckets;
    }

    private static int Bucket(ushort port) => (int)((port * 0x9E3779B1u) >> 26);
}
