using System.Globalization;
using Breakwater.Scenarios;

// "list", "score", "counterfactuals", "web" and "prices" are for the bench; any other command line is xunit's.
return args switch
{
    ["list", ..] => List(Filtered(args[1..])),
    ["score", ..] => Score(args[1..]),
    ["counterfactuals", ..] => Counterfactuals(args[1..]),
    ["web", ..] => Breakwater.Scenarios.Web.WebScore.Run(args[1..]),
    ["prices", ..] => Breakwater.Scenarios.Prices.PriceScore.Run(args[1..]),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};

static int List(IEnumerable<ScenarioCase> scenarios)
{
    foreach (var scenario in scenarios)
        System.Console.WriteLine($"{scenario.Set} {scenario.Name}");
    return 0;
}

// score [--set tuning|closing] [--only BEGINNING-OF-NAME] [--failures] [--naive-failures] [--slow] [--markdown FILE]
static int Score(string[] arguments)
{
    var started = TimeProvider.System.GetTimestamp();
    var comparisons = ScenarioRun.Run(Filtered(arguments));
    foreach (var comparison in comparisons)
    {
        if (arguments.Contains("--slow"))
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{comparison.Seconds,8:0.00} s {comparison.Packets,9} packets {comparison.Breakwater.Scenario.Name}"));
        if (arguments.Contains("--failures"))
            Explain(comparison.Breakwater);
        if (arguments.Contains("--naive-failures"))
            Explain(comparison.Naive);
    }

    var page = AccuracyTable.Write(comparisons);
    if (Option(arguments, "--markdown") is { } path)
        File.WriteAllText(path, page);
    else
        System.Console.WriteLine(page[page.IndexOf("## ", StringComparison.Ordinal)..]);
    System.Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{comparisons.Length} scenarios, {comparisons.Sum(static comparison => comparison.Packets):N0} packets, {comparisons.Sum(static comparison => comparison.Seconds):0} s of work in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s"));
    return 0;
}

// counterfactuals [--set tuning|closing] [--only BEGINNING-OF-NAME]: evaluates each stated counterfactual again, in all of these scenarios
static int Counterfactuals(string[] arguments)
{
    var comparisons = ScenarioRun.Run(Filtered(arguments), static options => options with { VerifyCounterfactuals = true });
    foreach (var comparison in comparisons.Where(static comparison => !comparison.Counterfactuals.Failed.IsEmpty))
    {
        Console.WriteLine(comparison.Breakwater.Scenario.Name);
        foreach (var group in comparison.Counterfactuals.Failed.GroupBy(static failure => failure[(failure.LastIndexOf('(') + 1)..], StringComparer.Ordinal))
            Console.WriteLine($"    {group.First()}{(group.Count() > 1 ? $" and {group.Count() - 1} more" : "")}");
    }

    var evaluated = comparisons.Sum(static comparison => comparison.Counterfactuals.Evaluated);
    var failed = comparisons.Sum(static comparison => (long)comparison.Counterfactuals.Failed.Length);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{comparisons.Length} scenarios, {evaluated:N0} counterfactuals evaluated again, {failed:N0} failed"));
    return failed > 0 || evaluated == 0 ? 1 : 0;
}

static void Explain(Outcome outcome)
{
    if (outcome.Passed)
        return;
    System.Console.WriteLine(outcome.Scenario.Name);
    foreach (var fault in outcome.Faults)
        System.Console.WriteLine($"    {fault}");
}

static IEnumerable<ScenarioCase> Filtered(string[] arguments)
{
    var set = Option(arguments, "--set");
    var only = Option(arguments, "--only");
    return Families.Scenarios.Where(scenario =>
        (set is null || scenario.Set.ToString().Equals(set, StringComparison.OrdinalIgnoreCase))
        && (only is null || scenario.Name.StartsWith(only, StringComparison.Ordinal)));
}

static string? Option(string[] arguments, string name)
{
    var index = Array.IndexOf(arguments, name);
    return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : null;
}
