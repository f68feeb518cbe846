using Breakwater.Fuzz.Engine;

namespace Breakwater.Fuzz.Cli;

/// <summary>The commands. Exit 0: nothing found; 1: something found; 2: bad usage.</summary>
internal static class Command
{
    public static int Execute(Options options) => options.Command switch
    {
        "smoke" => SmokeCommand.Execute(options),
        "run" => RunCommand.Execute(options),
        "repro" => ReproCommand.Execute(options),
        "planted" => PlantedCommand.Execute(options),
        "list" => List(),
        _ => Usage($"{options.Command}: no such command"),
    };

    public static int Usage(string error)
    {
        Console.Error.WriteLine(error);
        Console.Error.WriteLine("""
            usage: Breakwater.Fuzz list
                   Breakwater.Fuzz smoke [TARGET…] [--inputs N] [--seed S]      every target for a short while
                   Breakwater.Fuzz run TARGET [--inputs N] [--seed S] [--minutes M]   long and resumable (artifacts/fuzz/TARGET.state)
                   Breakwater.Fuzz repro TARGET HEX|@FILE                       one input again
                   Breakwater.Fuzz planted [TARGET…] [--inputs N]               needs a build with -p:PlantedBugs=true
            """);
        return 2;
    }

    /// <summary>The targets that the arguments name, all when they name none; null and a message when one does not exist.</summary>
    public static IReadOnlyList<FuzzTarget>? Select(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return FuzzTargets.All;
        var selected = FuzzTargets.All.Where(target => names.Contains(target.Name, StringComparer.Ordinal)).ToList();
        if (selected.Count == names.Count)
            return selected;
        Usage($"{string.Join(' ', names)}: not all of these are targets; see `list`");
        return null;
    }

    private static int List()
    {
        foreach (var target in FuzzTargets.All)
            Console.WriteLine($"{target.Name,-24} planted bug ({target.Planted.Kind}): {target.Planted.Description}");
        return 0;
    }
}
