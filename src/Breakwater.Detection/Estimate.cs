using System.Runtime.CompilerServices;
using Breakwater.Detection.Statistics;

namespace Breakwater.Detection;

/// <summary>
/// A quantity and how sure it is: 95 % interval from <see cref="Low"/> to <see cref="High"/>, resting on <see cref="Samples"/> packets
/// seen. A member is null when unknown; an unknown sampling rate leaves only <see cref="Low"/> ("at least").
/// </summary>
public readonly record struct Estimate(double? Value, double? Low, double? High, long Samples)
{
    /// <summary>The same estimate in another unit.</summary>
    public Estimate Times(double factor) => new(Value * factor, Low * factor, High * factor, Samples);
}

/// <summary>
/// A sum over sampled packets, as integers that merge in any order: the sum itself, its variance under sampling, its largest term, and
/// what is known of the sampling. Terms b are already multiplied by their sampling rate N.
/// </summary>
internal struct WeightedSum
{
    private WideSum _variance;
    private ulong _largest;

    /// <summary>Σ b, unknown rates as 1.</summary>
    public ulong Sum { get; private set; }

    /// <summary>Packets seen.</summary>
    public long Samples { get; private set; }

    /// <summary>Packets seen at a rate above 1.</summary>
    public long Sampled { get; private set; }

    /// <summary>Packets whose sampling rate is unknown.</summary>
    public long UnknownRate { get; private set; }

    /// <summary>Σ b² (1 − 1/N): what chance adds to the sum. 0 when all was seen.</summary>
    public readonly double Variance => _variance.ToDouble();

    /// <summary>Largest sampled b.</summary>
    public readonly double Largest => _largest;

    /// <summary>Of a sum of packets: how many of them one that was seen stands for, Σ N² ÷ Σ N; 1 when nothing was sampled.</summary>
    public readonly double Weight => Sampled == 0 || Sum == 0 ? 1 : 1 + (Variance / Sum);

    /// <summary>A part of this sum, taken as a sample of the same kind.</summary>
    public readonly WeightedSum Part(ulong sum)
    {
        if (Sum == 0)
            return default;
        var share = (double)sum / Sum;
        return new WeightedSum
        {
            Sum = sum,
            Samples = (long)Math.Round(Samples * share),
            Sampled = (long)Math.Round(Sampled * share),
            UnknownRate = UnknownRate > 0 ? Math.Max(1, (long)Math.Round(UnknownRate * share)) : 0,
            _variance = WideSum.Of(Variance * share),
            _largest = Math.Min(_largest, sum),
        };
    }

    /// <summary>Adds <paramref name="packets"/> packets that together weigh <paramref name="total"/> (packets or bytes, unscaled).</summary>
    /// <param name="total">What they weigh.</param>
    /// <param name="packets">How many they are.</param>
    /// <param name="samplingRate">What each stands for, 0 for unknown.</param>
    /// <param name="level">
    /// Of that, one in 2^level records was taken whole: a record's packets stand and fall together, so that chance adds more to the sum than if
    /// each had been drawn by itself.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong total, uint packets, uint samplingRate, int level = 0)
    {
        // Of a level the rate would have it in it (TickEntry.AtLevel).
        if (samplingRate == 1)
        {
            Sum += total;
            Samples += packets;
        }
        else
        {
            AddSampled(total, packets, samplingRate, level);
        }
    }

    private void AddSampled(ulong total, uint packets, uint samplingRate, int level)
    {
        var rate = Math.Max(samplingRate, 1);
        var scaled = total * rate;
        Sum += scaled;
        Samples += packets;
        if (samplingRate == 0)
            UnknownRate += packets;
        if (level > 0)
        {
            // Of an unknown rate the factor is in the total.
            var record = scaled >> level;
            Sampled += packets;
            _variance.Add(WideSum.Product(scaled, scaled - record));
            if (samplingRate != 0)
                _variance.Add(VarianceOf(record, total, packets).Times2To(level));
            _largest = Math.Max(_largest, scaled);
        }
        else if (samplingRate > 1)
        {
            Sampled += packets;
            _variance.Add(VarianceOf(scaled, total, packets));
            _largest = Math.Max(_largest, packets <= 1 ? scaled : scaled / packets);
        }
    }

    private static WideSum VarianceOf(ulong scaled, ulong total, uint packets)
    {
        var variance = WideSum.Product(scaled, Math.Max(scaled, total) - total);
        return packets <= 1 ? variance : variance.By(packets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in WeightedSum other)
    {
        Sum += other.Sum;
        Samples += other.Samples;
        Sampled += other.Sampled;
        UnknownRate += other.UnknownRate;
        _variance.Add(in other._variance);
        _largest = Math.Max(_largest, other._largest);
    }

    /// <summary>The sum with its 95 % interval (<see cref="SampledSumInterval"/>). Unsampled sums are exact.</summary>
    /// <param name="largestPossible">Largest b to reckon with where hardly any was seen; 0 when all are equal.</param>
    /// <param name="dispersion">Part of the variance that the way of sampling leaves (<see cref="CountDispersion"/>); 1 when that is not known.</param>
    public readonly Estimate ToEstimate(double largestPossible = 0, double dispersion = 1)
    {
        double sum = Sum;
        if (Sampled == 0 || Sum == 0)
            return UnknownRate > 0 ? new Estimate(null, sum, null, Samples) : new Estimate(sum, sum, sum, Samples);
        var largest = SampledSumInterval.LargestTerm(_largest, Sampled, largestPossible);
        var interval = SampledSumInterval.OfTotal(sum, Variance * dispersion, largest * dispersion);
        return UnknownRate > 0 ? new Estimate(null, interval.Low, null, Samples) : new Estimate(sum, interval.Low, interval.High, Samples);
    }
}
