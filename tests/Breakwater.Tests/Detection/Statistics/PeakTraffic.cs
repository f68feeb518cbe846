using Breakwater.Detection.Statistics;

namespace Breakwater.Tests.Detection.Statistics;

/// <summary>Half a minute of traffic in steps of a tenth of a second, sampled; the truth is its busiest second at any step.</summary>
internal static class PeakTraffic
{
    private const int Steps = 300;

    public static (double Truth, Interval Interval)? Draw(SamplingSimulator chance, string shape, double peak, double share, double rate)
    {
        int[] truth = new int[Steps], seen = new int[Steps], drawn = new int[Steps];
        double paced = chance.Uniform(), next = chance.Uniform() * rate;
        for (var step = 0; step < Steps; step++)
        {
            var mean = Level(shape, step) * peak * rate / 10;
            paced += mean;
            truth[step] = shape == "flat, evenly paced" ? (int)paced : chance.Poisson(mean);
            paced -= Math.Floor(paced);
            if (share == 0)
                seen[step] = chance.Sampled(truth[step], rate);
            else
                EveryNth(chance, peak * rate / 10 * (1 - share) / share, truth[step], ref seen[step], ref drawn[step], ref next, rate);
        }
        var (best, start) = Busiest(seen);
        if (best == 0)
            return null;
        var windows = new List<double>();
        double part = 0;
        for (var step = start % 10; step + 10 <= Steps; step += 10)
        {
            double count = seen.AsSpan(step, 10).ToArray().Sum(), all = drawn.AsSpan(step, 10).ToArray().Sum();
            windows.Add(count * rate);
            part += all > 0 ? count * count / all : 0;
        }
        return (Busiest(truth).Best, PeakRate.Of(windows.ToArray(), (rate - 1) * (1 - (part / seen.Sum())), 1));
    }

    private static double Level(string shape, int step) => shape switch
    {
        "flat" or "flat, evenly paced" => 1,
        "ramp" => (step + 1.0) / Steps,
        "pulses of 10 s" => step % 200 < 100 ? 1 : 0,
        "one pulse of 1 s" => step is >= 145 and < 155 ? 1 : 0.1,
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    /// <summary>Takes every Nth of a step's packets, which come in random order.</summary>
    private static void EveryNth(SamplingSimulator chance, double others, int truth, ref int seen, ref int drawn, ref double next, double rate)
    {
        var total = truth + chance.Poisson(others);
        for (; next < total; next += rate)
            drawn++;
        next -= total;
        for (int pick = 0, left = truth; pick < drawn; pick++)
        {
            if (chance.Uniform() * (total - pick) < left)
            {
                left--;
                seen++;
            }
        }
    }

    private static (int Best, int Start) Busiest(int[] counts)
    {
        int best = 0, start = 0, sum = 0;
        for (var step = 0; step < counts.Length; step++)
        {
            sum += counts[step] - (step >= 10 ? counts[step - 10] : 0);
            if (step >= 9 && sum > best)
                (best, start) = (sum, step - 9);
        }
        return (best, start);
    }
}
