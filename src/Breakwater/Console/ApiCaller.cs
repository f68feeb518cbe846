using System.Collections.Immutable;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>Who asks: a role, and the services that may be seen.</summary>
/// <param name="Name">For the audit: a token's id, <c>local</c> for the Unix socket.</param>
/// <param name="Role">What may be done.</param>
/// <param name="Services">Services that may be seen; empty: all.</param>
internal sealed record ApiCaller(string Name, Role Role, ImmutableArray<string> Services)
{
    /// <summary>The user of the engine itself, or root, over the Unix socket.</summary>
    public static readonly ApiCaller Local = new("local", Role.Admin, []);

    /// <summary>Asked again by whatever outlives one answer: a session, a stream, a link.</summary>
    public Func<bool> IsStillGood { get; init; } = static () => true;

    /// <summary>End of the session that asks; null: no session does.</summary>
    public DateTimeOffset? Until { get; init; }

    public bool SeesAll => Services.IsEmpty;

    /// <param name="service">Null: what belongs to no service, which only those see who see all.</param>
    public bool Sees(string? service) => SeesAll || (service is not null && Services.Contains(service, StringComparer.Ordinal));

    /// <summary>Who changed what is for admins, in the stream as in <c>/audit</c>.</summary>
    public bool Sees(JournalEntry entry) => Sees(entry.Service) && (Role >= Role.Admin || !entry.Kind.StartsWith(EntryKind.AuditPrefix, StringComparison.Ordinal));
}
