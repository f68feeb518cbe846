namespace Breakwater.Tests;

/// <summary>
/// Finds the real captures and goldens that are kept beside the repository (<c>../shared/data</c>). They are no part of it: where they
/// are absent a test skips, unless the environment has BREAKWATER_STRICT=1 (then it fails).
/// </summary>
internal static class SharedData
{
    private const string SolutionFile = "Breakwater.slnx";

    /// <summary>Full path of the folder that holds <c>Breakwater.slnx</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">No parent of the test program holds it.</exception>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>True when the shared data is there.</summary>
    public static bool IsPresent => Locate() is not null;

    /// <summary>Full path of the shared data's folder; skips the calling test (or fails it, BREAKWATER_STRICT=1) when absent.</summary>
    public static string Root()
    {
        if (Locate() is { } root)
            return root;
        if (Environment.GetEnvironmentVariable("BREAKWATER_STRICT") == "1")
            Assert.Fail("shared data absent: ../shared/data");
        Assert.Skip("shared data absent: ../shared/data");
        throw new InvalidOperationException("Assert.Skip returned.");
    }

    /// <summary>Full path of a file or folder of the shared data; skips or fails like <see cref="Root"/> when the data is absent.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(Root(), relative);

    /// <summary>A linked git worktree stands elsewhere than the clone it belongs to, so the main clone's neighbour counts as well.</summary>
    private static string? Locate()
    {
        foreach (var clone in new[] { RepositoryRoot, MainWorktree(RepositoryRoot) })
        {
            if (clone is null)
                continue;
            var candidate = System.IO.Path.GetFullPath(System.IO.Path.Combine(clone, "..", "shared", "data"));
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }

    /// <summary>The clone that a linked worktree's <c>.git</c> file points into ("gitdir: CLONE/.git/worktrees/NAME"); null for a plain clone.</summary>
    private static string? MainWorktree(string root)
    {
        var pointer = System.IO.Path.Combine(root, ".git");
        if (!File.Exists(pointer))
            return null;
        var text = File.ReadAllText(pointer).Trim();
        var end = text.IndexOf("/.git/worktrees/", StringComparison.Ordinal);
        return text.StartsWith("gitdir: ", StringComparison.Ordinal) && end > 8 ? text[8..end] : null;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, SolutionFile)))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds {SolutionFile}.");
    }
}
