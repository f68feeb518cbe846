namespace Breakwater.Detection;

/// <summary>What happened to an incident.</summary>
public enum IncidentChangeKind : byte
{
    /// <summary>A new incident.</summary>
    Opened,

    /// <summary>Something that a reader notices is different: verdict, confidence, shape, vectors, or a larger peak.</summary>
    Updated,

    /// <summary>The signal has been gone for a second.</summary>
    Quieted,

    /// <summary>The signal is back before the incident was closed.</summary>
    Reopened,

    /// <summary>The quiet period has passed, or a wider incident took this one over; nothing more follows under this key.</summary>
    Closed,
}

/// <summary>One step in the life of an incident, as of the end of a tick.</summary>
/// <param name="Key">Numbers the incident, from 1 on, within the life of its detector.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Incident">The whole incident as it stands now.</param>
public sealed record IncidentChange(long Key, IncidentChangeKind Kind, Incident Incident)
{
    /// <summary>Key of the wider incident that goes on in this one's place; only when <see cref="IncidentChangeKind.Closed"/>.</summary>
    public long? TakenOverBy { get; init; }
}
