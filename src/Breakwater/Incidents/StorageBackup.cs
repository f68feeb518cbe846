using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>Copies of the storage's files: taken while Breakwater runs, put back while it stands still.</summary>
internal static class StorageBackup
{
    private static readonly (string Name, int Version)[] _files = [(JournalStore.FileName, JournalStore.Schema.Length), (TrafficStore.FileName, TrafficStore.Schema.Length)];

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
    public static IReadOnlyList<string> Restore(string backup, string storage, string suffix)
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
            // Into new names first: a full disk then changes nothing.
            foreach (var (name, _) in files)
                Copy(Path.Combine(backup, name), Path.Combine(storage, name + ".new"));
            foreach (var (name, _) in files)
                Exchange(Path.Combine(storage, name), suffix);
            return (IReadOnlyList<string>)[.. files.Select(static file => file.Name)];
        });
    }

    private static IEnumerable<(string Name, int Version)> Present(string folder) => _files.Where(file => File.Exists(Path.Combine(folder, file.Name)));

    private static void Copy(string from, string to)
    {
        File.Delete(to);
        using (var source = SqliteFile.OpenReader(from))
        using (var target = SqliteFile.OpenWriter(to, "FULL"))
            source.BackupDatabase(target);
        using var check = SqliteFile.OpenReader(to);
        CheckIntegrity(check, to);
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
        File.Move(path + ".new", path);
        foreach (var part in new[] { "-wal", "-shm" })
            File.Delete(path + ".new" + part);
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
