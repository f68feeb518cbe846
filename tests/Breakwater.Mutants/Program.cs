using System.Globalization;
using System.Text.Json;
using Breakwater.Mutants;

// Breakwater.Mutants TREE RESULTS SEED COUNT: tries COUNT random mutants of src/Breakwater.Wire in TREE, a copy of the repository.
// RESULTS (JSON lines) is continued: a run that was stopped goes on where it was.
if (args.Length != 4 || !int.TryParse(args[2], CultureInfo.InvariantCulture, out var seed) || !int.TryParse(args[3], CultureInfo.InvariantCulture, out var count))
{
    Console.Error.WriteLine("usage: Breakwater.Mutants TREE RESULTS SEED COUNT");
    return 2;
}

var tree = Path.GetFullPath(args[0]);
var sources = Directory.GetFiles(Path.Combine(tree, "src/Breakwater.Wire"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
var all = sources.SelectMany(file => Mutations.Of(Path.GetRelativePath(tree, file), File.ReadAllLines(file))).ToList();
new Random(seed).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));

var done = File.Exists(args[1])
    ? File.ReadLines(args[1]).Select(static line => JsonSerializer.Deserialize<Outcome>(line)!).ToList()
    : [];
var trial = new Trial(tree);
if (done.Count == 0 && trial.Run() != Fate.Survived)
{
    Console.Error.WriteLine("the tests do not pass without any mutation");
    return 1;
}

Console.WriteLine($"{all.Count} places can be changed; seed {seed}");
var index = done.Count;
while (done.Count(static outcome => outcome.Fate != nameof(Fate.Invalid)) < count && index < all.Count)
{
    var mutation = all[index++];
    var outcome = new Outcome(mutation, trial.Run(mutation).ToString());
    done.Add(outcome);
    File.AppendAllText(args[1], JsonSerializer.Serialize(outcome) + "\n");
    Console.WriteLine($"{outcome.Fate,-9} {mutation.File}:{mutation.Line}: '{mutation.Before}' becomes '{mutation.After}'");
}

foreach (var fate in Enum.GetNames<Fate>())
    Console.WriteLine($"{fate}: {done.Count(outcome => outcome.Fate == fate)}");
return 0;
