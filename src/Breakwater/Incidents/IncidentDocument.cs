using System.Text.Json.Nodes;
using Breakwater.Detection;

namespace Breakwater.Incidents;

/// <summary>An incident as readers see it, at one moment. Made by <c>Reports</c>, which knows how an incident is told.</summary>
/// <param name="Target">Whom it is about, direction included: the same text for the same target.</param>
/// <param name="Service">The service it belongs to; null: none.</param>
/// <param name="Verdict">What it is judged to be.</param>
/// <param name="Sentence">What, at whom, how sure.</param>
/// <param name="Content">The incident's keys as in a report; id and state are the journal's.</param>
internal sealed record IncidentDocument(string Target, string? Service, Verdict Verdict, string Sentence, JsonObject Content);

/// <summary>Where a kept incident stands (design vocabulary).</summary>
internal enum KeptState : byte
{
    /// <summary>Something is going on, and the evidence does not suffice for a verdict.</summary>
    Suspected,

    /// <summary>Going on, with a verdict.</summary>
    Active,

    /// <summary>The signal is gone, for less than the quiet period.</summary>
    Quiet,

    /// <summary>Going on again.</summary>
    Reopened,

    /// <summary>Over.</summary>
    Closed,
}

/// <summary>An incident in the journal: its last state.</summary>
/// <param name="Id">Sortable, from the sequence of its first entry.</param>
/// <param name="Target">As in <see cref="IncidentDocument.Target"/>.</param>
/// <param name="Service">Its service, or null.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Verdict">As JSON spells it.</param>
/// <param name="Sentence">What, at whom, how sure.</param>
/// <param name="OpenedAt">Time of its first entry.</param>
/// <param name="ChangedAt">Time of its last entry.</param>
/// <param name="Sequence">Sequence of its last entry.</param>
/// <param name="Json">The whole incident as one JSON object, id, state and sentence included.</param>
internal sealed record KeptIncident(
    string Id, string Target, string? Service, KeptState State, string Verdict, string Sentence,
    DateTimeOffset OpenedAt, DateTimeOffset ChangedAt, long Sequence, string Json)
{
    public bool IsOpen => State != KeptState.Closed;

    /// <summary>False while only memory has its last state, because the storage fails.</summary>
    public bool IsSaved { get; init; } = true;
}
