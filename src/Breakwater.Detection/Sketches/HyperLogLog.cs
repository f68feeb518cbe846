using System.Numerics;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// Distinct count in one byte a register (Flajolet et al. 2007): only maxima, so order and repetition do not matter and two sketches
/// merge. Standard error 1.04/√m; linear counting below 2.5·m.
/// </summary>
internal sealed class HyperLogLog(int precision)
{
    private readonly byte[] _registers = new byte[1 << precision];

    /// <summary>
    /// Standard error of <see cref="Estimate"/> at a count, in counts: 1.04/√m, and where linear counting is used the smaller of that
    /// and √m·√(eᵗ − t − 1), t = n/m (Whang, Vander-Zanden, Taylor 1990).
    /// </summary>
    public double StandardErrorAt(double count)
    {
        var registers = _registers.Length;
        var raw = 1.04 / Math.Sqrt(registers) * count;
        var load = count / registers;
        return load > 2.5 ? raw : Math.Min(raw, Math.Sqrt(registers * (Math.Exp(load) - load - 1)));
    }

    public void Add(ulong hash)
    {
        var index = (int)(hash >> (64 - precision));
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << precision) | (1UL << (precision - 1))) + 1);
        if (rank > _registers[index])
            _registers[index] = rank;
    }

    /// <summary>Takes in another sketch of the same precision.</summary>
    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < _registers.Length; i++)
            _registers[i] = Math.Max(_registers[i], other._registers[i]);
    }

    public void Clear() => Array.Clear(_registers);

    /// <summary>Distinct hashes of this sketch and of <paramref name="other"/> together.</summary>
    public double EstimateWith(HyperLogLog other)
    {
        Span<int> ranks = stackalloc int[66];
        ranks.Clear();
        for (var i = 0; i < _registers.Length; i++)
            ranks[Math.Max(_registers[i], other._registers[i])]++;
        return Estimate(ranks, _registers.Length);
    }

    public double Estimate() => EstimateWith(this);

    private static double Estimate(ReadOnlySpan<int> ranks, int registers)
    {
        double sum = 0;
        for (var rank = ranks.Length - 1; rank >= 0; rank--)
            sum = (sum / 2) + ranks[rank];
        var alpha = 0.7213 / (1 + (1.079 / registers));
        var raw = alpha * registers * registers / sum;
        return raw <= 2.5 * registers && ranks[0] > 0 ? registers * Math.Log((double)registers / ranks[0]) : raw;
    }
}
