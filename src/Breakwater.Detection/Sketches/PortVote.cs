using System.Runtime.Intrinsics;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Finds the 16-bit number (a port, a part of a hash) that most packets share, if there is one, from sums alone: each bit is put to the
/// vote, and a small table of hashed numbers shows how many packets can stand behind the winner. Exact whenever one has more than half.
/// </summary>
internal sealed class PortVote
{
    private const int Bits = 16;

    /// <summary>How many sums there are of ports with the same hash.</summary>
    public const int Buckets = 64;

    private readonly ulong[] _set = new ulong[Bits];
    private readonly ulong[] _buckets = new ulong[Buckets];
    private ulong _total;

    public void Add(ushort port, ulong packets)
    {
        _total += packets;
        _buckets[Bucket(port)] += packets;
        for (var bit = 0; bit < Bits; bit++)
            _set[bit] += ((ulong)port >> bit & 1) * packets;
    }

    /// <summary>Takes in what a tick brought.</summary>
    public void Add(PortTally tally)
    {
        _total += tally.Total;
        tally.AddTo(_set);
        for (var bucket = 0; bucket < Buckets; bucket += Vector256<ulong>.Count)
            (Vector256.Create(_buckets, bucket) + Vector256.Create(tally.Buckets[bucket..])).CopyTo(_buckets, bucket);
    }

    /// <summary>Takes in another vote.</summary>
    public void Merge(PortVote other)
    {
        _total += other._total;
        for (var bit = 0; bit < Bits; bit++)
            _set[bit] += other._set[bit];
        for (var bucket = 0; bucket < Buckets; bucket++)
            _buckets[bucket] += other._buckets[bucket];
    }

    public void Clear()
    {
        _total = 0;
        Array.Clear(_set);
        Array.Clear(_buckets);
    }

    /// <summary>The port of more than half of the packets of this vote and <paramref name="other"/>, null when there is none.</summary>
    /// <param name="other">A second vote to take in; may be null.</param>
    /// <param name="share">At most this share of the packets has the port (0-1): the least of its bits' and its bucket's shares.</param>
    public ushort? Majority(PortVote? other, out double share)
    {
        share = 0;
        double total = _total + (other?._total ?? 0);
        if (total == 0)
            return null;
        var port = 0;
        share = 1;
        for (var bit = 0; bit < Bits; bit++)
        {
            var set = (_set[bit] + (other?._set[bit] ?? 0)) / total;
            port |= set > 0.5 ? 1 << bit : 0;
            share = Math.Min(share, Math.Max(set, 1 - set));
        }
        var bucket = Bucket((ushort)port);
        share = Math.Min(share, (_buckets[bucket] + (other?._buckets[bucket] ?? 0)) / total);
        return share > 0.5 ? (ushort)port : null;
    }

    /// <summary>True when packets spread over many ports: at least half of the buckets are in use and none has a quarter of all.</summary>
    public bool IsSpread(PortVote? other)
    {
        var total = _total + (other?._total ?? 0);
        var used = 0;
        for (var i = 0; i < Buckets; i++)
        {
            var packets = _buckets[i] + (other?._buckets[i] ?? 0);
            if (packets * 4 > total)
                return false;
            used += packets > 0 ? 1 : 0;
        }
        return used * 2 >= Buckets;
    }

    /// <summary>Where a port is summed up.</summary>
    public static int Bucket(ushort port) => (int)((port * 0x9E3779B1u) >> 26);
}
