using System.Collections.Immutable;
using System.Text.Json;

namespace Breakwater.Scenarios;

/// <summary>The files of families/ and the scenarios in them.</summary>
internal static class Families
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "families");

    /// <summary>All families by name.</summary>
    public static ImmutableArray<FamilyFile> All { get; } =
        [.. Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>All scenarios in the order of their files.</summary>
    public static ImmutableArray<ScenarioCase> Scenarios { get; } = [.. All.SelectMany(ScenarioCase.Expand)];

    /// <summary>The scenarios of one half.</summary>
    public static IEnumerable<ScenarioCase> Of(ScenarioSet set) => Scenarios.Where(scenario => scenario.Set == set);

    /// <summary>Beginnings of the names of scenarios that the detector must pass: the lines of must-pass.txt.</summary>
    public static ImmutableArray<string> MustPass { get; } =
    [
        .. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "must-pass.txt"))
            .Select(static line => line.Split("# ")[0].Trim()).Where(static line => line.Length > 0 && line[0] != '#'),
    ];

    private static FamilyFile Read(string path)
    {
        try
        {
            return FamilyFile.Parse(File.ReadAllText(path));
        }
        catch (JsonException error)
        {
            throw new FormatException($"{Path.GetFileName(path)}: {error.Message}", error);
        }
    }
}
