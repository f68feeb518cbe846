using System.Diagnostics;

namespace Breakwater.Mutants;

/// <summary>What became of a mutant.</summary>
internal enum Fate
{
    /// <summary>A test failed: the change was noticed.</summary>
    Killed,

    /// <summary>The tests did not end in time: noticed too.</summary>
    TimedOut,

    /// <summary>Every test passed: look at it.</summary>
    Survived,

    /// <summary>The compiler refused it: no mutant.</summary>
    Invalid,
}

/// <summary>One line of the results.</summary>
internal sealed record Outcome(Mutation Mutation, string Fate);

/// <summary>Builds a copy of the repository with one mutation and runs the tests on it.</summary>
internal sealed class Trial(string tree)
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(4);

    private const string TestProject = "tests/Breakwater.Tests";
    private const string TestExecutable = "artifacts/bin/Breakwater.Tests/release/Breakwater.Tests";

    // What tests the decoders; the rest would only cost time.
    private static readonly string[] TestArguments =
    [
        "-trait-", "Tier=daemon", "-stopOnFail", "-reporter", "quiet",
        .. new[] { "HouseRules", "Samples", "Detection", "Reports" }.SelectMany(static area => new[] { "-namespace-", "Breakwater.Tests." + area }),
    ];

    public Fate Run(Mutation mutation)
    {
        var path = Path.Combine(tree, mutation.File);
        var original = File.ReadAllText(path);
        try
        {
            File.WriteAllText(path, Apply(original, mutation));
            return Run();
        }
        finally
        {
            File.WriteAllText(path, original);
        }
    }

    /// <summary>Builds and tests the tree as it is.</summary>
    public Fate Run()
    {
        if (!Start("dotnet", ["build", TestProject, "-c", "Release", "-v", "quiet", "-p:RunAnalyzers=false"], BuildLimit, out var built) || built != 0)
            return Fate.Invalid;
        if (!Start(Path.Combine(tree, TestExecutable), TestArguments, TestLimit, out var tested))
            return Fate.TimedOut;
        return tested == 0 ? Fate.Survived : Fate.Killed;
    }

    private static string Apply(string text, Mutation mutation)
    {
        var lines = text.Split('\n');
        var line = lines[mutation.Line - 1];
        lines[mutation.Line - 1] = line[..mutation.Column] + mutation.After + line[(mutation.Column + mutation.Before.Length)..];
        return string.Join('\n', lines);
    }

    private bool Start(string program, string[] arguments, TimeSpan limit, out int exitCode)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = tree,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExit(limit);
        if (!ended)
            process.Kill(entireProcessTree: true);
        exitCode = ended ? process.ExitCode : -1;
        return ended;
    }
}
