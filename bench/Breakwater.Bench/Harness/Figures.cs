using System.Diagnostics;

namespace Breakwater.Bench.Harness;

/// <summary>Result of several rounds of one thing, in units (records, words, increments) a second.</summary>
/// <param name="Minimum">Slowest round.</param>
/// <param name="Median">The middle one.</param>
/// <param name="Maximum">Fastest round.</param>
/// <param name="PerCpuSecond">Units per second of the process's processor time, over all rounds.</param>
internal sealed record Figures(double Minimum, double Median, double Maximum, double PerCpuSecond)
{
    /// <summary>Warms up until the compiler is done with it, then measures.</summary>
    /// <param name="pass">Does the work once and returns the number of units.</param>
    /// <param name="rounds">Rounds to measure.</param>
    /// <param name="roundSeconds">Length of a round.</param>
    public static Figures Measure(Func<long> pass, int rounds, double roundSeconds)
    {
        WarmUp(pass);
        var speeds = new double[rounds];
        var units = 0L;
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        for (var round = 0; round < rounds; round++)
        {
            var done = 0L;
            var clock = Stopwatch.StartNew();
            do
                done += pass();
            while (clock.Elapsed.TotalSeconds < roundSeconds);
            speeds[round] = done / clock.Elapsed.TotalSeconds;
            units += done;
        }

        process.Refresh();
        var cpuSeconds = (process.TotalProcessorTime - cpu).TotalSeconds;
        Array.Sort(speeds);
        return new Figures(speeds[0], speeds[rounds / 2], speeds[^1], units / cpuSeconds);
    }

    // Tiered compilation: thirty calls, then some time for the second tier with its profile.
    private static void WarmUp(Func<long> pass)
    {
        var clock = Stopwatch.StartNew();
        for (var calls = 0; calls < 80 && clock.Elapsed.TotalSeconds < 4 || clock.Elapsed.TotalSeconds < 1.2; calls++)
        {
            pass();
            if (calls % 30 == 29)
                Thread.Sleep(150);
        }
    }
}
