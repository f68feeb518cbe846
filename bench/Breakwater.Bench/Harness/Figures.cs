using System.Diagnostics;

namespace Breakwater.Bench.Harness;

/// <summary>Result of several rounds of one thing, in units (records, bytes, increments) per second of processor time.</summary>
/// <param name="Minimum">Slowest round.</param>
/// <param name="Median">The middle one.</param>
/// <param name="Maximum">Fastest round.</param>
/// <param name="ByTheClock">Units per second by the clock, over all rounds: the same on an idle machine, less on a shared one.</param>
internal sealed record Figures(double Minimum, double Median, double Maximum, double ByTheClock)
{
    /// <summary>Warms up until the compiler is done with it, then measures. Processor time, because others may use the core too.</summary>
    /// <param name="pass">Does the work once and returns the number of units.</param>
    /// <param name="rounds">Rounds to measure.</param>
    /// <param name="roundSeconds">Processor time of a round.</param>
    /// <param name="warmUpCalls">Calls before anything is measured, at least.</param>
    public static Figures Measure(Func<long> pass, int rounds, double roundSeconds, int warmUpCalls = 70)
    {
        WarmUp(pass, warmUpCalls);
        var speeds = new double[rounds];
        var units = 0L;
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            var done = 0L;
            var start = Environment.CpuUsage.TotalTime;
            TimeSpan used;
            do
            {
                done += pass();
                used = Environment.CpuUsage.TotalTime - start;
            }
            while (used.TotalSeconds < roundSeconds);
            speeds[round] = done / used.TotalSeconds;
            units += done;
        }

        Array.Sort(speeds);
        return new Figures(speeds[0], speeds[rounds / 2], speeds[^1], units / clock.Elapsed.TotalSeconds);
    }

    // Tiered compilation: thirty calls, then some time for the second tier with its profile.
    private static void WarmUp(Func<long> pass, int least)
    {
        var start = Environment.CpuUsage.TotalTime;
        for (var calls = 0; calls < least || (Environment.CpuUsage.TotalTime - start).TotalSeconds < 0.8; calls++)
        {
            pass();
            if (calls % 30 == 29)
                Thread.Sleep(200);
        }
    }
}
