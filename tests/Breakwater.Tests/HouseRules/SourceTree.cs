namespace Breakwater.Tests.HouseRules;

/// <summary>The files of the checkout, as the rules see them: paths are relative to its root, with '/'.</summary>
internal static class SourceTree
{
    private static readonly string[] _notSources = ["bin", "obj", "artifacts", ".git", "node_modules", "StrykerOutput"];

    public static string Root => SharedData.RepositoryRoot;

    /// <summary>Files below a folder of the checkout with one of the endings, sorted.</summary>
    public static IReadOnlyList<string> Files(string folder, params string[] endings)
    {
        var start = Path.Combine(Root, folder);
        if (!Directory.Exists(start))
            return [];
        return
        [
            .. Directory.EnumerateFiles(start, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Any(part => _notSources.Contains(part)))
                .Where(path => endings.Length == 0 || endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];
    }

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    /// <summary>Path and text of every C# file under src/.</summary>
    public static IReadOnlyList<SourceFile> Product() => [.. Files("src", ".cs").Select(path => new SourceFile(path, Read(path)))];
}

/// <summary>One file's path (relative to the checkout) and text.</summary>
internal readonly record struct SourceFile(string Path, string Text);
