namespace Breakwater.Detection.Sketches;

/// <summary>
/// Packets by port within a tick, before they go into a <see cref="PortVote"/>: by each of the number's four hexadecimal digits, and by
/// the vote's buckets. Small enough to stay in the first cache.
/// </summary>
internal sealed class PortTally
{
    private const int Digits = 4;
    private const int BitsPerDigit = 4;
    private const int Values = 16;
    private readonly ulong[] _digits = new ulong[Digits * Values];
    private readonly ulong[] _buckets = new ulong[PortVote.Buckets];

    public ulong Total { get; private set; }

    public ReadOnlySpan<ulong> Buckets => _buckets;

    public void Add(ushort port, ulong packets)
    {
        Total += packets;
        var digits = _digits;
        digits[port & 15] += packets;
        digits[Values + ((port >> 4) & 15)] += packets;
        digits[(2 * Values) + ((port >> 8) & 15)] += packets;
        digits[(3 * Values) + (port >> 12)] += packets;
        _buckets[PortVote.Bucket(port)] += packets;
    }

    /// <summary>Packets whose port has this bit set.</summary>
    public ulong WithBit(int bit)
    {
        ulong packets = 0;
        var values = _digits.AsSpan(bit / BitsPerDigit * Values, Values);
        for (var value = 0; value < Values; value++)
            packets += (value >> (bit % BitsPerDigit) & 1) != 0 ? values[value] : 0;
        return packets;
    }

    public void Clear()
    {
        Total = 0;
        Array.Clear(_digits);
        Array.Clear(_buckets);
    }
}
