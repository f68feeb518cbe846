using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>What an operator can do about a storage that fails.</summary>
internal static class StorageFaults
{
    // Primary result codes of SQLite (sqlite.org/rescode.html).
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    public static string Sentence(Exception error, string folder) => error switch
    {
        SqliteException { SqliteErrorCode: Full } => $"the disk of {folder} is full: make room there; nothing is lost while Breakwater runs",
        SqliteException { SqliteErrorCode: ReadOnly or CannotOpen } or UnauthorizedAccessException => $"{folder} cannot be written: give this user the right to write there",
        SqliteException { SqliteErrorCode: Corrupt or NotADatabase } => $"{Path.Combine(folder, JournalStore.FileName)} is damaged: stop Breakwater, and use 'breakwater restore' with a backup",
        SqliteException { SqliteErrorCode: Busy } => $"another process holds {folder}: only one Breakwater may write there",
        SqliteException { SqliteErrorCode: IoError } => $"the disk of {folder} fails to read or write: look at the system's log",
        SqliteException other => $"the storage in {folder} fails (SQLite {other.SqliteErrorCode}): {other.Message}",
        _ => $"the storage in {folder} cannot be used: {error.Message}",
    };
}
