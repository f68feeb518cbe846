using System.Text.RegularExpressions;
using Breakwater.Detection;

namespace Breakwater.Tests.HouseRules;

/// <summary>A vector's name stands in one file, and the list is the one that docs/reference/vectors.md promises.</summary>
public sealed partial class VectorNameTests
{
    private const string TheOneFile = "src/Breakwater.Detection/Vectors.cs";
    private const string Page = "docs/reference/vectors.md";

    [Fact]
    public void Vectors_AreThoseOfTheReferencePage()
    {
        var documented = Documented(SourceTree.Read(Page));
        Assert.Equal(documented.Order(StringComparer.Ordinal), Vectors.All.Select(Vectors.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ReferencePage_PlantedVector_IsRead() => Assert.Equal(["planted-flood"], Documented("# x\n| `planted-flood` | y |\ntext `other-flood`\n"));

    [Fact]
    public void Sources_OutsideTheOneFile_HoldNoVectorName() => Rule.Holds(Violations(SourceTree.Product()));

    [Theory]
    [InlineData("src/A.cs", "Emit(\"syn-flood\");", true)]
    [InlineData("src/A.cs", "Emit(\"http-slow\"u8);", true)]
    [InlineData("src/A.cs", "Emit(\"made-up-amplification\");", true)]
    [InlineData("src/A.cs", "/// a syn-flood is described here", false)]
    [InlineData(TheOneFile, "Emit(\"syn-flood\");", false)]
    [InlineData(TheOneFile, "Emit(\"made-up-flood\");", true)]
    public void Sources_PlantedName_IsFound(string path, string text, bool found) =>
        Assert.Equal(found, Violations([new SourceFile(path, text)]).Count > 0);

    private static List<string> Documented(string page) => [.. TableRow().Matches(page).Select(match => match.Groups[1].Value)];

    private static List<string> Violations(IEnumerable<SourceFile> files)
    {
        var known = Vectors.All.Select(Vectors.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from file in files
               from Match literal in KebabLiteral().Matches(file.Text)
               let name = literal.Groups[1].Value
               let isKnown = known.Contains(name)
               where file.Path == TheOneFile ? !isKnown && LooksLikeOne().IsMatch(name) : isKnown || LooksLikeOne().IsMatch(name)
               select $"{file.Path}: \"{name}\"",
        ];
    }

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex TableRow();

    [GeneratedRegex("\"([a-z0-9]+(-[a-z0-9]+)+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex KebabLiteral();

    [GeneratedRegex("-(amplification|flood|reflection|scraping)$", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeOne();
}
