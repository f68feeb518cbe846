using System.Text.RegularExpressions;

namespace Breakwater.Tests.HouseRules;

/// <summary>docs/reference/cli.md has a section per command, and in it each option that <c>--help</c> shows; no other.</summary>
public sealed partial class CommandPageTests
{
    private const string Page = "docs/reference/cli.md";

    [Fact]
    public void Page_HasEachCommandWithItsOptions()
    {
        var sections = Sections(SourceTree.Read(Page));
        var commands = Commands(Help(""));
        Assert.NotEmpty(commands);
        Rule.Holds(Differences(commands.ToDictionary(name => name, name => Options(Help(name)), StringComparer.Ordinal), sections));
    }

    [Fact]
    public void Differences_PlantedOnes_AreFound()
    {
        var help = new Dictionary<string, List<string>>(StringComparer.Ordinal) { ["decode"] = ["--as", "--new"], ["other"] = [] };
        var sections = Sections("# x\n## `decode`\n| `--as KIND` | y |\n| `--gone` | y |\n## `more`\n");
        Assert.Equal(
            ["decode: --new is not on the page", "decode: --gone is only on the page", "other has no section", "more is no command"],
            Differences(help, sections));
    }

    private static string Help(string command)
    {
        var start = new System.Diagnostics.ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "breakwater"), $"{command} --help".Trim())
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }

    private static List<string> Commands(string help) =>
        [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).Select(line => FirstWord().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    private static List<string> Options(string help) =>
        [.. help[help.IndexOf("Options:", StringComparison.Ordinal)..].Split('\n').Select(line => OptionLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    /// <summary>Section title (a command in backquotes) → options named at the start of its table rows.</summary>
    private static Dictionary<string, List<string>> Sections(string page)
    {
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? current = null;
        foreach (var line in page.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                current = Title().Match(line) is { Success: true } title ? sections[title.Groups[1].Value] = [] : null;
            else if (Row().Match(line) is { Success: true } row)
                current?.Add(row.Groups[1].Value);
        }

        return sections;
    }

    private static List<string> Differences(Dictionary<string, List<string>> help, Dictionary<string, List<string>> sections)
    {
        var differences = new List<string>();
        foreach (var (command, options) in help)
        {
            if (!sections.TryGetValue(command, out var documented))
            {
                differences.Add($"{command} has no section");
                continue;
            }

            differences.AddRange(options.Except(documented, StringComparer.Ordinal).Select(option => $"{command}: {option} is not on the page"));
            differences.AddRange(documented.Except(options, StringComparer.Ordinal).Select(option => $"{command}: {option} is only on the page"));
        }

        differences.AddRange(sections.Keys.Where(name => !help.ContainsKey(name)).Select(name => $"{name} is no command"));
        return differences;
    }

    [GeneratedRegex("^  ([a-z][a-z-]*)( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex FirstWord();

    [GeneratedRegex("^  (--(?!help|version)[a-z][a-z-]*)", RegexOptions.CultureInvariant)]
    private static partial Regex OptionLine();

    [GeneratedRegex("^## `([a-z-]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Title();

    [GeneratedRegex(@"^\| `(--[a-z-]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Row();
}
