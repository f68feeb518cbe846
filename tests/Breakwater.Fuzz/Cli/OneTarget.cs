using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>Runs one target from its first input.</summary>
internal static class OneTarget
{
    private static readonly TimeSpan _hangLimit = TimeSpan.FromSeconds(2);

    /// <summary>A run whose hang is printed and ends the process, since a thread in an endless loop cannot be stopped.</summary>
    public static FuzzRun Run(FuzzTarget target, ulong seed, long inputs, int mostFindings)
    {
        var plan = new RunPlan(seed, 0, inputs, TimeSpan.FromHours(24), _hangLimit, mostFindings);
        var run = new FuzzRun(target, new Corpus([.. target.Seeds()]), plan);
        run.Execute(ExitWith);
        return run;
    }

    /// <summary>Prints a finding and ends the process.</summary>
    public static void ExitWith(Finding finding)
    {
        Console.WriteLine(finding);
        Console.WriteLine("0 passed, 1 failed");
        Environment.Exit(1);
    }
}
