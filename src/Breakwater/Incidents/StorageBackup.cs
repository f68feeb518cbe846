using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>Copies of the storage's files: taken while Breakwater runs, put back while it stands still.</summary>
internal static class StorageBackup
{
    /// <summary>What a copy is called until it stands in the storage's place.</summary>
    private const string NewSuffix = ".new";

    /// <summary>The ledger of filters: Response's own, which is later than the journal; here its name and version alone.</summary>
    internal static readonly (string Name, int Version) Ledger = ("mitigations.db", 3);

    private static readonly (string Name, int Version)[] _files = [(JournalStore.FileName, JournalStore.Schema.Length), (TrafficStore.FileName, TrafficStore.Schema.Length), Ledger];

    /// <summary>Copies each file as of one moment into an empty folder; a running Breakwater goes on writing.</summary>
    /// <exception cref="StorageException">There is nothing to copy, or no place for it.</exception>
    public static IReadOnlyList<string> Backup(string storage, string target)
    {
        if (!File.Exists(Path.Combine(storage, JournalStore.FileName)))
            throw new StorageException($"there is no {JournalStore.FileName} in {storage}: nothing was ever kept there");
        Directory.CreateDirectory(target);
        if (Directory.EnumerateFileSystemEntries(target).Any())
            throw new StorageException($"{target} is not empty: give a new folder, so that no backup is written over");
        return Guard($"the backup to {target}", () => (IReadOnlyList<string>)[.. Present(storage).Select(file =>
        {
            Copy(Path.Combine(storage, file.Name), Path.Combine(target, file.Name));
            return file.Name;
        })]);
    }

    /// <summary>Puts a backup in the storage's place. What was there is kept beside it, with <paramref name="suffix"/> added to its name.</summary>
    /// <exception cref="StorageException">The backup is no good, or a Breakwater runs; nothing was changed.</exception>
    /// <param name="backup">What <see cref="Backup"/> made.</param>
    /// <param name="storage">The storage's folder.</param>
    /// <param name="suffix">Added to the names of what was there.</param>
    /// <param name="warn">Told what could not be carried over.</param>
    public static IReadOnlyList<string> Restore(string backup, string storage, string suffix, Action<string>? warn = null)
    {
        if (!File.Exists(Path.Combine(backup, JournalStore.FileName)))
            throw new StorageException($"{backup} holds no {JournalStore.FileName}: it is no backup");
        Directory.CreateDirectory(storage);
        using var writer = JournalStore.TakeLock(storage);
        return Guard($"the restore from {backup}", () =>
        {
            var files = Present(backup).ToList();
            foreach (var (name, version) in files)
                Check(Path.Combine(backup, name), version);
            var carried = RestoreCarry.Read(Newest(storage), warn);
            // Into new names first: a full disk then changes nothing.
            CopyAll(backup, storage, files.Select(static file => file.Name), carried);
            foreach (var (name, _) in files)
                Exchange(Path.Combine(storage, name), suffix);
            return (IReadOnlyList<string>)[.. files.Select(static file => file.Name)];
        });
    }

    /// <summary>
    /// What a restore that was broken off left: a journal that began anew beside it would give numbers twice, and tokens would be gone.
    /// </summary>
    /// <exception cref="StorageException">There is such a thing; the message says what to do.</exception>
    public static void RefuseHalfRestored(string folder)
    {
        var left = _files.Select(file => Path.Combine(folder, file.Name)).Where(static path => File.Exists(path + NewSuffix)).ToList();
        if (left.Count == 0)
            return;
        var names = string.Join(" and ", left.Select(static path => path + NewSuffix));
        throw new StorageException(left.TrueForAll(File.Exists)
            ? $"a restore was broken off: run 'breakwater restore' again, or remove {names} to go on with what is there"
            : $"a restore was broken off and left {names}: run 'breakwater restore' with the same backup again");
    }

    /// <summary>The journal in force. Where a broken restore has moved it away, its copy has what was carried over from it.</summary>
    private static string Newest(string storage)
    {
        var path = Path.Combine(storage, JournalStore.FileName);
        return File.Exists(path) ? path : path + NewSuffix;
    }

    private static void CopyAll(string backup, string storage, IEnumerable<string> names, RestoreCarry carried)
    {
        // While the journal is moved away, a copy of before is all there is: it stays until the new one has its place.
        var isFresh = !_files.Any(file => File.Exists(Path.Combine(storage, file.Name + NewSuffix)));
        var made = new List<string>();
        try
        {
            foreach (var name in names)
            {
                made.Add(Path.Combine(storage, name + NewSuffix));
                Copy(Path.Combine(backup, name), made[^1], name == JournalStore.FileName ? carried : null);
            }
        }
        catch when (isFresh)
        {
            foreach (var path in made)
                File.Delete(path);
            throw;
        }
    }

    private static IEnumerable<(string Name, int Version)> Present(string folder) => _files.Where(file => File.Exists(Path.Combine(folder, file.Name)));

    private static void Copy(string from, string to, RestoreCarry? carried = null)
    {
        // Under a name of its own until it is whole: what is called .new can be trusted.
        var part = to + ".part";
        foreach (var end in new[] { "", "-wal", "-shm" })
            File.Delete(part + end);
        using (var source = SqliteFile.OpenReader(from))
        using (var target = SqliteFile.OpenWriter(part, "FULL"))
        {
            source.BackupDatabase(target);
            carried?.Write(target);
        }
        using (var check = SqliteFile.OpenReader(part))
            CheckIntegrity(check, to);
        File.Move(part, to, overwrite: true);
        foreach (var end in new[] { "-wal", "-shm" })
            File.Delete(part + end);
    }

    private static void Check(string path, int version)
    {
        using var connection = SqliteFile.OpenReader(path);
        CheckIntegrity(connection, path);
        var found = SqliteFile.Number(connection, "PRAGMA user_version");
        if (found > version)
            throw new StorageException($"{path} has schema version {found}, and this version of Breakwater knows {version} only");
    }

    private static void CheckIntegrity(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check(1)";
        if (command.ExecuteScalar() as string is not "ok")
            throw new StorageException($"{path} is damaged");
    }

    /// <summary>The old file and its log move aside together: a log that stayed would be played into the new file.</summary>
    private static void Exchange(string path, string suffix)
    {
        foreach (var part in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(path + part))
                File.Move(path + part, path + suffix + part);
        }
        File.Move(path + NewSuffix, path);
    }

    private static T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{what} failed: {error.Message}");
        }
    }
}
