using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>What one commit writes.</summary>
internal sealed record JournalBatch(IReadOnlyList<JournalEntry> Entries, IReadOnlyCollection<KeptIncident> Incidents, IReadOnlyList<AccessToken> Tokens)
{
    public bool IsEmpty => Entries.Count == 0 && Incidents.Count == 0 && Tokens.Count == 0;
}

/// <summary>The journal's file, for its one writer: a batch is there whole or not at all. Throws <see cref="SqliteException"/> when the storage fails.</summary>
internal sealed class JournalStore : IDisposable
{
    public const string FileName = "incidents.db";

    /// <summary>Rows that one round of retention removes, so that no round holds up the writer.</summary>
    private const int RetentionRows = 2_000;

    internal static readonly string[] Schema =
    [
        """
        CREATE TABLE journal(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, service TEXT, data TEXT NOT NULL);
        CREATE INDEX journal_subject ON journal(subject, sequence);
        CREATE TABLE incidents(
          id TEXT PRIMARY KEY, target TEXT NOT NULL, service TEXT, state TEXT NOT NULL, verdict TEXT NOT NULL, sentence TEXT NOT NULL,
          opened_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, sequence INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX incidents_state ON incidents(state, changed_at);
        CREATE TABLE tokens(
          id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, services TEXT NOT NULL,
          created_at INTEGER NOT NULL, expires_at INTEGER, revoked_at INTEGER) WITHOUT ROWID;
        """,
        // Retention finds what is old without reading what is not.
        "CREATE INDEX journal_at ON journal(at)",
        // Which rows may still hold addresses of clients: the indexes have those alone, so that no row is read twice for it.
        """
        ALTER TABLE journal ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX journal_shown ON journal(at) WHERE hidden = 0;
        ALTER TABLE incidents ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX incidents_shown ON incidents(changed_at) WHERE hidden = 0;
        """,
    ];

    internal const string ForgetEntries = """
        DELETE FROM journal WHERE sequence IN (
          SELECT sequence FROM journal INDEXED BY journal_at WHERE at < $before AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = subject) ORDER BY at LIMIT $rows)
        """;

    private const string LockName = "writer.lock";

    private readonly SqliteConnection _connection;
    private readonly FileStream _lock;

    private JournalStore(SqliteConnection connection, FileStream @lock) => (_connection, _lock) = (connection, @lock);

    /// <summary>Opens the file, makes it when missing, brings its schema up to date.</summary>
    public static JournalStore Open(string folder)
    {
        var @lock = TakeLock(folder);
        SqliteConnection? connection = null;
        try
        {
            StorageBackup.RefuseHalfRestored(folder);
            connection = SqliteFile.OpenWriter(Path.Combine(folder, FileName), "FULL");
            SqliteFile.Migrate(connection, Schema);
            return new JournalStore(connection, @lock);
        }
        catch
        {
            connection?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>One writer a file; the kernel lets go of the lock with the process, however that ends.</summary>
    /// <exception cref="StorageException">Another process has it.</exception>
    /// <param name="folder">Where.</param>
    /// <param name="name">The file that is locked; that of the journal when none is named.</param>
    public static FileStream TakeLock(string folder, string name = LockName)
    {
        try
        {
            return new FileStream(Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new StorageException($"another Breakwater writes to {folder}, or its lock cannot be taken ({error.Message})");
        }
    }

    /// <summary>The highest sequence ever given, also when its entry has been removed since.</summary>
    public long LastSequence => SequenceOf(_connection);

    internal static long SequenceOf(SqliteConnection connection) => SqliteFile.Number(connection, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name='journal'), 0)");

    /// <summary>All tokens, revoked ones too.</summary>
    public ImmutableArray<AccessToken> Tokens() => JournalRows.Tokens(_connection);

    /// <summary>Open incidents, and those that closed after <paramref name="since"/>; at most <see cref="IncidentBook.Capacity"/>, newest first.</summary>
    public List<KeptIncident> Recent(DateTimeOffset since)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT {JournalRows.IncidentColumns} FROM incidents WHERE state <> 'closed' OR changed_at >= $since ORDER BY state = 'closed', id DESC LIMIT $limit";
        command.Parameters.AddWithValue("$since", JournalTime.ToNanoseconds(since));
        command.Parameters.AddWithValue("$limit", IncidentBook.Capacity);
        return JournalRows.Incidents(command);
    }

    /// <summary>Writes the batch; when this returns, it survives a power cut.</summary>
    /// <param name="reached">Called at each named point, for tests that end the process there.</param>
    public void Commit(JournalBatch batch, Action<CrashPoint>? reached = null)
    {
        SqliteFile.InTransaction(_connection, () => Write(batch, reached));
        reached?.Invoke(CrashPoint.Committed);
    }

    private void Write(JournalBatch batch, Action<CrashPoint>? reached)
    {
        reached?.Invoke(CrashPoint.TransactionBegun);
        // Nothing to keep: the version is written as it is, so that the disk answers and not a cache.
        if (batch.IsEmpty)
            SqliteFile.Execute(_connection, $"PRAGMA user_version={Schema.Length}");
        using (var insert = JournalRows.InsertEntry(_connection))
        {
            foreach (var entry in batch.Entries)
                JournalRows.Write(insert, entry);
        }
        reached?.Invoke(CrashPoint.EntriesWritten);
        using (var upsert = JournalRows.UpsertIncident(_connection))
        {
            foreach (var incident in batch.Incidents)
                JournalRows.Write(upsert, incident);
        }
        using (var upsert = JournalRows.UpsertToken(_connection))
        {
            foreach (var token in batch.Tokens)
                JournalRows.Write(upsert, token);
        }
        reached?.Invoke(CrashPoint.BeforeCommit);
    }

    /// <summary>Removes closed incidents and journal entries from before <paramref name="before"/>, a bounded number each time.</summary>
    /// <returns>True when there may be more.</returns>
    public bool Forget(DateTimeOffset before)
    {
        var (incidents, entries) = (0, 0);
        using var command = _connection.CreateCommand();
        command.Parameters.AddWithValue("$before", JournalTime.ToNanoseconds(before));
        command.Parameters.AddWithValue("$rows", RetentionRows);
        SqliteFile.InTransaction(_connection, () =>
        {
            command.CommandText = "DELETE FROM incidents WHERE id IN (SELECT id FROM incidents WHERE state = 'closed' AND changed_at < $before LIMIT $rows)";
            incidents = command.ExecuteNonQuery();
            command.CommandText = ForgetEntries;
            entries = command.ExecuteNonQuery();
        });
        return incidents == RetentionRows || entries == RetentionRows;
    }

    /// <summary>Rows whose text could not be read, and was removed when addresses were hidden.</summary>
    public long UnreadableRows { get; private set; }

    /// <summary>Hides the addresses of clients in what is from before <paramref name="before"/>, a bounded number of rows each time.</summary>
    /// <returns>True when there may be more.</returns>
    public bool HideAddresses(DateTimeOffset before, AddressKey key)
    {
        var isMore = false;
        SqliteFile.InTransaction(_connection, () =>
        {
            isMore = HideAddresses(
                "SELECT sequence, data FROM journal INDEXED BY journal_shown WHERE hidden = 0 AND at < $before LIMIT $rows",
                "UPDATE journal SET data = coalesce($text, data), hidden = 1 WHERE sequence = $id", before, key);
            isMore |= HideAddresses(
                "SELECT id, json FROM incidents INDEXED BY incidents_shown WHERE hidden = 0 AND changed_at < $before LIMIT $rows",
                "UPDATE incidents SET json = coalesce($text, json), hidden = 1 WHERE id = $id", before, key);
        });
        return isMore;
    }

    private bool HideAddresses(string select, string update, DateTimeOffset before, AddressKey key)
    {
        var rows = new List<(object Id, string Text)>();
        using (var command = _connection.CreateCommand())
        {
            command.CommandText = select;
            command.Parameters.AddWithValue("$before", JournalTime.ToNanoseconds(before));
            command.Parameters.AddWithValue("$rows", RetentionRows);
            using var reader = command.ExecuteReader();
            while (reader.Read())
                rows.Add((reader.GetValue(0), reader.GetString(1)));
        }

        foreach (var (id, text) in rows)
        {
            using var command = _connection.CreateCommand();
            var hidden = ClientAddresses.Hidden(text, key);
            UnreadableRows += hidden == ClientAddresses.Unreadable ? 1 : 0;
            command.CommandText = update;
            command.Parameters.AddWithValue("$text", (object?)hidden ?? DBNull.Value);
            command.Parameters.AddWithValue("$id", id);
            command.ExecuteNonQuery();
        }

        return rows.Count == RetentionRows;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _lock.Dispose();
    }
}

/// <summary>Where a test may end the writing process.</summary>
internal enum CrashPoint
{
    TransactionBegun,
    EntriesWritten,
    BeforeCommit,
    Committed,
    Published,
}
