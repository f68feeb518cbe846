using System.Globalization;

namespace Breakwater.Geo;

/// <summary>What came of looking for geo data.</summary>
/// <param name="Lookup">Null when no database can be used; nothing else depends on it.</param>
/// <param name="Faults">A sentence for each file that cannot be used. For files that the operator named they are errors, else warnings.</param>
internal sealed record GeoOpening(GeoLookup? Lookup, IReadOnlyList<string> Faults)
{
    /// <summary>Said where countries and networks would stand when there is no <see cref="Lookup"/>.</summary>
    public const string Absent = "no geo data: countries and autonomous systems of sources are unknown (docs/how-to/use-geo-data.md)";
}

/// <summary>
/// Where geo databases are looked for: the files that the operator named; else the checkout's <c>artifacts/geo/</c>; else <c>geo/</c>
/// beside the executable; else there are none.
/// </summary>
internal static class GeoFiles
{
    /// <summary>Databases of a folder; more are not loaded, which is said.</summary>
    public const int MaxFiles = 8;

    /// <summary>Opens what was named, or what stands in the usual places.</summary>
    /// <param name="named">The operator's files, in the order in which they are asked; empty for the usual places.</param>
    /// <param name="executableFolder">The folder of the running executable.</param>
    public static GeoOpening Open(IReadOnlyList<string> named, string executableFolder)
    {
        var faults = new List<string>();
        var paths = named.Count > 0 ? named : Usual(executableFolder, faults);
        var databases = new List<GeoDatabase>();
        foreach (var path in paths)
        {
            if (GeoDatabase.Load(path, out var fault) is { } database)
                databases.Add(database);
            else
                faults.Add(fault!);
        }

        return new GeoOpening(databases.Count > 0 ? new GeoLookup(databases) : null, faults);
    }

    private static IReadOnlyList<string> Usual(string executableFolder, List<string> faults)
    {
        var folders = new List<string>();
        if (Checkout(executableFolder) is { } checkout)
            folders.Add(Path.Combine(checkout, "artifacts", "geo"));
        folders.Add(Path.Combine(executableFolder, "geo"));
        foreach (var folder in folders)
        {
            var files = InFolder(folder, faults);
            if (files.Count > 0)
                return files;
        }

        return [];
    }

    /// <summary>The MMDB files of a folder in the order of their names.</summary>
    private static List<string> InFolder(string folder, List<string> faults)
    {
        if (!Directory.Exists(folder))
            return [];
        try
        {
            var files = Directory.EnumerateFiles(folder, "*.mmdb").Order(StringComparer.Ordinal).ToList();
            if (files.Count > MaxFiles)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"geo data: only the first {MaxFiles} of the {files.Count} files in '{folder}' are used"));
            return files.Count > MaxFiles ? files[..MaxFiles] : files;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"geo data in '{folder}' cannot be used: {error.Message}");
            return [];
        }
    }

    /// <summary>The checkout that the executable was built in; null for an installed one.</summary>
    private static string? Checkout(string executableFolder)
    {
        for (var folder = new DirectoryInfo(executableFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Breakwater.slnx")))
                return folder.FullName;
        }

        return null;
    }
}
