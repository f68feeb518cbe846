using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>How Breakwater opens its SQLite files.</summary>
internal static class SqliteFile
{
    /// <summary>How long a statement waits for another process's lock.</summary>
    private const int BusyMilliseconds = 2_000;

    static SqliteFile() => SQLitePCL.Batteries_V2.Init();

    /// <summary>For the one writer. WAL: readers never block it.</summary>
    /// <param name="synchronous">FULL: a commit survives a power cut; NORMAL: the last ones may be lost, the file stays sound.</param>
    public static SqliteConnection OpenWriter(string path, string synchronous)
    {
        var connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Execute(connection, $"PRAGMA busy_timeout={BusyMilliseconds}");
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, $"PRAGMA synchronous={synchronous}");
            Execute(connection, "PRAGMA foreign_keys=ON");
            // What is forgotten or hidden does not stay in pages that are free.
            Execute(connection, "PRAGMA secure_delete=ON");
            // Text of strangers is in there: no function of the schema runs that the file itself defines.
            Execute(connection, "PRAGMA trusted_schema=OFF");
            OnlyForOwner(path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadOnly);
        try
        {
            Execute(connection, $"PRAGMA busy_timeout={BusyMilliseconds}");
            Execute(connection, "PRAGMA query_only=ON");
            Execute(connection, "PRAGMA trusted_schema=OFF");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// All of the writes or none. In plain SQL: the provider's transaction object rolls back once more what SQLite has rolled back itself, as it
    /// does on a full disk, and throws from its disposal.
    /// </summary>
    public static void InTransaction(SqliteConnection connection, Action writes)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            writes();
            Execute(connection, "COMMIT");
        }
        catch
        {
            TryRollBack(connection);
            throw;
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long number ? number : 0;
    }

    /// <summary>
    /// Brings the file's schema up to date: each step in a transaction of its own, <c>user_version</c> counts those done. A file of a newer
    /// version is refused: this version would not know what it breaks.
    /// </summary>
    public static void Migrate(SqliteConnection connection, ReadOnlySpan<string> steps)
    {
        var done = Number(connection, "PRAGMA user_version");
        if (done > steps.Length)
            throw new StorageException($"the file has schema version {done}, and this version of Breakwater knows {steps.Length} only; use the newer version, or restore an older backup");
        for (var step = (int)done; step < steps.Length; step++)
        {
            var sql = steps[step];
            var version = step + 1;
            InTransaction(connection, () =>
            {
                Execute(connection, sql);
                Execute(connection, $"PRAGMA user_version={version}");
            });
        }
    }

    private static void TryRollBack(SqliteConnection connection)
    {
        try
        {
            Execute(connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite did it already.
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void OnlyForOwner(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
        {
            if (File.Exists(file))
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}

/// <summary>The storage cannot be used as it is; the message says what to do.</summary>
internal sealed class StorageException(string message) : Exception(message);
