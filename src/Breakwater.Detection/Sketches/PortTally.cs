using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    /// <summary>Adds the packets whose port has a bit set to that bit's sum, lowest bit first.</summary>
    public void AddTo(Span<ulong> bits)
    {
        for (var digit = 0; digit < Digits; digit++)
        {
            var values = _digits.AsSpan(digit * Values, Values);
            var (zero, four) = (Vector256.Create(values), Vector256.Create(values[4..]));
            var (eight, twelve) = (Vector256.Create(values[8..]), Vector256.Create(values[12..]));
            // By the two low bits, those of all four vectors; by the two high ones, whole vectors.
            var low = zero + four + eight + twelve;
            var sums = bits.Slice(digit * BitsPerDigit, BitsPerDigit);
            sums[0] += low[1] + low[3];
            sums[1] += low[2] + low[3];
            sums[2] += Vector256.Sum(four + twelve);
            sums[3] += Vector256.Sum(eight + twelve);
        }
    }

    public void Clear()
    {
        Total = 0;
        Array.Clear(_digits);
        Array.Clear(_buckets);
    }
}
