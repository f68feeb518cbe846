using System.Globalization;
using Breakwater.Configuration;
using Breakwater.Response.Bgp;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>Why something that a person asked for is not done.</summary>
internal enum DeskRefusal
{
    /// <summary>It is done.</summary>
    None,

    /// <summary>There is no such mitigation, or the asker does not see it.</summary>
    Unknown,

    /// <summary>It is another than the asker saw.</summary>
    Stale,

    /// <summary>What was asked for cannot be: a rule, the guard, a cap, four eyes.</summary>
    Conflict,

    /// <summary>The desk does not work, or has no place.</summary>
    Unavailable,
}

/// <summary>What came of a person's wish.</summary>
/// <param name="Row">The mitigation afterwards.</param>
/// <param name="Fault">Why not, or what went wrong beside it, as a sentence; null: nothing.</param>
/// <param name="Refusal">What kind of no it is.</param>
internal sealed record DeskOutcome(Mitigation? Row, string? Fault, DeskRefusal Refusal = DeskRefusal.None)
{
    public static readonly DeskOutcome Unknown = new(null, "there is no such mitigation", DeskRefusal.Unknown);

    /// <summary>The first of two people: a second one has to approve.</summary>
    public bool NeedsSecond { get; init; }

    public static DeskOutcome No(string fault) => new(null, fault, DeskRefusal.Conflict);
}

/// <summary>What a person asks for: a rule of their own, the start of an alternative, its end. Checked as everything else; one caller at a time.</summary>
internal sealed class DeskApproval(DeskParts parts)
{
    /// <summary>Longest reason.</summary>
    public const int MaxWhyCharacters = 500;

    /// <summary>Puts a person's own rule before people. One that is there already is answered with its row, unless a lease or an end of its own is asked for.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="incident">What it is for; null: no incident.</param>
    /// <param name="service">Whose it is; null: nobody's.</param>
    /// <param name="lease">Its lease.</param>
    /// <param name="endsAt">Its end; null: when somebody says so.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Why.</param>
    /// <param name="sees">Whether the asker sees rows of a service; null: all.</param>
    public DeskOutcome Propose(FilterRule rule, string? incident, string? service, TimeSpan lease, DateTimeOffset? endsAt, string by, string why, Func<string?, bool>? sees = null)
    {
        if (parts.Guard.Fault(rule) is { } refused)
            return DeskOutcome.No(refused);
        if (parts.Peers.FirstOrDefault(peer => peer.GracefulRestart > lease) is { } peer)
            return DeskOutcome.No(string.Create(CultureInfo.InvariantCulture, $"{peer.Name} would keep it for {peer.GracefulRestart!.Value.TotalSeconds} s after Breakwater's end (gracefulRestart), longer than its lease of {lease.TotalSeconds} s: ask for a longer lease"));
        if (parts.Ledger.Find(rule, incident) is { } same)
        {
            if (sees?.Invoke(same.Service) == false)
                return DeskOutcome.No("there is a filter with this rule already");
            if (endsAt is not null || same.Lease != lease)
                return DeskOutcome.No($"{same.Id} is this rule already, with a lease and an end of its own: approve it, or withdraw it first");
        }

        var (rows, fault) = parts.Ledger.Propose([new MitigationDraft { Rule = rule, IncidentId = incident, Service = service, Lease = lease, EndsAt = endsAt, By = by, Why = why }]);
        return rows.Count == 0 ? DeskOutcome.No(fault!) : new DeskOutcome(rows[0], null);
    }

    /// <summary>Sends an alternative: all of its rules, or none.</summary>
    /// <param name="id">Any of its rules.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Why.</param>
    /// <param name="isSeen">Whether the row is the one that the asker may see and saw.</param>
    /// <param name="sees">Whether the asker sees a service; null: all.</param>
    public DeskOutcome Approve(string id, string by, string why, Func<Mitigation, DeskRefusal> isSeen, Func<string?, bool>? sees = null)
    {
        if (parts.Ledger.Find(id) is not { } row || row.State >= MitigationState.Withdrawn)
            return DeskOutcome.Unknown;
        if (isSeen(row) is not DeskRefusal.None and var refusal)
            return new DeskOutcome(null, "it is another than was seen, or not visible", refusal);
        if (row.IsOpen)
            return new DeskOutcome(row, null);
        var rows = Together(row, MitigationState.Proposed);
        if (IsHidden(rows, sees))
            return DeskOutcome.No($"the destination of {id} is also of a service that you do not see");
        var policy = parts.PolicyOf(row.Service, rows.Select(static one => one.Rule));
        if (Exceeded(row, rows.Count, policy) is { } exceeded)
            return DeskOutcome.No(exceeded);
        if (rows.Select(one => parts.Guard.Fault(one.Rule)).FirstOrDefault(static fault => fault is not null) is { } refused)
            return DeskOutcome.No(refused);
        if (policy.FourEyes && rows.Any(one => one.FirstBy is null || one.FirstBy == by))
        {
            if (rows.All(one => one.FirstBy == by))
                return DeskOutcome.No($"{id} needs a second person, with another token than that of the first");
            var second = parts.Ledger.Second(rows, by, why);
            return new DeskOutcome(parts.Ledger.Find(id), second, second is null ? DeskRefusal.None : DeskRefusal.Unavailable) { NeedsSecond = true };
        }

        return Send(parts.Ledger, rows, by, why) is { } fault ? DeskOutcome.No(fault) : new DeskOutcome(parts.Ledger.Find(id), null);
    }

    /// <summary>Takes an alternative back, all of its rules. Who does not see a service that is under the filter too, does not lay it bare.</summary>
    /// <param name="id">Any of its rules.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Why.</param>
    /// <param name="isSeen">Whether the row is the one that the asker may see and saw.</param>
    /// <param name="sees">Whether the asker sees a service; null: all.</param>
    public DeskOutcome Withdraw(string id, string by, string why, Func<Mitigation, DeskRefusal> isSeen, Func<string?, bool>? sees = null)
    {
        if (parts.Ledger.Find(id) is not { } row || row.State >= MitigationState.Withdrawn)
            return DeskOutcome.Unknown;
        if (isSeen(row) is not DeskRefusal.None and var refusal)
            return new DeskOutcome(null, "it is another than was seen, or not visible", refusal);
        var rows = Together(row, row.State);
        if (IsHidden(rows, sees))
            return DeskOutcome.No($"the destination of {id} is also of a service that you do not see");
        var ids = rows.Select(static one => one.Id).ToHashSet(StringComparer.Ordinal);
        var remains = row.IsOpen ? rows.Select(one => parts.Ledger.Remains(one, ids)).FirstOrDefault(static remains => remains is not null) : null;
        var fault = parts.Ledger.Withdraw(ids, by, why) ?? remains;
        return new DeskOutcome(row with { State = MitigationState.Withdrawn, By = by, Why = why, ChangedAt = parts.Time.GetUtcNow(), AnnouncedTo = 0 }, fault);
    }

    /// <summary>Approves rows one after the other; when one is refused, those before it are taken back: their price is that of all together.</summary>
    /// <returns>Why not; null: all were taken.</returns>
    public static string? Send(MitigationLedger ledger, IReadOnlyList<Mitigation> rows, string by, string why)
    {
        for (var index = 0; index < rows.Count; index++)
        {
            if (ledger.Approve(rows[index].Id, by, why) is not { } fault)
                continue;
            foreach (var sent in rows.Take(index))
                ledger.Withdraw(sent.Id, Mitigation.Policy, $"the rule beside it was refused: {fault}");
            return fault;
        }

        return null;
    }

    private bool IsHidden(List<Mitigation> rows, Func<string?, bool>? sees) =>
        sees is not null && rows.Exists(one => StrictestPolicy.Touched(parts.Config(), one.Rule.Match.Destination).Any(service => !sees(service.Name)));

    private List<Mitigation> Together(Mitigation row, MitigationState state) =>
        row.Alternative is null ? [row] : [.. parts.Ledger.Rows.Where(other => other.Alternative == row.Alternative && (other.State == state || (state > MitigationState.Proposed && other.IsOpen)))];

    private string? Exceeded(Mitigation row, int rules, ResponsePolicyConfig policy)
    {
        if (row.IncidentId is { } incident && parts.Ledger.Of(incident).Count(static other => other.IsOpen) + rules > policy.MaxRulesPerIncident)
            return $"an incident has at most {policy.MaxRulesPerIncident} rules: withdraw another alternative first";
        var most = Math.Min(parts.Config().Response.MaxRules, AnnouncementGuard.MaxRoutes);
        return parts.Ledger.Open + rules > most ? $"there are at most {most} rules: withdraw others first" : null;
    }
}
