using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Breakwater.Wire;

namespace Breakwater.Tests.HouseRules;

/// <summary>What a stranger may rely on in the checkout: nothing half done, locked packages, purity rules, documented types.</summary>
public sealed partial class RepositoryTests
{
    [Fact]
    public void Sources_HoldNoUnfinishedMark() =>
        Rule.Holds(Unfinished([.. SourceTree.Product(), .. SourceTree.Files("bench", ".cs").Select(path => new SourceFile(path, SourceTree.Read(path)))]));

    [Theory]
    [InlineData("// TO" + "DO: later", true)]
    [InlineData("throw new NotImplemented" + "Exception();", true)]
    [InlineData("// FIX" + "ME", true)]
    [InlineData("var mastodon = 1; // a hackney", false)]
    public void Sources_PlantedUnfinishedMark_IsFound(string text, bool found) =>
        Assert.Equal(found, Unfinished([new SourceFile("src/A.cs", text)]).Count > 0);

    [Fact]
    public void Projects_EachHaveALockFileThatNamesNoRegistry()
    {
        var projects = Projects();
        Assert.True(projects.Count >= 6);
        foreach (var project in projects)
        {
            var lockFile = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.True(File.Exists(Path.Combine(SourceTree.Root, lockFile)), $"{project} has no lock file");
            Assert.Null(LockFault(SourceTree.Read(lockFile)));
        }
    }

    [Theory]
    [InlineData("""{"version":2,"dependencies":{"net10.0":{"A":{"resolved":"1.0.0"}}}}""", true)]
    [InlineData("""{"version":2,"dependencies":{},"source":"https://registry.example/index.json"}""", false)]
    [InlineData("""{"version":2}""", false)]
    public void LockFile_Planted_IsJudged(string json, bool fine) => Assert.Equal(fine, LockFault(json) is null);

    [Fact]
    public void Projects_AreAllInTheSolution()
    {
        var listed = XDocument.Parse(SourceTree.Read("Breakwater.slnx")).Descendants("Project").Select(element => (string)element.Attribute("Path")!);
        Assert.Equal(Projects().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PureProjects_BanWhatMakesThemImpure()
    {
        string[] everywhere = ["P:System.DateTime.UtcNow", "P:System.DateTimeOffset.UtcNow"];
        string[] pure = [.. everywhere, "T:System.IO.File", "T:System.Net.Sockets.Socket", "T:System.Console", "T:System.Environment", "T:System.Random"];
        Rule.Holds(MissingBans("src/Breakwater.Wire/BannedSymbols.txt", pure));
        Rule.Holds(MissingBans("src/Breakwater.Detection/BannedSymbols.txt", [.. pure, "T:System.IO.Stream", "T:System.Threading.Tasks.Task", "T:System.Threading.Lock"]));
        Rule.Holds(MissingBans("src/Breakwater/BannedSymbols.txt", everywhere));
        Assert.Equal(["T:System.Planted"], MissingBans("src/Breakwater/BannedSymbols.txt", ["T:System.Planted"]));
    }

    [Fact]
    public void WireTypes_Public_AreDocumented()
    {
        var documentation = XDocument.Load(Path.ChangeExtension(typeof(FlowRecord).Assembly.Location, ".xml"));
        var types = typeof(FlowRecord).Assembly.GetExportedTypes();
        Assert.NotEmpty(types);
        Rule.Holds(Undocumented(types, documentation));
        // The twin: a type that the documentation does not know.
        Assert.Equal([typeof(RepositoryTests)], Undocumented([typeof(FlowRecord), typeof(RepositoryTests)], documentation));
    }

    [Fact]
    public void Launchers_AreExecutableAndNameNoMachine()
    {
        foreach (var path in new[] { "breakwater", "test", ".ci/run" })
        {
            var full = Path.Combine(SourceTree.Root, path);
            Assert.True(OperatingSystem.IsWindows() || (File.GetUnixFileMode(full) & UnixFileMode.UserExecute) != 0, $"{path} is not executable");
            Assert.DoesNotMatch(MachinePath(), File.ReadAllText(full));
        }

        Assert.Matches(MachinePath(), "cd /home" + "/somebody/breakwater");
    }

    [Fact]
    public void Documents_RelativeLinks_LeadSomewhere()
    {
        string[] pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", .. SourceTree.Files("docs", ".md"), .. SourceTree.Files("samples", ".md"), .. SourceTree.Files("tests", ".md")];
        Rule.Holds(pages.SelectMany(page => DeadLinks(page, SourceTree.Read(page))));
        Assert.Equal(["docs/x.md: ../nowhere.md"], DeadLinks("docs/x.md", "[a](../README.md#top) [b](../nowhere.md) [c](https://example.net/) `[d](e)`"));
    }

    private static List<string> DeadLinks(string page, string text) =>
    [
        .. from Match link in RelativeLink().Matches(text)
           let target = link.Groups[1].Value
           let full = Path.GetFullPath(Path.Combine(SourceTree.Root, Path.GetDirectoryName(page)!, target))
           where !File.Exists(full) && !Directory.Exists(full)
           select $"{page}: {target}",
    ];

    private static IReadOnlyList<string> Projects() =>
        [.. SourceTree.Files("src", ".csproj"), .. SourceTree.Files("tests", ".csproj"), .. SourceTree.Files("bench", ".csproj")];

    private static List<string> Unfinished(IEnumerable<SourceFile> files) =>
        [.. files.Where(file => UnfinishedMark().IsMatch(file.Text)).Select(file => $"{file.Path}: {UnfinishedMark().Match(file.Text).Value}")];

    private static string? LockFault(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("dependencies", out _))
            return "has no dependencies section";
        return json.Contains("://", StringComparison.Ordinal) ? "names an address" : null;
    }

    private static List<string> MissingBans(string path, string[] symbols)
    {
        var banned = SourceTree.Read(path).Split('\n').Select(line => line.Split(';')[0].Trim()).ToHashSet(StringComparer.Ordinal);
        return [.. symbols.Where(symbol => !banned.Contains(symbol))];
    }

    private static List<Type> Undocumented(IEnumerable<Type> types, XDocument documentation)
    {
        var documented = documentation.Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace((string?)member.Element("summary")))
            .Select(member => (string)member.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);
        return [.. types.Where(type => !documented.Contains("T:" + type.FullName!.Replace('+', '.')))];
    }

    [GeneratedRegex(@"\b(TO(?:DO)|FIX(?:ME)|HA(?:CK)|X(?:XX)|NotImplemented(?:Exception))\b", RegexOptions.CultureInvariant)]
    private static partial Regex UnfinishedMark();

    [GeneratedRegex(@"(?<!`)\[[^\]]*\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)", RegexOptions.CultureInvariant)]
    private static partial Regex RelativeLink();

    [GeneratedRegex("/(home|root|work|Users|tmp)/", RegexOptions.CultureInvariant)]
    private static partial Regex MachinePath();
}
