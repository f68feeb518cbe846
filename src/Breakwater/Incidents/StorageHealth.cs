namespace Breakwater.Incidents;

/// <summary>How the journal's storage does.</summary>
/// <param name="Fault">What is wrong, as a sentence with its cure; null: nothing.</param>
/// <param name="Since">Since when; null with no fault.</param>
/// <param name="Waiting">Entries that only memory has.</param>
/// <param name="Dropped">Entries and changes that found no place since the start.</param>
/// <param name="Commits">Commits since the start.</param>
/// <param name="LastCommit">Duration of the last commit.</param>
internal sealed record StorageHealth(string? Fault, DateTimeOffset? Since, int Waiting, long Dropped, long Commits, TimeSpan LastCommit)
{
    public static readonly StorageHealth Good = new(null, null, 0, 0, 0, TimeSpan.Zero);

    public bool IsGood => Fault is null;

    /// <summary>Rows of the journal since the start whose text could not be read, and was removed.</summary>
    public long UnreadableRows { get; init; }
}
