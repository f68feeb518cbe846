namespace Breakwater.Tests.HouseRules;

/// <summary>A part of a page, between two comments, that a test writes: BREAKWATER_WRITE_DOCS=1 writes it anew, otherwise it must be current.</summary>
internal static class GeneratedPart
{
    /// <summary>Fails when the part of a page is not <paramref name="content"/>.</summary>
    public static void IsCurrent(string path, string name, string content)
    {
        var filled = Fill(SourceTree.Read(path), name, content);
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, path), filled);
        Assert.Equal(filled, SourceTree.Read(path));
    }

    /// <summary>The page with <paramref name="content"/> between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- end of name --&gt;</c>.</summary>
    public static string Fill(string page, string name, string content)
    {
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- end of {name} -->");
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"the page has no part '{name}'");
        return string.Concat(page.AsSpan(0, from + begin.Length), content, page.AsSpan(to));
    }
}
