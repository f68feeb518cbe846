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
/// A sum over sampled packets, as integers that merge in any order: the sum itself, the sum of its squared terms (its variance under
/// sampling), and what is known of the sampling. Terms are already multiplied by their sampling rate.
/// </summary>
internal struct WeightedSum
{
    private UInt128 _squares;

    /// <summary>Σ term × rate, unknown rates as 1.</summary>
    public ulong Sum { get; private set; }

    /// <summary>Packets seen.</summary>
    public long Samples { get; private set; }

    /// <summary>Packets seen at a rate above 1.</summary>
    public long Sampled { get; private set; }

    /// <summary>Packets whose sampling rate is unknown.</summary>
    public long UnknownRate { get; private set; }

    /// <summary>Mean weight of what one packet seen stands for: Σb² ÷ Σb; 1 when nothing was sampled.</summary>
    public readonly double Weight => Sampled == 0 || Sum == 0 ? 1 : (double)_squares / Sum;

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
            _squares = (UInt128)((double)_squares * share),
        };
    }

    /// <summary>Adds <paramref name="packets"/> packets that together weigh <paramref name="total"/> (packets or bytes, unscaled).</summary>
    public void Add(ulong total, uint packets, uint samplingRate)
    {
        var rate = Math.Max(samplingRate, 1);
        var scaled = total * rate;
        Sum += scaled;
        Samples += packets;
        if (samplingRate == 0)
            UnknownRate += packets;
        if (samplingRate > 1)
        {
            Sampled += packets;
            var square = (UInt128)scaled * scaled;
            _squares += packets <= 1 ? square : square / packets;
        }
    }

    public void Add(in WeightedSum other)
    {
        Sum += other.Sum;
        Samples += other.Samples;
        Sampled += other.Sampled;
        UnknownRate += other.UnknownRate;
        _squares += other._squares;
    }

    /// <summary>
    /// The sum with its 95 % interval. Unsampled sums are exact. Below 50 sampled packets the exact Poisson interval of their number
    /// is used (Garwood 1936), above ±1.96·√Σb² (Duffield, Lund, Thorup 2005).
    /// </summary>
    /// <param name="looks">Number of windows of which this is the largest; more than 1 lowers <c>Low</c> for the choice of the maximum.</param>
    public readonly Estimate ToEstimate(long looks = 1)
    {
        double sum = Sum;
        if (UnknownRate > 0)
            return new Estimate(null, sum, null, Samples);
        if (Sampled == 0)
            return new Estimate(sum, sum, sum, Samples);
        if (Sampled < 50)
        {
            var (low, high) = Poisson.Interval(Sampled);
            return new Estimate(sum, sum * low / Sampled, sum * high / Sampled, Samples);
        }
        var deviation = Math.Sqrt((double)_squares);
        var choice = looks > 1 ? Math.Sqrt(2 * Math.Log(looks)) : 0;
        return new Estimate(sum, Math.Max(0, sum - ((1.96 + choice) * deviation)), sum + (1.96 * deviation), Samples);
    }
}

/// <summary>Bounds on the mean of a Poisson count.</summary>
internal static class Poisson
{
    /// <summary>Exact two-sided 95 % interval (Garwood 1936) of the mean behind <paramref name="count"/> events.</summary>
    public static (double Low, double High) Interval(long count)
    {
        var low = count == 0 ? 0 : Solve(mean => 1 - Cumulative(count - 1, mean), 0.025, count, rising: true);
        var high = Solve(mean => Cumulative(count, mean), 0.025, count, rising: false);
        return (low, high);
    }

    /// <summary>Lower bound of the mean at a one-sided normal quantile, by the square-root transform (exact to 1 % from 10 events on).</summary>
    public static double LowerBound(double count, double quantile)
    {
        var root = Math.Sqrt(count) - (quantile / 2);
        return root <= 0 ? 0 : root * root;
    }

    private static double Cumulative(long count, double mean)
    {
        var term = Math.Exp(-mean);
        var sum = term;
        for (long k = 1; k <= count; k++)
        {
            term *= mean / k;
            sum += term;
        }
        return sum;
    }

    private static double Solve(Func<double, double> probability, double target, long count, bool rising)
    {
        double low = 0, high = count + (10 * Math.Sqrt(count + 1.0)) + 10;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (probability(middle) < target == rising)
                low = middle;
            else
                high = middle;
        }
        return (low + high) / 2;
    }
}
