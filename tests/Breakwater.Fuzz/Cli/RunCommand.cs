using System.Globalization;
using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>A long run of one target, in as many parts as one likes.</summary>
internal static class RunCommand
{
    private const long UsualInputs = 10_000_000;
    private const ulong UsualSeed = 1;
    private const long InputsPerSave = 500_000;
    private static readonly TimeSpan _hangLimit = TimeSpan.FromSeconds(5);

    public static int Execute(Options options)
    {
        if (options.Arguments.Count != 1)
            return Command.Usage("run takes one target");
        if (Command.Select(options.Arguments) is not [var target])
            return 2;
        Directory.CreateDirectory(Repository.FuzzFolder);
        var statePath = Path.Combine(Repository.FuzzFolder, target.Name + ".state");
        var corpusPath = Path.Combine(Repository.FuzzFolder, target.Name + ".corpus");

        var corpus = new Corpus([.. target.Seeds()]);
        var state = RunState.Load(statePath);
        if (state is null || (options.Seed is { } seed && seed != state.Seed))
            state = new RunState(options.Seed ?? UsualSeed, 0, 0, 0, 0);
        else if (File.Exists(corpusPath))
            corpus.Load(corpusPath);
        var inputs = options.Inputs ?? UsualInputs;
        var until = options.Minutes is { } minutes ? DateTime.UtcNow.AddMinutes(minutes) : DateTime.MaxValue;
        while (state.Next < inputs && DateTime.UtcNow < until)
        {
            state = Part(target, corpus, state, inputs, until);
            corpus.Save(corpusPath);
            state.Save(statePath);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name,-24} {state.Next,12:N0} inputs {state.Accepted,12:N0} accepted {corpus.Signatures,7:N0} ways {state.Findings,3} found {state.Next / Math.Max(state.Seconds, 0.001),10:N0} inputs/s"));
        return state.Findings > 0 ? 1 : state.Next < inputs ? 3 : 0;
    }

    private static RunState Part(FuzzTarget target, Corpus corpus, RunState state, long inputs, DateTime until)
    {
        var limit = until == DateTime.MaxValue ? TimeSpan.FromDays(1) : until - DateTime.UtcNow;
        var last = Math.Min(inputs, state.Next - (state.Next % InputsPerSave) + InputsPerSave);
        var run = new FuzzRun(target, corpus, new RunPlan(state.Seed, state.Next, last, limit, _hangLimit, MostFindings: 1000));
        run.Execute(finding =>
        {
            Keep(finding);
            Environment.Exit(1);
        });
        foreach (var finding in run.Findings)
            Keep(finding);
        return state with
        {
            Next = run.Next,
            Accepted = state.Accepted + run.Accepted,
            Findings = state.Findings + run.Findings.Count,
            Seconds = state.Seconds + run.Seconds,
        };
    }

    private static void Keep(Finding finding)
    {
        var path = Path.Combine(Repository.FuzzFolder, $"{finding.Target}.{finding.Number}.finding");
        File.WriteAllText(path, finding.ToString());
        Console.WriteLine($"{finding.Target}: {finding.Kind} at input {finding.Number}: {path}");
    }
}
