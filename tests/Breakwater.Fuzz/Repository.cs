namespace Breakwater.Fuzz;

/// <summary>Where things stand in a checkout.</summary>
internal static class Repository
{
    /// <summary>The folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>States, kept inputs and findings of long runs.</summary>
    public static string FuzzFolder => Path.Combine(Root, "artifacts", "fuzz");

    /// <summary>The captures beside the checkout; null where there are none.</summary>
    public static string? SharedData
    {
        get
        {
            var folder = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));
            return Directory.Exists(folder) ? folder : null;
        }
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
