namespace Breakwater.Incidents;

/// <summary>One line of the journal. Its sequence is the event's id for readers: it only grows, also over restarts, and is never given twice.</summary>
/// <param name="Sequence">From 1 on, without holes.</param>
/// <param name="At">When it happened, by the engine's clock.</param>
/// <param name="Kind">What happened: one of <see cref="EntryKind"/>.</param>
/// <param name="Subject">Whom it is about: an incident's id, an exporter's name, a token's id.</param>
/// <param name="Service">The service it belongs to; null: none, so that only those who may see all see it.</param>
/// <param name="Data">One JSON object.</param>
internal sealed record JournalEntry(long Sequence, DateTimeOffset At, string Kind, string Subject, string? Service, string Data);

/// <summary>Kinds of journal entries.</summary>
internal static class EntryKind
{
    public const string Suspected = "incident.suspected";
    public const string Active = "incident.active";
    public const string Updated = "incident.updated";
    public const string Quiet = "incident.quiet";
    public const string Reopened = "incident.reopened";
    public const string Closed = "incident.closed";

    /// <summary>The engine restarted while the incident was open: it cannot say what happened in between.</summary>
    public const string Blind = "incident.blind";

    public const string Health = "exporter.health";

    /// <summary>Entries that could not be kept while the storage failed; their number stands in the data.</summary>
    public const string Gap = "journal.gap";

    public const string TokenCreated = "audit.token-created";
    public const string TokenRevoked = "audit.token-revoked";
    public const string Reloaded = "audit.config-reloaded";
    public const string ReloadRefused = "audit.config-refused";
    public const string LoggedIn = "audit.logged-in";

    /// <summary>What becomes of filters; the subject is their incident, or the filter itself when it has none.</summary>
    public const string MitigationPrefix = "mitigation.";

    /// <summary>No filter is under the limit: an answer too, with the next-best lever.</summary>
    public const string NoMitigation = "mitigation.none";

    /// <summary>An automatic filter has not brought the incident down.</summary>
    public const string Escalated = "mitigation.escalated";

    /// <summary>A filter hurts known-good clients; it is taken back, or stays since that is its purpose.</summary>
    public const string MitigationHurt = "mitigation.hurt";

    /// <summary>A person asked for a filter, its start or its end.</summary>
    public const string MitigationAsked = "audit.mitigation";

    /// <summary>What every change by a person begins with.</summary>
    public const string AuditPrefix = "audit.";
}
