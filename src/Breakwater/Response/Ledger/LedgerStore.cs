using System.Globalization;
using Breakwater.Incidents;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;
using Microsoft.Data.Sqlite;

namespace Breakwater.Response.Ledger;

/// <summary>The ledger's file, in the manner of the journal's: SQLite, for one writer, every commit on the disk when it returns.</summary>
internal sealed class LedgerStore : ILedgerStore, IDisposable
{
    public const string FileName = "mitigations.db";

    /// <summary>How long a write waits for another process's lock: the provider alone would wait 30 s, half a lease.</summary>
    private const int PatienceSeconds = 2;

    internal const string Columns = "id, incident, rule, state, lease_seconds, lease_until, ends_at, cleared, changed_at, changed_by, why, service, alternative, kind, rank, price, under_limit, first_by";

    internal static readonly string[] Schema =
    [
        """
        CREATE TABLE mitigations(
          number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, incident TEXT, rule TEXT NOT NULL, state INTEGER NOT NULL, lease_seconds REAL NOT NULL,
          lease_until INTEGER NOT NULL, ends_at INTEGER, cleared INTEGER NOT NULL, changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL, why TEXT NOT NULL);
        CREATE INDEX mitigations_open ON mitigations(number) WHERE state < 3 OR cleared = 0;
        CREATE TABLE audit(
          sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, id TEXT NOT NULL, state INTEGER NOT NULL, changed_by TEXT NOT NULL, why TEXT NOT NULL);
        """,
        """
        ALTER TABLE mitigations ADD COLUMN service TEXT;
        ALTER TABLE mitigations ADD COLUMN alternative TEXT;
        ALTER TABLE mitigations ADD COLUMN kind TEXT NOT NULL DEFAULT 'own';
        ALTER TABLE mitigations ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE mitigations ADD COLUMN price TEXT;
        ALTER TABLE mitigations ADD COLUMN under_limit INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE mitigations ADD COLUMN first_by TEXT;
        CREATE INDEX mitigations_incident ON mitigations(incident, number) WHERE incident IS NOT NULL;
        CREATE INDEX audit_id ON audit(id, sequence);
        """,
        """
        CREATE TABLE heirs(sequence INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL, heir TEXT NOT NULL);
        CREATE UNIQUE INDEX heirs_heir ON heirs(heir, incident);
        """,
    ];

    /// <summary>Most rows that are done, and most entries of the audit a row of them; older ones are removed.</summary>
    public const int MaxDone = 100_000;

    /// <summary>Most incidents of which is known as what they went on; older ones are removed.</summary>
    public const int MaxHeirs = 10_000;

    private const int AuditPerRow = 5;

    /// <summary>A number above it was not given by a ledger: the next ids must not run out of numbers.</summary>
    private const long HighestNumber = 1_000_000_000_000_000;

    /// <summary>A time from then on was not written by a ledger: what is reckoned from it must not run out of years.</summary>
    private static readonly long _highestTicks = new DateTime(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private const string LockName = "mitigations.lock";

    private readonly SqliteConnection _connection;
    private readonly FileStream _lock;
    private readonly int _mostDone;

    private LedgerStore(SqliteConnection connection, FileStream @lock, int mostDone) => (_connection, _lock, _mostDone) = (connection, @lock, mostDone);

    /// <summary>Opens the file, makes it when missing.</summary>
    /// <exception cref="SqliteException">The storage fails.</exception>
    /// <exception cref="StorageException">The file is of a newer version, or another process writes it.</exception>
    public static LedgerStore Open(string folder, int mostDone = MaxDone)
    {
        // Two ledgers on one file would give the same ids, and each would clear what the other renews.
        var @lock = JournalStore.TakeLock(folder, LockName);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteFile.OpenWriter(Path.Combine(folder, FileName), "FULL");
            connection.DefaultTimeout = PatienceSeconds;
            SqliteFile.Migrate(connection, Schema);
            return new LedgerStore(connection, @lock, mostDone);
        }
        catch
        {
            connection?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Rows that are not done and cannot be read: they are left as they are.</summary>
    public int Skipped { get; private set; }

    public (IReadOnlyList<Mitigation> Open, long LastNumber) Load()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM mitigations WHERE state < 3 OR cleared = 0 ORDER BY number";
        var rows = new List<Mitigation>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                // What cannot be read cannot be renewed; it lapses with its lease.
                if (Row(reader) is { } row)
                    rows.Add(row);
                else
                    Skipped++;
            }
        }

        return (rows, SqliteFile.Number(_connection, $"SELECT coalesce(max(number), 0) FROM mitigations WHERE number BETWEEN 1 AND {HighestNumber}"));
    }

    public string? Write(IReadOnlyList<Mitigation> mitigations)
    {
        try
        {
            SqliteFile.InTransaction(_connection, () =>
            {
                var isNews = false;
                foreach (var mitigation in mitigations)
                {
                    if (Upsert(mitigation))
                    {
                        Audit(mitigation);
                        isNews = true;
                    }
                }

                if (isNews)
                    Prune();
            });
            return null;
        }
        catch (SqliteException error)
        {
            return error.Message;
        }
    }

    public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs)
    {
        try
        {
            SqliteFile.InTransaction(_connection, () =>
            {
                using var command = _connection.CreateCommand();
                command.CommandText = "INSERT OR IGNORE INTO heirs(incident, heir) VALUES ($incident, $heir)";
                var (from, to) = (command.Parameters.Add("$incident", SqliteType.Text), command.Parameters.Add("$heir", SqliteType.Text));
                foreach (var (incident, heir) in heirs)
                {
                    (from.Value, to.Value) = (incident, heir);
                    command.ExecuteNonQuery();
                }

                using var pruning = _connection.CreateCommand();
                pruning.CommandText = "DELETE FROM heirs WHERE sequence <= (SELECT max(sequence) FROM heirs) - $most";
                pruning.Parameters.AddWithValue("$most", MaxHeirs);
                pruning.ExecuteNonQuery();
            });
            return null;
        }
        catch (SqliteException error)
        {
            return error.Message;
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _lock.Dispose();
    }

    /// <summary>Removes what is older than the bound. The last number stays, since ids are never given twice; the audit of what is not done stays.</summary>
    private void Prune()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = """
            DELETE FROM mitigations WHERE number <= (SELECT max(number) FROM mitigations) - $rows AND state >= 3 AND cleared = 1;
            DELETE FROM audit WHERE sequence <= (SELECT max(sequence) FROM audit) - $entries AND id NOT IN (SELECT id FROM mitigations WHERE state < 3 OR cleared = 0);
            """;
        command.Parameters.AddWithValue("$rows", _mostDone);
        command.Parameters.AddWithValue("$entries", (long)_mostDone * AuditPerRow);
        command.ExecuteNonQuery();
    }

    /// <summary>Writes the row; true when its state is another one than before: renewals are no news.</summary>
    private bool Upsert(Mitigation mitigation)
    {
        var number = long.Parse(mitigation.Id.AsSpan("mit-".Length), NumberStyles.None, CultureInfo.InvariantCulture);
        using var before = _connection.CreateCommand();
        before.CommandText = "SELECT state FROM mitigations WHERE number = $number";
        before.Parameters.AddWithValue("$number", number);
        var state = before.ExecuteScalar();
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            INSERT OR REPLACE INTO mitigations(number, {Columns})
            VALUES ($number, $id, $incident, $rule, $state, $lease, $until, $ends, $cleared, $at, $by, $why, $service, $alternative, $kind, $rank, $price, $under, $first)
            """;
        command.Parameters.AddWithValue("$number", number);
        command.Parameters.AddWithValue("$id", mitigation.Id);
        command.Parameters.AddWithValue("$incident", (object?)mitigation.IncidentId ?? DBNull.Value);
        command.Parameters.AddWithValue("$rule", mitigation.Rule.ToString());
        command.Parameters.AddWithValue("$state", (long)mitigation.State);
        command.Parameters.AddWithValue("$lease", mitigation.Lease.TotalSeconds);
        command.Parameters.AddWithValue("$until", mitigation.LeaseUntil.UtcTicks);
        command.Parameters.AddWithValue("$ends", (object?)mitigation.EndsAt?.UtcTicks ?? DBNull.Value);
        command.Parameters.AddWithValue("$cleared", mitigation.IsCleared ? 1L : 0L);
        command.Parameters.AddWithValue("$at", mitigation.ChangedAt.UtcTicks);
        command.Parameters.AddWithValue("$by", mitigation.By);
        command.Parameters.AddWithValue("$why", mitigation.Why);
        command.Parameters.AddWithValue("$service", (object?)mitigation.Service ?? DBNull.Value);
        command.Parameters.AddWithValue("$alternative", (object?)mitigation.Alternative ?? DBNull.Value);
        command.Parameters.AddWithValue("$kind", mitigation.Kind);
        command.Parameters.AddWithValue("$rank", (long)mitigation.Rank);
        command.Parameters.AddWithValue("$price", (object?)mitigation.Price?.ToText() ?? DBNull.Value);
        command.Parameters.AddWithValue("$under", mitigation.IsUnderLimit ? 1L : 0L);
        command.Parameters.AddWithValue("$first", (object?)mitigation.FirstBy ?? DBNull.Value);
        command.ExecuteNonQuery();
        return state is not long known || known != (long)mitigation.State || mitigation is { State: MitigationState.Proposed, FirstBy: not null };
    }

    private void Audit(Mitigation mitigation)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT INTO audit(at, id, state, changed_by, why) VALUES ($at, $id, $state, $by, $why)";
        command.Parameters.AddWithValue("$at", mitigation.ChangedAt.UtcTicks);
        command.Parameters.AddWithValue("$id", mitigation.Id);
        command.Parameters.AddWithValue("$state", (long)mitigation.State);
        command.Parameters.AddWithValue("$by", mitigation.By);
        command.Parameters.AddWithValue("$why", mitigation.Why);
        command.ExecuteNonQuery();
    }

    /// <summary>The row that the reader is at; null for one that no ledger wrote, or that this version does not read.</summary>
    internal static Mitigation? Row(SqliteDataReader reader)
    {
        try
        {
            return RuleText.Read(reader.GetString(2), out var rule) is null && IsSound(reader) ? Row(reader, rule) : null;
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidCastException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static bool IsSound(SqliteDataReader reader)
    {
        var id = reader.GetString(0);
        return MitigationJson.Number(id) is { } number and <= HighestNumber && id == string.Create(CultureInfo.InvariantCulture, $"mit-{number}")
            && reader.GetInt64(3) is >= (long)MitigationState.Proposed and <= (long)MitigationState.Failed
            && reader.GetDouble(4) is >= MitigationLedger.MinLeaseSeconds and <= AdvertisedRoutes.MaxLeaseSeconds
            && IsTime(reader.GetInt64(5)) && (reader.IsDBNull(6) || IsTime(reader.GetInt64(6))) && IsTime(reader.GetInt64(8))
            && reader.GetInt64(14) is >= 0 and <= int.MaxValue;
    }

    private static bool IsTime(long ticks) => ticks >= 0 && ticks < _highestTicks;

    private static Mitigation Row(SqliteDataReader reader, FilterRule rule) => new()
    {
        Id = reader.GetString(0),
        IncidentId = reader.IsDBNull(1) ? null : reader.GetString(1),
        Rule = rule,
        State = (MitigationState)reader.GetInt64(3),
        Lease = TimeSpan.FromSeconds(reader.GetDouble(4)),
        LeaseUntil = new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero),
        EndsAt = reader.IsDBNull(6) ? null : new DateTimeOffset(reader.GetInt64(6), TimeSpan.Zero),
        IsCleared = reader.GetInt64(7) != 0,
        ChangedAt = new DateTimeOffset(reader.GetInt64(8), TimeSpan.Zero),
        By = reader.GetString(9),
        Why = reader.GetString(10),
        Service = reader.IsDBNull(11) ? null : reader.GetString(11),
        Alternative = reader.IsDBNull(12) ? null : reader.GetString(12),
        Kind = reader.GetString(13),
        Rank = (int)reader.GetInt64(14),
        Price = reader.IsDBNull(15) ? null : MitigationPrice.Parse(reader.GetString(15)),
        IsUnderLimit = reader.GetInt64(16) != 0,
        FirstBy = reader.IsDBNull(17) ? null : reader.GetString(17),
    };
}
