using System.Diagnostics;
using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>Every target for a short while, always with the same seed unless one is given: what the project's tests run.</summary>
internal static class SmokeCommand
{
    private const long UsualInputs = 20_000;
    private const ulong UsualSeed = 1;

    public static int Execute(Options options)
    {
        if (Command.Select(options.Arguments) is not { } targets)
            return 2;
        var seed = options.Seed ?? UsualSeed;
        Console.WriteLine($"seed {seed}, {options.Inputs ?? UsualInputs:N0} inputs per target");
        var failed = 0;
        foreach (var target in targets)
        {
            var clock = Stopwatch.StartNew();
            var run = OneTarget.Run(target, seed, options.Inputs ?? UsualInputs, mostFindings: 3);
            failed += run.Findings.Count > 0 || run.Accepted == 0 ? 1 : 0;
            Console.WriteLine($"{target.Name,-24} {run.Next,10:N0} inputs {run.Accepted,10:N0} accepted  {run.Findings.Count} found  {clock.Elapsed.TotalSeconds,5:F1} s");
            foreach (var finding in run.Findings)
                Console.WriteLine(finding);
            if (run.Accepted == 0)
                Console.WriteLine($"{target.Name}: no input was accepted, so nothing was compared");
        }

        Console.WriteLine($"{targets.Count - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}
