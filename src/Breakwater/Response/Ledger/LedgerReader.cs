using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response.Rules;
using Microsoft.Data.Sqlite;

namespace Breakwater.Response.Ledger;

/// <summary>One change of a mitigation, as the audit keeps it.</summary>
internal sealed record MitigationChange(DateTimeOffset At, MitigationState State, string By, string Why);

/// <summary>Questions to the ledger's file, each on a connection of its own that cannot write; empty when the storage fails.</summary>
internal sealed class LedgerReader(string folder)
{
    /// <summary>Most rows of one answer.</summary>
    public const int MaxRows = 1_000;

    /// <summary>Rows with a number below another, newest first; only an incident's when one is named.</summary>
    public List<Mitigation> Rows(long before, int limit, string? incident = null, string? id = null) => Ask(
        command =>
        {
            command.CommandText = $"""
                SELECT {LedgerStore.Columns} FROM mitigations
                WHERE number < $before AND ($incident IS NULL OR incident = $incident) AND ($id IS NULL OR id = $id) ORDER BY number DESC LIMIT $limit
                """;
            command.Parameters.AddWithValue("$before", before);
            command.Parameters.AddWithValue("$incident", (object?)incident ?? DBNull.Value);
            command.Parameters.AddWithValue("$id", (object?)id ?? DBNull.Value);
            command.Parameters.AddWithValue("$limit", Math.Min(limit, MaxRows));
            var rows = new List<Mitigation>();
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                if (LedgerStore.Row(reader) is { } row)
                    rows.Add(row);
            }

            return rows;
        });

    /// <summary>What was done with one, oldest first.</summary>
    public List<MitigationChange> Changes(string id) => Ask(
        command =>
        {
            command.CommandText = "SELECT at, state, changed_by, why FROM audit WHERE id = $id ORDER BY sequence LIMIT $limit";
            command.Parameters.AddWithValue("$id", id);
            command.Parameters.AddWithValue("$limit", MaxRows);
            var changes = new List<MitigationChange>();
            using var reader = command.ExecuteReader();
            while (reader.Read())
                changes.Add(new MitigationChange(new DateTimeOffset(reader.GetInt64(0), TimeSpan.Zero), (MitigationState)reader.GetInt64(1), reader.GetString(2), reader.GetString(3)));
            return changes;
        });

    /// <summary>Rules that people took back, or that hurt, of some incidents and of all that went on as one of them; null: that cannot be read, or there are more than <see cref="MaxRows"/>.</summary>
    public IReadOnlyList<TakenRule>? TakenBack(IReadOnlyCollection<string> incidents)
    {
        var isRead = false;
        var rules = Ask(
            command =>
            {
                command.CommandText = """
                    WITH RECURSIVE line(incident) AS (SELECT value FROM json_each($incidents) UNION SELECT heirs.incident FROM heirs JOIN line ON heirs.heir = line.incident)
                    SELECT DISTINCT rule, substr(why, 1, length($hurt)) = $hurt FROM mitigations
                    WHERE incident IN (SELECT incident FROM line) AND state = $state AND (changed_by <> $policy OR substr(why, 1, length($hurt)) = $hurt) LIMIT $limit
                    """;
                command.Parameters.AddWithValue("$incidents", new JsonArray([.. incidents.Select(static incident => JsonValue.Create(incident))]).ToJsonString());
                command.Parameters.AddWithValue("$state", (long)MitigationState.Withdrawn);
                command.Parameters.AddWithValue("$policy", Mitigation.Policy);
                command.Parameters.AddWithValue("$hurt", Mitigation.HurtWhy);
                command.Parameters.AddWithValue("$limit", MaxRows + 1);
                var taken = new List<TakenRule>();
                var isWhole = true;
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    if (RuleText.Read(reader.GetString(0), out var rule) is null)
                        taken.Add(new TakenRule(rule, reader.GetInt64(1) != 0));
                    else
                        isWhole = false;
                }

                isRead = isWhole && taken.Count <= MaxRows;
                return taken;
            });
        return isRead ? rules : null;
    }

    private List<T> Ask<T>(Func<SqliteCommand, List<T>> question)
    {
        try
        {
            using var connection = SqliteFile.OpenReader(Path.Combine(folder, LedgerStore.FileName));
            using var command = connection.CreateCommand();
            return question(command);
        }
        catch (SqliteException)
        {
            // The writer meets the same fault, and health tells it.
            return [];
        }
    }
}
