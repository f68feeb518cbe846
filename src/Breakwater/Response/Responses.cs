using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Breakwater.Response.Ledger;

namespace Breakwater.Response;

/// <summary>
/// What is done about incidents: filters are looked for while an attack goes on, put before people with their prices, sent where the policy allows it,
/// and taken back when the incident is over. One caller at a time; no clock and no thread of its own.
/// </summary>
/// <param name="parts">What it works with.</param>
/// <param name="begin">Begins a search; false: there is no place for it now. Its answer comes through <see cref="Found"/>.</param>
internal sealed partial class Responses(DeskParts parts, Func<FilterSearch, bool> begin)
{
    /// <summary>Most incidents that are looked after at a time; further ones wait.</summary>
    public const int MaxCases = 1_024;

    /// <summary>Most alternatives that one search puts before people.</summary>
    public const int MaxAlternatives = 8;

    /// <summary>Most steps from an incident to the one that goes on with it.</summary>
    private const int MaxTakeovers = 16;

    /// <summary>After a write of heirs that failed.</summary>
    private const int HeirPauseSeconds = 30;

    private readonly Dictionary<string, DeskCase> _cases = new(StringComparer.Ordinal);

    /// <summary>As what incidents went on, of those that were written down and that the journal still has.</summary>
    private readonly Dictionary<string, string> _heirs = new(StringComparer.Ordinal);

    /// <summary>As above, of those that are still to be written down.</summary>
    private readonly Dictionary<string, string> _newHeirs = new(StringComparer.Ordinal);
    private long _nextHeirAt;

    /// <summary>Incidents of open rows that the journal does not hold any more, and since when.</summary>
    private readonly Dictionary<string, long> _forgotten = new(StringComparer.Ordinal);

    public IEnumerable<DeskCase> Cases => _cases.Values;

    public DeskCase? Find(string incident) => _cases.GetValueOrDefault(incident);

    /// <summary>Looks at an incident as it stands now.</summary>
    public void See(KeptIncident kept)
    {
        var known = _cases.GetValueOrDefault(kept.Id);
        var isLeft = known is null && (!kept.IsOpen || _cases.Count >= MaxCases) && !HasRows(kept.Id);
        if ((isLeft && kept.IsOpen) || DeskIncident.Of(kept, parts.Config()) is not { } incident)
            return;
        Inherit(incident);
        if (isLeft)
            return;
        if (known is null)
            _cases[kept.Id] = known = new DeskCase(incident);
        known.Incident = incident;
        if (!incident.IsOpen)
        {
            Close(known);
            return;
        }

        if (known.ClosedAt is not null)
            known.Reopen();
        if (incident.Verdict == "flash-crowd")
        {
            foreach (var one in _cases.Values.Where(one => one == known || (one.ClosedAt is not null && one.Incident.TakenOverBy == kept.Id)))
                TakeBack(one, static row => row.By == Mitigation.Policy || row.State == MitigationState.Proposed, "the incident is no attack any more: many people come by themselves");
        }
        else
            Consider(known);
    }

    /// <summary>What was taken back in an incident binds for the one that goes on with it, also after a restart and when this one is forgotten. Written down with the next <see cref="Tick"/>.</summary>
    private void Inherit(DeskIncident incident)
    {
        if (incident.TakenOverBy is { } heir && _heirs.GetValueOrDefault(incident.Id) != heir && (_newHeirs.Count < IncidentBook.Capacity || _newHeirs.ContainsKey(incident.Id)))
            _newHeirs[incident.Id] = heir;
    }

    /// <summary>All heirs since the last time in one write: a start may see thousands.</summary>
    private void WriteHeirs(IReadOnlyDictionary<string, KeptIncident> incidents)
    {
        var now = parts.Time.GetTimestamp();
        if (_newHeirs.Count == 0 || now < _nextHeirAt)
            return;
        if (parts.Ledger.Inherit(_newHeirs) is not null)
        {
            // A file that another process locks takes seconds to refuse: leases come first.
            _nextHeirAt = now + (HeirPauseSeconds * parts.Time.TimestampFrequency);
            return;
        }

        foreach (var (incident, heir) in _newHeirs)
            _heirs[incident] = heir;
        _newHeirs.Clear();
        if (_heirs.Count <= IncidentBook.Capacity)
            return;
        // The journal holds no more than that: the others are forgotten there too.
        foreach (var gone in _heirs.Keys.Where(known => !incidents.ContainsKey(known)).ToList())
            _heirs.Remove(gone);
    }

    /// <summary>Time goes by: heirs, retries, escalation, ends. <see cref="MitigationLedger.Tick"/>, which renews leases, is the caller's, and comes before.</summary>
    public void Tick(IReadOnlyDictionary<string, KeptIncident> incidents)
    {
        WriteHeirs(incidents);
        foreach (var one in _cases.Values.ToList())
        {
            if (incidents.TryGetValue(one.Incident.Id, out var kept) && kept.State != one.Incident.State)
                See(kept);
            if (one.ClosedAt is null)
                Consider(one);
            else
                Settle(one, incidents);
        }

        Forget(incidents);
    }

    /// <summary>The answer of a search.</summary>
    public void Found(string incidentId, FilterAnswer answer)
    {
        if (!_cases.TryGetValue(incidentId, out var one))
            return;
        one.Searched(answer, parts.Time.GetTimestamp(), parts.Time.TimestampFrequency);
        if (one.Incident is not { IsRunning: true, IsAttack: true })
            return;
        if (answer.NoFilter is { } sentence && sentence != one.ToldNoFilter)
        {
            one.ToldNoFilter = sentence;
            Note(one, EntryKind.NoMitigation, new JsonObject { ["note"] = sentence });
        }

        Propose(one, answer);
        Decide(one);
        Escalate(one, parts.PolicyOf(one.Incident.Service));
    }

    /// <summary>What would be done about an incident, and why not; nothing is changed.</summary>
    public ImmutableArray<string> Against(DeskIncident incident, ResponsePolicyConfig policy, FilterAnswer answer) =>
        AutomaticPolicy.Against(Question(incident, policy, answer.Filters.FirstOrDefault(static filter => filter.IsUnderLimit)));

    private void Consider(DeskCase one)
    {
        var policy = parts.PolicyOf(one.Incident.Service);
        if (one.Incident is not { IsRunning: true, IsAttack: true, IsInbound: true, Target: not null } || policy.Mode == ResponseMode.Off)
            return;
        if (one.Automatic is { } sent && !RowsOf(one.Incident.Id).Any(row => row.IsOpen && (row.Alternative ?? row.Id) == sent))
            one.Forget();
        Decide(one);
        Escalate(one, policy);
        if (!one.IsSearching && IsDue(one))
            Search(one, policy);
    }

    /// <summary>Answered is an incident with a filter that is open, or with good ones that wait; what was taken back or has ended is none.</summary>
    private bool IsDue(DeskCase one)
    {
        var now = parts.Time.GetTimestamp();
        if (now < one.EarliestSearchAt)
            return false;
        if (one.HasNewVectors || one.NeedsFreshAnswer)
            return true;
        var isGood = one.Answer is { NoFilter: null, Filters.Length: > 0 };
        var isAnswered = one.Answer is not null && RowsOf(one.Incident.Id).Any(row => row.IsOpen || isGood);
        return !isAnswered && now >= one.NextSearchAt;
    }

    private void Search(DeskCase one, ResponsePolicyConfig policy)
    {
        one.SearchingVectors = one.Incident.Vectors;
        one.IsSearching = begin(new FilterSearch(one.Incident, policy, parts.Time.GetUtcNow()));
    }

    /// <summary>Puts the alternatives before people; those of an earlier search that are not among them any more go.</summary>
    private void Propose(DeskCase one, FilterAnswer answer)
    {
        var rows = RowsOf(one.Incident.Id).ToList();
        var isBetter = answer.NoFilter is null && answer.Filters.Length > 0;
        if (rows.Count > 0 && !isBetter)
            return;
        var policy = parts.PolicyOf(one.Incident.Service);
        var drafts = new List<MitigationDraft>();
        foreach (var (filter, rank) in answer.Filters.Where(filter => IsForPeople(filter, policy)).Take(MaxAlternatives).Select(static (filter, rank) => (filter, rank)))
        {
            drafts.AddRange(filter.Rules.Select(rule => new MitigationDraft
            {
                Rule = rule,
                IncidentId = one.Incident.Id,
                Service = one.Incident.Service,
                Alternative = rank,
                Kind = filter.Kind,
                Price = filter.Price,
                IsUnderLimit = filter.IsUnderLimit,
                Lease = parts.Config().Response.Lease,
                By = Mitigation.Policy,
                Why = filter.Why,
            }));
        }

        foreach (var old in rows.Where(row => row is { State: MitigationState.Proposed, FirstBy: null } && !drafts.Exists(draft => draft.Rule == row.Rule)))
            parts.Ledger.Withdraw(old.Id, Mitigation.Policy, "a newer search found better");
        parts.Ledger.Propose(drafts);
    }

    private bool IsForPeople(PricedFilter filter, ResponsePolicyConfig policy) =>
        filter.Rules.Length > 0 && filter.Rules.Length <= policy.MaxRulesPerIncident && filter.Kind != "request"
        && (filter.Kind != "host" || parts.HasHosts) && (filter.Kind != "blackhole" || policy.Blackhole == BlackholeUse.Propose)
        && filter.Rules.All(rule => parts.Guard.Fault(rule) is null);

    private void Close(DeskCase one)
    {
        if (one.ClosedAt is not null)
            return;
        one.ClosedAt = parts.Time.GetTimestamp();
        if (one.Incident.TakenOverBy is null)
            TakeBack(one, static row => row is { State: MitigationState.Proposed, By: Mitigation.Policy }, "the incident is over");
    }

    /// <summary>The open incident that a closed one goes on as, over however many steps; null: none.</summary>
    private static string? OpenAfter(DeskIncident closed, IReadOnlyDictionary<string, KeptIncident> incidents, BreakwaterConfig config)
    {
        var (id, steps) = (closed.TakenOverBy, 0);
        while (id is not null && incidents.TryGetValue(id, out var wider) && steps++ < MaxTakeovers)
        {
            if (wider.IsOpen)
                return id;
            id = DeskIncident.Of(wider, config)?.TakenOverBy;
        }

        return null;
    }

    /// <summary>Takes the filters of a closed incident back, after their time; never while nothing is seen: silence is not peace (rule 11).</summary>
    private void Settle(DeskCase one, IReadOnlyDictionary<string, KeptIncident> incidents)
    {
        Inherit(one.Incident);
        if (OpenAfter(one.Incident, incidents, parts.Config()) is { } wider)
        {
            (one.ClosedAt, one.WhyKept) = (parts.Time.GetTimestamp(), $"incident {wider} goes on with it: the filters stay");
            return;
        }

        if (parts.Time.GetElapsedTime(one.ClosedAt!.Value) < parts.PolicyOf(one.Incident.Service).HoldAfter)
            return;
        one.WhyKept = parts.Health().BlindSince is { } since ? $"blind since {JournalTime.Format(since)}: the filters stay" : null;
        if (one.WhyKept is not null)
            return;
        TakeBack(one, static _ => true, "the incident is over");
        if (!HasRows(one.Incident.Id))
            _cases.Remove(one.Incident.Id);
    }

    /// <summary>Rows of incidents that the journal has forgotten end like those of closed ones.</summary>
    private void Forget(IReadOnlyDictionary<string, KeptIncident> incidents)
    {
        foreach (var group in parts.Ledger.Rows.Where(static row => row.State < MitigationState.Withdrawn && row.IncidentId is not null).GroupBy(static row => row.IncidentId!, StringComparer.Ordinal).ToList())
        {
            if (incidents.TryGetValue(group.Key, out var kept))
            {
                if (!_cases.ContainsKey(group.Key))
                    See(kept);
                continue;
            }

            if (!_forgotten.TryGetValue(group.Key, out var since))
                _forgotten[group.Key] = since = parts.Time.GetTimestamp();
            if (parts.Time.GetElapsedTime(since) < parts.PolicyOf(group.First().Service).HoldAfter || parts.Health().BlindSince is not null)
                continue;
            foreach (var row in group)
                parts.Ledger.Withdraw(row.Id, Mitigation.Policy, "the incident is over");
            _forgotten.Remove(group.Key);
        }
    }

    private void TakeBack(DeskCase one, Func<Mitigation, bool> which, string why)
    {
        foreach (var row in RowsOf(one.Incident.Id).Where(which).ToList())
            parts.Ledger.Withdraw(row.Id, Mitigation.Policy, why);
    }

    private AutomaticQuestion Question(DeskIncident incident, ResponsePolicyConfig policy, PricedFilter? filter)
    {
        var lease = parts.Config().Response.Lease;
        return new AutomaticQuestion
        {
            Config = parts.Config(),
            Policy = filter is null ? policy : parts.PolicyOf(incident.Service, filter.Rules),
            Incident = incident,
            Filter = filter,
            Health = parts.Health(),
            At = parts.Time.GetUtcNow(),
            RulesOfIncident = parts.Ledger.Of(incident.Id).Count(static row => row.IsOpen),
            RulesOpen = parts.Ledger.Open,
            Refused = parts.Guard.Fault,
            Unfit = rule => parts.Unfit(rule, lease),
        };
    }

    private IEnumerable<Mitigation> RowsOf(string incident) => parts.Ledger.Of(incident).Where(static row => row.State < MitigationState.Withdrawn);

    private bool HasRows(string incident) => RowsOf(incident).Any();

    private void Note(DeskCase one, string kind, JsonObject data) =>
        parts.Note(new NoteWork(parts.Time.GetUtcNow(), kind, one.Incident.Id, data.ToJsonString()) { Service = one.Incident.Service });
}
