using System.Diagnostics;
using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>
/// Proves that each target finds the bug planted around its decoder, and sees it the way it has to. Each runs in a process of its own,
/// because a planted endless loop ends its process.
/// </summary>
internal static class PlantedCommand
{
    private const long UsualInputs = 300_000;
    private const ulong Seed = 1;

    public static int Execute(Options options)
    {
        if (!PlantedBugs.AreBuiltIn)
        {
            Console.Error.WriteLine("planted: this build has no planted bugs; build with -p:PlantedBugs=true");
            return 2;
        }

        if (Command.Select(options.Arguments) is not { } targets)
            return 2;
        var inputs = options.Inputs ?? UsualInputs;
        if (Environment.GetEnvironmentVariable(ChildMark) is not null)
            return Hunt(targets[0], inputs);
        var failed = targets.Count(target => !Found(target, inputs));
        Console.WriteLine($"{targets.Count - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private const string ChildMark = "BREAKWATER_FUZZ_PLANTED_CHILD";

    private static int Hunt(FuzzTarget target, long inputs)
    {
        var run = OneTarget.Run(target, Seed, inputs, mostFindings: 1);
        foreach (var finding in run.Findings)
            Console.WriteLine(finding);
        return run.Findings.Count > 0 ? 1 : 0;
    }

    private static bool Found(FuzzTarget target, long inputs)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["planted", target.Name, "--inputs", $"{inputs}"])
            start.ArgumentList.Add(argument);
        start.Environment[ChildMark] = "1";
        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        var first = output.Split('\n')[0];
        var found = first.StartsWith($"{target.Name}: {target.Planted.Kind} ", StringComparison.Ordinal);
        Console.WriteLine($"{(found ? "found  " : "MISSED ")} {target.Name,-24} {target.Planted.Description}");
        Console.WriteLine($"         {(first.Length > 160 ? first[..160] : first)}");
        return found;
    }
}
