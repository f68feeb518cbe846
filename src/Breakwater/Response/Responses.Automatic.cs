using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>What is done without a person: the best filter sent, a further one for vectors that join, a filter that hurts taken back.</summary>
internal sealed partial class Responses
{
    /// <summary>Most rules that are remembered for having hurt.</summary>
    public const int MaxHurt = 1_024;

    private readonly Queue<FilterRule> _hurt = new();

    /// <summary>
    /// Takes a filter back that hurts known-good clients, with all rules of its alternative, and for all incidents that hold one of them: with one row alone the filter would stay. Two stay, and are told: a blackhole, which is meant to, and a rule that a person sent again after it
    /// had been taken back for this; where such a row holds the same filter, the filter stays with it.
    /// </summary>
    public void Hurt(Harm harm)
    {
        if (parts.Ledger.Find(harm.Row.Id) is not { IsOpen: true } row)
            return;
        var isKept = row.Rule.Action.Kind == FilterActionKind.Blackhole ? "it is a blackhole, which takes the address from everybody: it stays"
            : IsMeant(row) ? $"{row.By} sent it again after it had been taken back for this: it stays" : null;
        var why = $"{Mitigation.HurtWhy}{harm.Look.Why}";
        List<Mitigation> over = isKept is null ? TakenWith(row) : [];
        if (isKept is null && parts.Ledger.Remains(row, over.Select(static one => one.Id).ToHashSet(StringComparer.Ordinal)) is { } remains)
            isKept = $"it is withdrawn, and not sent again without a person, but {remains}";
        var told = new JsonObject
        {
            ["note"] = $"{row.Id} ({row.Kind}): {row.Rule} – {why}; {isKept ?? "it is taken back, and not sent again without a person"}",
            ["id"] = row.Id,
            ["destination"] = row.Rule.Match.Destination.ToString(),
            ["isTakenBack"] = isKept is null,
        };
        parts.Note(new NoteWork(parts.Time.GetUtcNow(), EntryKind.MitigationHurt, row.IncidentId ?? row.Id, told.ToJsonString()) { Service = row.Service });
        if (over.Count == 0)
            return;
        foreach (var one in over)
        {
            _hurt.Enqueue(one.Rule);
            if (_hurt.Count > MaxHurt)
                _hurt.Dequeue();
        }

        parts.Ledger.Withdraw([.. over.Select(static one => one.Id)], Mitigation.Policy, why);
    }

    /// <summary>An open row, and all that go with it: the rules of its alternative, those who hold the same filters, the rules of theirs, and so on; but what a person sent again.</summary>
    private List<Mitigation> TakenWith(Mitigation row)
    {
        var alternatives = parts.Ledger.Rows.Where(static other => other is { IsOpen: true, Alternative: not null }).ToLookup(static other => other.Alternative!, StringComparer.Ordinal);
        var (over, known) = (new List<Mitigation> { row }, new HashSet<string>(StringComparer.Ordinal) { row.Id });
        for (var number = 0; number < over.Count; number++)
        {
            var beside = over[number].Alternative is { } alternative ? alternatives[alternative] : [];
            over.AddRange(parts.Ledger.Sharing(over[number]).Concat(beside).Where(other => !IsMeant(other) && known.Add(other.Id)));
        }

        return over;
    }

    /// <summary>A person sent it again after it had been taken back for harm.</summary>
    private bool IsMeant(Mitigation row) => row.By != Mitigation.Policy && _hurt.Contains(row.Rule);

    /// <summary>Sends the best alternative when all conditions hold.</summary>
    private void Decide(DeskCase one)
    {
        if (one.Answer is not { } answer)
            return;
        var rows = RowsOf(one.Incident.Id).ToList();
        if (one.Automatic is not null)
        {
            DecideFurther(one, answer, rows);
            return;
        }

        var filter = answer.Filters.FirstOrDefault(static filter => filter.IsUnderLimit);
        one.WhyNot = rows.Exists(static row => row.IsOpen) ? [] : AutomaticPolicy.Against(Question(one.Incident, parts.PolicyOf(one.Incident.Service), filter));
        if (!one.WhyNot.IsEmpty || filter is null || rows.Exists(static row => row.IsOpen))
            return;
        if (Send(one, filter, rows, joined: "") is not { } sent)
            return;
        (one.Automatic, one.AutomaticAt, one.SentVectors) = (sent, parts.Time.GetTimestamp(), one.SearchedVectors);
    }

    /// <summary>Vectors that joined after a filter was sent get theirs too, by the same conditions: the rules that are not there yet, with the price of all together.</summary>
    private void DecideFurther(DeskCase one, FilterAnswer answer, List<Mitigation> rows)
    {
        var joined = one.SearchedVectors.Except(one.SentVectors, StringComparer.Ordinal).ToImmutableArray();
        if (joined.IsEmpty || answer.IsFailed)
            return;
        var open = rows.Where(static row => row.IsOpen).ToList();
        var best = answer.Filters.FirstOrDefault(static filter => filter.IsUnderLimit);
        var further = best is null ? null : best with { Rules = [.. best.Rules.Where(rule => !open.Exists(row => row.Rule == rule))] };
        if (further is { Rules.IsEmpty: true })
        {
            (one.SentVectors, one.WhyNot) = (one.SearchedVectors, []);
            return;
        }

        one.WhyNot = [.. AutomaticPolicy.Against(Question(one.Incident, parts.PolicyOf(one.Incident.Service), further)), .. further is null ? [] : TooDear(one, further, open, best!)];
        if (!one.WhyNot.IsEmpty || further is null)
            return;
        if (Send(one, further, rows, $", since {string.Join(" and ", joined)} joined") is null)
            return;
        (one.AutomaticAt, one.IsEscalated, one.SentVectors) = (parts.Time.GetTimestamp(), false, one.SearchedVectors);
    }

    /// <summary>Rules that stand already and are not in the new price have theirs beside it: all that may be dropped together has to be within the limit.</summary>
    private IEnumerable<string> TooDear(DeskCase one, PricedFilter further, List<Mitigation> open, PricedFilter whole)
    {
        var beside = open.Where(row => !whole.Rules.Contains(row.Rule)).DistinctBy(static row => row.Alternative ?? row.Id, StringComparer.Ordinal).Sum(static row => row.Price?.WorstCase ?? 1);
        var (dropped, limit) = ((beside + whole.Price.WorstCase) * 100, parts.PolicyOf(one.Incident.Service, further.Rules).MaxDroppedPercent);
        if (beside > 0 && !(dropped <= limit))
            yield return string.Create(CultureInfo.InvariantCulture, $"with the filters that stand already it may drop {dropped:0.##} % of the legitimate traffic, and {limit:0.##} % is the limit");
    }

    /// <summary>Sends rules that wait as proposals; all, or none.</summary>
    /// <param name="one">Whose.</param>
    /// <param name="filter">The rules, with the price of all.</param>
    /// <param name="rows">Rows of the incident.</param>
    /// <param name="joined">What is new in the attack, for the reason; empty: all of it.</param>
    /// <returns>The alternative that was sent; null: none, and the case says why.</returns>
    private string? Send(DeskCase one, PricedFilter filter, List<Mitigation> rows, string joined)
    {
        if (TakenBack(one.Incident.Id, filter) is { } wish)
        {
            one.WhyNot = [wish];
            return null;
        }

        if (!one.IsFresh(parts.Time))
        {
            one.NeedsFreshAnswer = true;
            return null;
        }

        var mine = rows.Where(row => row.State == MitigationState.Proposed && filter.Rules.Contains(row.Rule)).ToList();
        if (mine.Count != filter.Rules.Length)
        {
            one.WhyNot = ["its rules could not be written down"];
            return null;
        }

        var why = $"automatic{joined}: it removes {MitigationPrice.Told(filter.Price.AttackCovered)} of the attack and may drop {MitigationPrice.Told(filter.Price.Packets)} of the legitimate packets";
        if (DeskApproval.Send(parts.Ledger, mine, Mitigation.Policy, why) is not { } fault)
            return mine[0].Alternative ?? mine[0].Id;
        if (joined.Length == 0)
            one.Forget();
        one.WhyNot = [fault];
        return null;
    }

    /// <summary>What was taken back binds for its incident and for the one that goes on with it, whatever happened since: a rule of the same match where a person did it, any where one hurt, since then the prices were wrong.</summary>
    /// <returns>Why it is not sent; null: nothing was taken back.</returns>
    private string? TakenBack(string incident, PricedFilter filter)
    {
        if (Line(incident) is not { } incidents || parts.TakenBack(incidents) is not { } written)
            return "what people took back cannot be read from the ledger";
        var known = incidents.SelectMany(parts.Ledger.Of).Where(static row => row.IsTakenBack).Select(static row => new TakenRule(row.Rule, row.IsHarm)).Concat(written);
        foreach (var taken in known)
        {
            if (taken.IsHarm)
                return $"'{taken.Rule}' hurt known clients in this incident: no filter is sent by itself any more";
            if (filter.Rules.Any(rule => rule.Match == taken.Rule.Match))
                return $"a person took '{taken.Rule}' back: it is not sent again by itself";
        }

        return null;
    }

    /// <summary>An incident, and those that are known here to have gone on as it; the ledger's file knows those of before. Null: they are more than are looked after.</summary>
    private List<string>? Line(string incident)
    {
        var goneOn = _cases.Values.Select(static one => (one.Incident.Id, Heir: one.Incident.TakenOverBy)).Concat(_newHeirs.Select(static one => (Id: one.Key, Heir: (string?)one.Value)))
            .Where(static one => one.Heir is not null).ToLookup(static one => one.Heir!, static one => one.Id, StringComparer.Ordinal);
        var (line, known) = (new List<string> { incident }, new HashSet<string>(StringComparer.Ordinal) { incident });
        for (var number = 0; number < line.Count && line.Count <= MaxCases; number++)
            line.AddRange(goneOn[line[number]].Where(known.Add).Take(MaxCases + 1 - line.Count));
        return line.Count > MaxCases ? null : line;
    }

    /// <summary>An automatic filter that did not help: people get the alternatives of now, and are told.</summary>
    private void Escalate(DeskCase one, ResponsePolicyConfig policy)
    {
        if (one.Automatic is null || one.IsEscalated || parts.Time.GetElapsedTime(one.AutomaticAt) < policy.EscalateAfter)
            return;
        if (!one.IsFresh(parts.Time))
        {
            one.NeedsFreshAnswer = true;
            return;
        }

        one.IsEscalated = true;
        var next = RowsOf(one.Incident.Id).Where(static row => row.State == MitigationState.Proposed).MinBy(static row => row.Rank);
        Note(one, EntryKind.Escalated, new JsonObject
        {
            ["note"] = next is null
                ? $"{one.Automatic} has not brought the incident down, and there is no other alternative: ask the upstream"
                : $"{one.Automatic} has not brought the incident down; the next alternative is {next.Alternative ?? next.Id} ({next.Kind}), and waits for a person",
            ["id"] = one.Automatic,
            ["next"] = next?.Alternative ?? next?.Id,
        });
    }
}
