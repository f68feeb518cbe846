using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>What a restore takes over from the journal that it replaces: a revoked token stays revoked, and no sequence is given twice.</summary>
/// <param name="Sequence">The highest sequence ever given.</param>
/// <param name="Revoked">Tokens that were revoked, and when (nanoseconds since 1970).</param>
internal sealed record RestoreCarry(long Sequence, IReadOnlyList<(string Id, long At)> Revoked)
{
    /// <summary>From a journal that may be damaged or missing: a restore is for that.</summary>
    /// <param name="path">The journal's file.</param>
    /// <param name="warn">Told what could not be read.</param>
    public static RestoreCarry Read(string path, Action<string>? warn)
    {
        if (!File.Exists(path))
            return new RestoreCarry(0, []);
        try
        {
            using var connection = SqliteFile.OpenReader(path);
            return new RestoreCarry(JournalStore.SequenceOf(connection), Revocations(connection));
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException)
        {
            warn?.Invoke($"{path} cannot be read ({error.Message}): tokens that were revoked after the backup are valid again, revoke them anew");
            // A number that no journal of before can have reached.
            return new RestoreCarry(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), []);
        }
    }

    /// <summary>Into the copy of the backup.</summary>
    public void Write(SqliteConnection target) => SqliteFile.InTransaction(target, () =>
    {
        using var command = target.CreateCommand();
        command.CommandText = """
            INSERT INTO sqlite_sequence(name, seq) SELECT 'journal', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'journal');
            UPDATE sqlite_sequence SET seq = max(seq, $sequence) WHERE name = 'journal';
            """;
        command.Parameters.AddWithValue("$sequence", Sequence);
        command.ExecuteNonQuery();
        foreach (var (id, at) in Revoked)
        {
            command.CommandText = "UPDATE tokens SET revoked_at = $at WHERE id = $id AND revoked_at IS NULL";
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$id", id);
            command.Parameters.AddWithValue("$at", at);
            command.ExecuteNonQuery();
        }
    });

    private static List<(string Id, long At)> Revocations(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, revoked_at FROM tokens WHERE revoked_at IS NOT NULL";
        var found = new List<(string Id, long At)>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
            found.Add((rows.GetString(0), rows.GetInt64(1)));
        return found;
    }
}
