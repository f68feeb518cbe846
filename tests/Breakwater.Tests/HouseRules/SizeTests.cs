using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.HouseRules;

/// <summary>A file holds one concept and a function fits a screen.</summary>
public sealed class SizeTests
{
    private const int MaximumFileLines = 400;
    private const int MaximumFunctionLines = 70;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> _longFiles = new(StringComparer.Ordinal)
    {
        ["src/Breakwater.Wire/Ipfix/InformationElements.Registry.cs"] = "the IANA registry: one element a line, no code",
    };

    /// <summary>Functions that may be longer, named by file: each with its reason.</summary>
    private static readonly Dictionary<string, string> _longFunctions = new(StringComparer.Ordinal)
    {
        // path under src/ → why
    };

    private static readonly string[] _assemblies =
    [
        typeof(FlowRecord).Assembly.Location,
        typeof(Vectors).Assembly.Location,
        Path.Combine(AppContext.BaseDirectory, "breakwater.dll"),
    ];

    [Fact]
    public void Files_UnderSrc_HaveAtMost400Lines() =>
        Rule.Holds(TooLong(SourceTree.Product()).Where(entry => !_longFiles.ContainsKey(entry.Path)).Select(entry => $"{entry.Path}: {entry.Lines}"));

    [Fact]
    public void Files_OnTheListOfLongOnes_ExistAndAreLong()
    {
        var tooLong = TooLong(SourceTree.Product()).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        Assert.All(_longFiles.Keys, path => Assert.Contains(path, tooLong));
    }

    [Fact]
    public void Files_PlantedLongOne_IsFound()
    {
        var planted = new SourceFile("src/Planted.cs", string.Concat(Enumerable.Repeat("\n", MaximumFileLines + 1)));
        var fitting = new SourceFile("src/Fitting.cs", string.Concat(Enumerable.Repeat("\n", MaximumFileLines)));
        Assert.Equal([("src/Planted.cs", MaximumFileLines + 1)], TooLong([planted, fitting]));
    }

    [Fact]
    public void Functions_UnderSrc_HaveAtMost70Lines()
    {
        var found = _assemblies.SelectMany(assembly => FunctionLengths.Measure(Path.ChangeExtension(assembly, ".pdb"), "src/")).ToList();
        Assert.NotEmpty(found);
        Rule.Holds(found.Where(function => function.Lines > MaximumFunctionLines && !_longFunctions.ContainsKey(function.File)));
    }

    [Theory]
    [InlineData(PlantedFunctions.LongMethodLine, true)]
    [InlineData(PlantedFunctions.ShortMethodLine, false)]
    [InlineData(PlantedFunctions.TableLine, false)]
    public void Functions_PlantedOne_IsFoundWhenTooLong(int line, bool found)
    {
        var pdb = Path.ChangeExtension(typeof(SizeTests).Assembly.Location, ".pdb");
        var longOnes = FunctionLengths.Measure(pdb, "tests/").Where(function => function.Lines > MaximumFunctionLines);
        Assert.Equal(found, longOnes.Any(function => function.File.EndsWith("PlantedFunctions.cs", StringComparison.Ordinal) && Math.Abs(function.Line - line) <= 2));
    }

    private static IEnumerable<(string Path, int Lines)> TooLong(IEnumerable<SourceFile> files) =>
        files.Select(file => (file.Path, Lines: file.Text.Count(static c => c == '\n'))).Where(entry => entry.Lines > MaximumFileLines);
}
