using Breakwater.Detection;

namespace Breakwater.Incidents;

/// <summary>Something for the journal's writer.</summary>
internal abstract record JournalWork(DateTimeOffset At);

/// <summary>A step of an incident, as the engine numbers it.</summary>
internal sealed record IncidentWork(DateTimeOffset At, long Key, IncidentChangeKind Kind, IncidentDocument Document, long? TakenOverBy = null) : JournalWork(At);

/// <summary>Telemetry flowed for this long.</summary>
internal sealed record TrafficWork(DateTimeOffset At, TimeSpan Length) : JournalWork(At);

/// <summary>An entry about something else than an incident; with it, maybe, a token to keep.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">One of <see cref="EntryKind"/>.</param>
/// <param name="Subject">Whom it is about.</param>
/// <param name="Data">One JSON object.</param>
internal sealed record NoteWork(DateTimeOffset At, string Kind, string Subject, string Data) : JournalWork(At)
{
    /// <summary>The service it belongs to; null: none.</summary>
    public string? Service { get; init; }

    public AccessToken? Token { get; init; }

    /// <summary>Told when the entry is safe (true) or the storage failed at the first attempt (false).</summary>
    public TaskCompletionSource<bool>? Done { get; init; }
}
