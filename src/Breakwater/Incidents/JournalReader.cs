using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>Questions to the journal's file, each on a connection of its own that cannot write. Null or empty when the storage fails, as each says.</summary>
internal sealed class JournalReader(string folder)
{
    /// <summary>Most rows of one answer.</summary>
    public const int MaximumRows = 1_000;

    /// <summary>Entries after a sequence, in order.</summary>
    /// <param name="subject">Only those about it; null: all.</param>
    /// <param name="kindPrefix">Only kinds that begin so; empty: all.</param>
    /// <returns>Empty also when the storage fails.</returns>
    public List<JournalEntry> Entries(long after, int limit, string? subject = null, string kindPrefix = "", bool newestFirst = false) =>
        TryEntries(after, limit, subject, kindPrefix, newestFirst) ?? [];

    /// <summary>As <see cref="Entries"/>, for who must not take a fault for the end: null when the storage fails.</summary>
    public List<JournalEntry>? TryEntries(long after, int limit, string? subject = null, string kindPrefix = "", bool newestFirst = false) => Ask(
        command =>
        {
            command.CommandText = $"""
                SELECT {JournalRows.EntryColumns} FROM journal
                WHERE {(newestFirst ? "sequence < $after" : "sequence > $after")} AND ($subject IS NULL OR subject = $subject) AND substr(kind, 1, length($kind)) = $kind
                ORDER BY sequence {(newestFirst ? "DESC" : "ASC")} LIMIT $limit
                """;
            command.Parameters.AddWithValue("$after", after);
            command.Parameters.AddWithValue("$subject", (object?)subject ?? DBNull.Value);
            command.Parameters.AddWithValue("$kind", kindPrefix);
            command.Parameters.AddWithValue("$limit", Math.Min(limit, MaximumRows));
            return JournalRows.Entries(command);
        });

    /// <summary>Incidents with an id below another, newest first; null: from the newest on.</summary>
    public List<KeptIncident> Incidents(string? before, int limit) => Ask(
        command =>
        {
            command.CommandText = $"SELECT {JournalRows.IncidentColumns} FROM incidents WHERE $before IS NULL OR id < $before ORDER BY id DESC LIMIT $limit";
            command.Parameters.AddWithValue("$before", (object?)before ?? DBNull.Value);
            command.Parameters.AddWithValue("$limit", Math.Min(limit, MaximumRows));
            return JournalRows.Incidents(command);
        }) ?? [];

    /// <summary>One incident; null when there is none of that id, or the storage fails.</summary>
    public KeptIncident? Incident(string id) => Ask(
        command =>
        {
            command.CommandText = $"SELECT {JournalRows.IncidentColumns} FROM incidents WHERE id = $id";
            command.Parameters.AddWithValue("$id", id);
            return JournalRows.Incidents(command);
        })?.FirstOrDefault();

    private T? Ask<T>(Func<SqliteCommand, T> question)
        where T : class
    {
        try
        {
            using var connection = SqliteFile.OpenReader(Path.Combine(folder, JournalStore.FileName));
            using var command = connection.CreateCommand();
            return question(command);
        }
        catch (SqliteException)
        {
            // The writer meets the same fault, and health tells it.
            return null;
        }
    }
}
