namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Seeded chance for calibration runs (SplitMix64): the same figures on every machine.</summary>
internal sealed class SamplingSimulator(ulong seed)
{
    private ulong _state = seed;

    public ulong Bits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform, above 0 and below 1.</summary>
    public double Uniform() => ((Bits() >> 11) + 0.5) / 9007199254740992.0;

    public double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Poisson count; by the normal distribution above 400.</summary>
    public int Poisson(double mean)
    {
        if (mean > 400)
            return (int)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var count = 0;
        for (; mean > 30; mean -= 30)
            count += Small(30);
        return count + Small(mean);
    }

    /// <summary>How many of <paramref name="packets"/> a sampler takes that takes each with probability 1/<paramref name="rate"/>.</summary>
    public int Sampled(double packets, double rate)
    {
        var log = Math.Log(1 - (1 / rate));
        var taken = 0;
        for (var position = 0.0; ; taken++)
        {
            position += Math.Floor(Math.Log(Uniform()) / log) + 1;
            if (position > packets)
                return taken;
        }
    }

    /// <summary>Successes of <paramref name="trials"/>; by the normal distribution where both outcomes are common.</summary>
    public int Binomial(int trials, double probability)
    {
        var variance = trials * probability * (1 - probability);
        if (variance > 200)
            return (int)Math.Clamp(Math.Round((trials * probability) + (Math.Sqrt(variance) * Normal())), 0, trials);
        var count = 0;
        for (var trial = 0; trial < trials; trial++)
            count += Uniform() < probability ? 1 : 0;
        return count;
    }

    private int Small(double mean)
    {
        double limit = Math.Exp(-mean), product = 1;
        var count = -1;
        do
        {
            count++;
            product *= Uniform();
        }
        while (product > limit);
        return count;
    }
}
