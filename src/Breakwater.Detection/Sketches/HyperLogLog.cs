using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Distinct count in one byte a register (Flajolet et al. 2007): only maxima, so order and repetition do not matter and two sketches
/// merge. Ertl's improved estimator (2017, arXiv:1702.01284), without bias from no hash to all registers full.
/// </summary>
/// <param name="precision">2^this registers: 5 at least (a vector of them), 16 at most.</param>
public sealed class HyperLogLog(int precision)
{
    // A rank is at most one more than a hash's 64 bits; 0 is that of an empty register.
    private const int Ranks = 66;

    private readonly byte[] _registers = new byte[1 << precision];

    /// <summary>
    /// Standard error of <see cref="Estimate"/> at a count, in counts: from √½/√m of it (few hashes) to 1.04/√m (many); between them fitted
    /// to simulations, within 4 %.
    /// </summary>
    public double StandardErrorAt(double count)
    {
        var registers = (double)_registers.Length;
        return (1.04 - (0.333 * Math.Exp(-count / (3.8 * registers)))) / Math.Sqrt(registers) * count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong hash)
    {
        ref var register = ref _registers[IndexOf(hash)];
        var rank = RankOf(hash);
        if (rank > register)
            register = rank;
    }

    /// <summary>Takes in hashes that mostly come for the first time.</summary>
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        foreach (var hash in hashes)
        {
            // Without a branch: nobody can guess whose rank is higher.
            ref var register = ref _registers[IndexOf(hash)];
            register = Math.Max(register, RankOf(hash));
        }
    }

    /// <summary>Asks the processor for the register of a hash.</summary>
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _registers[IndexOf(hash)]));
    }

    /// <summary>Takes in another sketch of the same precision.</summary>
    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < _registers.Length; i += Vector256<byte>.Count)
            Vector256.Max(Vector256.Create(_registers, i), Vector256.Create(other._registers, i)).CopyTo(_registers, i);
    }

    public void Clear() => Array.Clear(_registers);

    private int IndexOf(ulong hash) => (int)(hash >> (64 - precision));

    private byte RankOf(ulong hash) => (byte)(BitOperations.LeadingZeroCount((hash << precision) | (1UL << (precision - 1))) + 1);

    /// <summary>Distinct hashes of this sketch and of <paramref name="other"/> together.</summary>
    public double EstimateWith(HyperLogLog other)
    {
        Span<int> ranks = stackalloc int[Ranks];
        CountRanks(_registers, other._registers, ranks);
        return Estimate(ranks);
    }

    public double Estimate() => EstimateWith(this);

    /// <summary>Distinct hashes of two pairs of sketches together, all of one precision, 12 at most: their registers stand on the stack.</summary>
    internal static double EstimateOf((HyperLogLog, HyperLogLog) first, (HyperLogLog, HyperLogLog) second)
    {
        var (one, two, three, four) = (first.Item1._registers, first.Item2._registers, second.Item1._registers, second.Item2._registers);
        Span<byte> left = stackalloc byte[one.Length], right = stackalloc byte[one.Length];
        for (var i = 0; i < one.Length; i += Vector256<byte>.Count)
        {
            Vector256.Max(Vector256.Create(one, i), Vector256.Create(two, i)).CopyTo(left[i..]);
            Vector256.Max(Vector256.Create(three, i), Vector256.Create(four, i)).CopyTo(right[i..]);
        }
        Span<int> ranks = stackalloc int[Ranks];
        CountRanks(left, right, ranks);
        return first.Item1.Estimate(ranks);
    }

    /// <summary>How many registers have each rank, each register being the higher of two: rank by rank, because few are in use.</summary>
    private static void CountRanks(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<int> ranks)
    {
        ranks.Clear();
        var counted = 0;
        for (var rank = 0; counted < left.Length; rank++)
        {
            var count = 0;
            var wanted = Vector256.Create((byte)rank);
            for (var i = 0; i < left.Length; i += Vector256<byte>.Count)
            {
                var highest = Vector256.Max(Vector256.Create(left[i..]), Vector256.Create(right[i..]));
                count += BitOperations.PopCount(Vector256.Equals(highest, wanted).ExtractMostSignificantBits());
            }
            ranks[rank] = count;
            counted += count;
        }
    }

    private double Estimate(ReadOnlySpan<int> ranks)
    {
        double registers = _registers.Length;
        var last = 64 - precision;
        var sum = registers * Tau(1 - (ranks[last + 1] / registers));
        for (var rank = last; rank > 0; rank--)
            sum = (sum + ranks[rank]) / 2;
        sum += registers * Sigma(ranks[0] / registers);
        return registers * registers / (2 * Math.Log(2) * sum);
    }

    /// <summary>x + Σ x^(2^k) · 2^(k−1): what empty registers tell; infinite when all are empty.</summary>
    private static double Sigma(double x)
    {
        if (x >= 1)
            return double.PositiveInfinity;
        double weight = 1, sum = x, before = -1;
        while (sum > before)
        {
            x *= x;
            before = sum;
            sum += x * weight;
            weight *= 2;
        }
        return sum;
    }

    /// <summary>(1 − x − Σ (1 − x^(2^−k))² · 2^−k) / 3: what full registers tell.</summary>
    private static double Tau(double x)
    {
        if (x is <= 0 or >= 1)
            return 0;
        double weight = 1, sum = 1 - x, before = 2;
        while (sum < before)
        {
            x = Math.Sqrt(x);
            before = sum;
            weight /= 2;
            sum -= (1 - x) * (1 - x) * weight;
        }
        return sum / 3;
    }
}
