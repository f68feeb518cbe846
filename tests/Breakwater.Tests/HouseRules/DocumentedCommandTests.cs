namespace Breakwater.Tests.HouseRules;

/// <summary>Every command that the documentation shows is run, and prints what the page says.</summary>
public sealed class DocumentedCommandTests
{
    private static string Executable => Path.Combine(AppContext.BaseDirectory, "breakwater");

    [Fact]
    public void Commands_OfReadmeAndDocs_DoWhatThePagesShow()
    {
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            WritePages();
        var commands = Pages().SelectMany(page => Transcript.Read(page, SourceTree.Read(page))).ToList();
        Assert.True(commands.Count(command => command.Page == "README.md") >= 2, "the README shows no result");
        Rule.Holds(commands.GroupBy(command => command.Page).SelectMany(Faults));
    }

    [Fact]
    public void Command_Planted_IsJudged() => RunInScratch(folder =>
    {
        DocumentedCommand Planted(string command, int exitCode, params string[] output) => new("planted.md", 1, command, output, exitCode);

        Assert.Null(Transcript.Fault(Planted("echo one; echo two", 0, "one", "two"), folder));
        Assert.Null(Transcript.Fault(Planted("exit 3", 3), folder));
        Assert.NotNull(Transcript.Fault(Planted("echo one; echo two", 0, "one", "three"), folder));
        Assert.NotNull(Transcript.Fault(Planted("echo one; echo two", 0, "one"), folder));
        Assert.NotNull(Transcript.Fault(Planted("exit 3", 0), folder));
        Assert.NotNull(Transcript.Fault(Planted("./breakwater no-such-command", 0), folder));
    });

    [Fact]
    public void Transcript_Page_GivesCommandsWithTheirOutput()
    {
        const string page = "text\n```console\n$ ./breakwater a | head\none\n…\n$ ls\nx\n$ ./breakwater b  # exit 3\n```\n```sh\n$ ./breakwater c\n```\n";
        var commands = Transcript.Read("p.md", page);
        Assert.Equal(["./breakwater a | head", "./breakwater b  # exit 3"], commands.Select(command => command.Command));
        Assert.Equal([0, 3], commands.Select(command => command.ExitCode));
        Assert.Equal(["one", "…"], commands[0].Output);
        Assert.Empty(commands[1].Output);
        Assert.Equal([3, 8], commands.Select(command => command.Line));
    }

    [Theory]
    [InlineData("a\nb\n", true, "a", "b")]
    [InlineData("a\nx\ny\nb\n", true, "a", "…", "b")]
    [InlineData("a\nb\n", true, "a", "…", "b")]
    [InlineData("a 0.123 s\n", true, "a … s")]
    [InlineData("a\nb\n", false, "a")]
    [InlineData("a\n", false, "a", "b")]
    [InlineData("a*\n", false, "a.")]
    public void Transcript_Output_MatchesTheShownLines(string printed, bool matches, params string[] shown) =>
        Assert.Equal(matches, Transcript.Matches(shown, printed));

    [Fact]
    public void Transcript_Rewritten_HoldsWhatIsPrintedInTheShapeOfThePage() => RunInScratch(folder =>
    {
        var run = "./breakwater --help >/dev/null; printf '1\\n2\\n3\\n4\\n'";
        var page = $"a\n```console\n$ {run}\nold\n…\nolder\n$ {run}\nold\n$ {run}\n```\nz";
        Assert.Equal(
            $"a\n```console\n$ {run}\n1\n…\n4\n$ {run}\n1\n2\n3\n4\n$ {run}\n```\nz",
            Transcript.Rewritten("p.md", page, folder));
    });

    private static List<string?> Faults(IEnumerable<DocumentedCommand> ofOnePage)
    {
        List<string?> faults = [];
        RunInScratch(folder => faults = [.. ofOnePage.Select(command => Transcript.Fault(command, folder)).Where(fault => fault is not null)]);
        return faults;
    }

    /// <summary>Commands of a page build on each other's files, so a page runs whole, in a folder of its own.</summary>
    private static void WritePages()
    {
        foreach (var page in Pages())
        {
            RunInScratch(folder =>
            {
                foreach (var command in Transcript.Read(page, SourceTree.Read(page)))
                    Transcript.Fault(command, folder);
                File.WriteAllText(Path.Combine(SourceTree.Root, page), Transcript.Rewritten(page, SourceTree.Read(page), folder));
            });
        }
    }

    private static IEnumerable<string> Pages() => ["README.md", "CONTRIBUTING.md", .. SourceTree.Files("docs", ".md"), .. SourceTree.Files("samples", ".md")];

    /// <summary>A folder that looks like the checkout to a command, so that what it writes stays out of it.</summary>
    private static void RunInScratch(Action<string> run)
    {
        var folder = Directory.CreateTempSubdirectory("breakwater-docs-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "breakwater"), Executable);
            foreach (var name in new[] { "samples", "docs" })
                Directory.CreateSymbolicLink(Path.Combine(folder.FullName, name), Path.Combine(SourceTree.Root, name));
            run(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
