using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>Rows of the journal's tables ⇄ records: one place for the order of columns.</summary>
internal static class JournalRows
{
    public const string EntryColumns = "sequence, at, kind, subject, service, data";
    public const string IncidentColumns = "id, target, service, state, verdict, sentence, opened_at, changed_at, sequence, json";

    private const string TokenColumns = "id, name, hash, role, services, created_at, expires_at, revoked_at";

    /// <summary>A service's name cannot hold it (<c>NameValue</c>).</summary>
    private const char ServiceSeparator = ' ';

    public static SqliteCommand InsertEntry(SqliteConnection connection) =>
        Prepare(connection, $"INSERT INTO journal({EntryColumns}) VALUES($0, $1, $2, $3, $4, $5)", 6);

    public static SqliteCommand UpsertIncident(SqliteConnection connection) =>
        Prepare(connection, $"INSERT OR REPLACE INTO incidents({IncidentColumns}) VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9)", 10);

    public static SqliteCommand UpsertToken(SqliteConnection connection) =>
        Prepare(connection, $"INSERT OR REPLACE INTO tokens({TokenColumns}) VALUES($0, $1, $2, $3, $4, $5, $6, $7)", 8);

    public static void Write(SqliteCommand insert, JournalEntry entry) =>
        Run(insert, entry.Sequence, JournalTime.ToNanoseconds(entry.At), entry.Kind, entry.Subject, entry.Service, entry.Data);

    public static void Write(SqliteCommand upsert, KeptIncident incident) => Run(
        upsert, incident.Id, incident.Target, incident.Service, StateNames.Of(incident.State), incident.Verdict, incident.Sentence,
        JournalTime.ToNanoseconds(incident.OpenedAt), JournalTime.ToNanoseconds(incident.ChangedAt), incident.Sequence, incident.Json);

    public static void Write(SqliteCommand upsert, AccessToken token) => Run(
        upsert, token.Id, token.Name, token.Hash, (int)token.Role, string.Join(ServiceSeparator, token.Services),
        JournalTime.ToNanoseconds(token.CreatedAt), Nanoseconds(token.ExpiresAt), Nanoseconds(token.RevokedAt));

    public static List<JournalEntry> Entries(SqliteCommand command)
    {
        var entries = new List<JournalEntry>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            entries.Add(new JournalEntry(
                rows.GetInt64(0), JournalTime.FromNanoseconds(rows.GetInt64(1)), rows.GetString(2), rows.GetString(3), Text(rows, 4), rows.GetString(5)));
        }
        return entries;
    }

    public static List<KeptIncident> Incidents(SqliteCommand command)
    {
        var incidents = new List<KeptIncident>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            incidents.Add(new KeptIncident(
                rows.GetString(0), rows.GetString(1), Text(rows, 2), StateNames.Parse(rows.GetString(3)) ?? KeptState.Closed, rows.GetString(4), rows.GetString(5),
                JournalTime.FromNanoseconds(rows.GetInt64(6)), JournalTime.FromNanoseconds(rows.GetInt64(7)), rows.GetInt64(8), rows.GetString(9)));
        }
        return incidents;
    }

    public static ImmutableArray<AccessToken> Tokens(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {TokenColumns} FROM tokens ORDER BY created_at, id";
        var tokens = ImmutableArray.CreateBuilder<AccessToken>();
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            tokens.Add(new AccessToken(
                rows.GetString(0), rows.GetString(1), rows.GetString(2), (Role)rows.GetInt32(3),
                [.. rows.GetString(4).Split(ServiceSeparator, StringSplitOptions.RemoveEmptyEntries)],
                JournalTime.FromNanoseconds(rows.GetInt64(5)), Time(rows, 6), Time(rows, 7)));
        }
        return tokens.ToImmutable();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < parameters; index++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}" });
        return command;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        command.ExecuteNonQuery();
    }

    private static object? Nanoseconds(DateTimeOffset? at) => at is { } time ? JournalTime.ToNanoseconds(time) : null;

    private static string? Text(SqliteDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader rows, int column) => rows.IsDBNull(column) ? null : JournalTime.FromNanoseconds(rows.GetInt64(column));
}
