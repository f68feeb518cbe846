using System.Globalization;

namespace Breakwater.Scenarios.Prices;

/// <summary>The command that scores filters and their prices.</summary>
internal static class PriceScore
{
    private const int RunsOfEach = 4;

    // prices [--only PART-OF-NAME] [--runs N] [--detail] [--check] [--markdown FILE]
    public static int Run(string[] arguments)
    {
        var only = Option(arguments, "--only");
        var runs = int.Parse(Option(arguments, "--runs") ?? RunsOfEach.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var families = PriceFamily.All.Where(family => only is null || family.Name.Contains(only, StringComparison.Ordinal));
        var outcomes = PriceRun.Run(families.SelectMany(family => Enumerable.Range(1, runs).Select(run => (family, Seed(family, run)))), arguments.Contains("--detail") ? Tell : null);

        var page = PriceTable.Write(outcomes);
        if (Option(arguments, "--markdown") is { } path)
            File.WriteAllText(path, page);
        else if (!arguments.Contains("--check"))
            System.Console.WriteLine(page[page.IndexOf("## ", StringComparison.Ordinal)..]);
        return arguments.Contains("--check") ? Check(outcomes) : 0;
    }

    /// <summary>A line for each goal; 1 when one is not reached.</summary>
    private static int Check(IReadOnlyCollection<PriceOutcome> outcomes)
    {
        var failed = 0;
        foreach (var (goal, holds, reached) in PriceGoals.Of(outcomes))
        {
            System.Console.WriteLine($"{(holds ? "ok" : "FAIL")} prices: {goal}: {reached}");
            failed += holds ? 0 : 1;
        }

        return failed > 0 ? 1 : 0;
    }

    /// <summary>Seeds differ from family to family, and every other one is odd (FNV-1a of the name).</summary>
    public static ulong Seed(PriceFamily family, int run)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var character in family.Name)
            hash = (hash ^ character) * 1_099_511_628_211UL;
        return (hash & ~0xFFUL) | (byte)run;
    }

    private static void Tell(PriceOutcome outcome)
    {
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome.Family.Name}: {outcome.Clients} clients; {outcome.Plan.NoFilter ?? "under the limit"}"));
        foreach (var rule in outcome.Best?.Rules ?? [])
            System.Console.WriteLine($"    {rule}");
        if (outcome.Best is { } best)
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    covered {best.AttackCovered.Low:P1}..{best.AttackCovered.High:P1} real {outcome.Real.AttackCovered:P1}"));
        foreach (var (what, stated) in outcome.Stated)
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {what}: {stated.Estimate.Low:P2}..{stated.Estimate.High:P2} real {stated.Real:P2}{(stated.IsInside ? "" : " OUTSIDE")}"));
    }

    private static string? Option(string[] arguments, string name)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }
}
