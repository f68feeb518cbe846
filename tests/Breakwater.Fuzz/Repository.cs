namespace Breakwater.Fuzz;

/// <summary>Where things stand in a checkout.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>States, kept inputs and findings of long runs.</summary>
    public static string FuzzFolder => Path.Combine(Root, "artifacts", "fuzz");

    /// <summary>The captures beside the checkout, or beside the clone that a linked worktree belongs to; null where there are none.</summary>
    public static string? SharedData
    {
        get
        {
            foreach (var clone in new[] { Root, MainWorktree() })
            {
                var folder = clone is null ? null : Path.GetFullPath(Path.Combine(clone, "..", "shared", "data"));
                if (Directory.Exists(folder))
                    return folder;
            }

            return null;
        }
    }

    // The .git file of a linked worktree: "gitdir: CLONE/.git/worktrees/NAME".
    private static string? MainWorktree()
    {
        var pointer = Path.Combine(Root, ".git");
        if (!File.Exists(pointer))
            return null;
        var text = File.ReadAllText(pointer).Trim();
        var end = text.IndexOf("/.git/worktrees/", StringComparison.Ordinal);
        return text.StartsWith("gitdir: ", StringComparison.Ordinal) && end > 8 ? text[8..end] : null;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Breakwater.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("Breakwater.slnx is not above this program: run it from a checkout's artifacts folder");
    }
}
