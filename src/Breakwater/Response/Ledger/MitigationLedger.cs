using System.Globalization;
using Breakwater.Incidents;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>
/// The ledger: what is to be in the data plane, and why. The intent of a new filter, and of an end, is written before its act, so that after a crash at any point the rows
/// explain all that may be out there; what is out there lapses with its lease; a start makes both the same again. One caller at a time. The wall
/// clock is asked at a start alone: while the process runs, leases and ends are counted by the clock that only goes forward.
/// </summary>
internal sealed class MitigationLedger
{
    /// <summary>Most filters at a time.</summary>
    public const int MaxOpen = AnnouncementGuard.MaxRoutes;

    /// <summary>Most proposals that wait for a person; a further one is refused.</summary>
    public const int MaxProposals = 1_000;

    /// <summary>The shortest lease: it has to outlive a hold time and a slow write.</summary>
    public const int MinLeaseSeconds = 10;

    /// <summary>A proposal that nobody approved for so long is over; sooner when the filter's own end comes.</summary>
    private static readonly TimeSpan _proposalLasts = TimeSpan.FromDays(1);

    /// <summary>A lease is renewed when so much of it has gone.</summary>
    private const double RenewAfter = 1.0 / 3;

    private readonly ILedgerStore _store;
    private readonly IFilterPlane _plane;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Mitigation> _rows = new(StringComparer.Ordinal);

    /// <summary>Ids of rows by their incident, so that who asks for one does not look at all.</summary>
    private readonly Dictionary<string, HashSet<string>> _byIncident = new(StringComparer.Ordinal);

    /// <summary>Ids of rows by what they match: who asks for one does not look at all.</summary>
    private readonly Dictionary<FilterMatch, HashSet<string>> _byMatch = [];

    /// <summary>When this process set or renewed a filter last, by the clock that only goes forward.</summary>
    private readonly Dictionary<string, long> _setAt = new(StringComparer.Ordinal);

    /// <summary>How long a row had when this process first saw it, by the same clock.</summary>
    private readonly Dictionary<string, (long Since, TimeSpan Left)> _ends = new(StringComparer.Ordinal);

    /// <summary>How long a proposal may wait, in the same manner.</summary>
    private readonly Dictionary<string, (long Since, TimeSpan Left)> _proposed = new(StringComparer.Ordinal);

    private long _lastNumber;
    private int _proposals;

    /// <summary>Opens the ledger and makes the data plane what the rows say: leases that ended meanwhile are over, all others go on.</summary>
    public MitigationLedger(ILedgerStore store, IFilterPlane plane, TimeProvider time)
    {
        (_store, _plane, _time) = (store, plane, time);
        var (open, lastNumber) = store.Load();
        _lastNumber = lastNumber;
        foreach (var row in open)
        {
            Keep(row);
            CountDown(row);
        }

        Reconcile();
    }

    /// <summary>Rows that are not done, as they stand now.</summary>
    public IReadOnlyCollection<Mitigation> Rows => [.. _rows.Values.Select(row => row.IsOpen ? row with { AnnouncedTo = _plane.AnnouncedTo(row.Rule), KeptUntil = _plane.KeptUntil(row.Rule) } : row)];

    /// <summary>Filters that are, or are about to be, in the data plane.</summary>
    public int Open { get; private set; }

    /// <summary>Rows of an incident that are not done; whom they were announced to is not asked.</summary>
    public IEnumerable<Mitigation> Of(string incident) => _byIncident.TryGetValue(incident, out var ids) ? ids.Select(id => _rows[id]) : [];

    /// <summary>The row that asks for a rule for an incident already; null: none does.</summary>
    public Mitigation? Find(FilterRule rule, string? incident) => WithMatch(rule).FirstOrDefault(row => row.State < MitigationState.Withdrawn && row.IncidentId == incident && row.Rule == rule);

    /// <summary>Open rows that hold the same filter in the data plane as another one: it stays until the last of them ends.</summary>
    public IEnumerable<Mitigation> Sharing(Mitigation row) => WithMatch(row.Rule).Where(other => other.IsOpen && other.Id != row.Id && HasSameMatch(other.Rule, row.Rule));

    /// <summary>For people, what stays in the data plane when some rows end: a filter that another row holds too (named where it is of the same service, since others may not be seen), or one that a router keeps and cannot be told of; null: nothing.</summary>
    public string? Remains(Mitigation row, HashSet<string> ending) =>
        Sharing(row).FirstOrDefault(other => !ending.Contains(other.Id)) is { } holder ? $"{(holder.Service == row.Service ? holder.Id : "another row")} holds the same filter, which stays until that ends too"
            : _plane.KeptUntil(row.Rule) is { } until ? $"a router without a session may keep it until {JournalTime.Format(until)}" : null;

    /// <summary>Incidents go on as others: what was taken back in them binds there. One write for all.</summary>
    /// <returns>Why that could not be kept; null: it is.</returns>
    public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs)
    {
        var fault = _store.Inherit(heirs);
        if (fault is not null)
            Unwritten++;
        return fault;
    }

    /// <summary>Writes that the storage refused since the start.</summary>
    public long Unwritten { get; private set; }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Told of each row whose state is another one than before, once it is in force; within the call that changed it.</summary>
    public Action<Mitigation>? Changed { get; set; }

    /// <summary>A row that is not done.</summary>
    public Mitigation? Find(string id) => _rows.GetValueOrDefault(id);

    /// <summary>Puts a filter before people.</summary>
    public (Mitigation? Row, string? Fault) Propose(FilterRule rule, string? incidentId, TimeSpan lease, DateTimeOffset? endsAt, string by, string why)
    {
        var (rows, fault) = Propose([new MitigationDraft { Rule = rule, IncidentId = incidentId, Lease = lease, EndsAt = endsAt, By = by, Why = why }]);
        return (rows.Count > 0 ? rows[0] : null, fault);
    }

    /// <summary>Puts filters before people, in one write: all, or none. One that waits or stands already for the same incident is not proposed twice.</summary>
    /// <returns>A row for each draft, in their order; empty with a fault.</returns>
    public (IReadOnlyList<Mitigation> Rows, string? Fault) Propose(IReadOnlyList<MitigationDraft> drafts)
    {
        var (rows, made) = (new List<Mitigation>(drafts.Count), new List<Mitigation>(drafts.Count));
        var asked = new Dictionary<(FilterRule, string?), Mitigation>();
        foreach (var draft in drafts)
        {
            if (draft.Fault is { } wrong)
                return ([], wrong);
            var key = (draft.Rule, draft.IncidentId);
            if ((Find(draft.Rule, draft.IncidentId) ?? asked.GetValueOrDefault(key)) is { } same)
            {
                rows.Add(same);
                continue;
            }

            if (_proposals + made.Count >= MaxProposals)
                return ([], string.Create(CultureInfo.InvariantCulture, $"{MaxProposals} proposals wait already"));
            made.Add(draft.ToRow(_lastNumber + made.Count + 1, made, Now));
            asked[key] = made[^1];
            rows.Add(made[^1]);
        }

        if (!TryWrite(made, out var fault))
            return ([], fault);
        _lastNumber += made.Count;
        foreach (var row in made)
            CountDown(row);
        return (rows, null);
    }

    /// <summary>Notes the first of two people who want a filter.</summary>
    /// <returns>Why not; null: noted.</returns>
    public string? Second(IReadOnlyList<Mitigation> rows, string by, string why) =>
        TryWrite([.. rows.Select(row => row with { FirstBy = by, ChangedAt = Now, By = by, Why = why })], out var fault) ? null : fault;

    /// <summary>Sends a proposed filter. One that has been approved before is no fault.</summary>
    /// <returns>Why not; null: the data plane took it. Whether a router has it, <see cref="Mitigation.AnnouncedTo"/> of its row says.</returns>
    public string? Approve(string id, string by, string why)
    {
        if (!_rows.TryGetValue(id, out var row) || row.State >= MitigationState.Withdrawn)
            return $"there is no open mitigation {id}";
        if (row.IsOpen)
            return null;
        // The same filter for another incident is no conflict: both rows hold it, and it ends with the last of them.
        if (Sharing(row).FirstOrDefault(other => other.Rule != row.Rule) is { } same)
            return $"{same.Id} has the same match; a router would keep only one of both";
        if (Open >= MaxOpen)
            return string.Create(CultureInfo.InvariantCulture, $"{MaxOpen} mitigations are open already");
        if (IsOver(row))
            return $"the time of {id} is up";
        row = row with { State = MitigationState.Approved, LeaseUntil = Now + row.Lease, ChangedAt = Now, By = by, Why = why };
        return TryWrite([row], out var fault) ? Send(row) : fault;
    }

    /// <summary>Takes a filter back, or a proposal from the table. Also when the storage fails: then it is not renewed, and said.</summary>
    /// <returns>Why not, or what went wrong beside it; null: done.</returns>
    public string? Withdraw(string id, string by, string why) => Withdraw([id], by, why);

    /// <summary>As for one, of several at once: a filter that all of them hold goes with the last.</summary>
    public string? Withdraw(IReadOnlyCollection<string> ids, string by, string why)
    {
        if (ids.FirstOrDefault(id => !_rows.TryGetValue(id, out var row) || row.State >= MitigationState.Withdrawn) is { } unknown)
            return $"there is no open mitigation {unknown}";
        return End([.. ids.Select(id => _rows[id] with { State = MitigationState.Withdrawn, ChangedAt = Now, By = by, Why = why })]);
    }

    /// <summary>
    /// Renews what is active, ends what is over. To be called every second or so. All renewals come before the first write, and there are at most three
    /// writes, whatever the number of rows: a slow disk must not let leases lapse.
    /// </summary>
    public void Tick()
    {
        var (due, over) = (new List<Mitigation>(), new List<Mitigation>());
        foreach (var row in _rows.Values)
        {
            if (row.State >= MitigationState.Withdrawn)
                over.Add(row);
            else if (IsOver(row))
                over.Add(Expired(row, row.IsOpen ? "its time was up" : "nobody approved it in time"));
            else if (row.IsOpen && (IsDue(row) || row.State == MitigationState.Approved))
                due.Add(row);
        }

        Settle(due, over);
    }

    // A lease that would end later than one of now has been written by another clock: nobody knows how old it is.
    private void Reconcile()
    {
        var now = Now;
        var (due, over) = (new List<Mitigation>(), new List<Mitigation>());
        foreach (var row in _rows.Values)
        {
            if (row.State >= MitigationState.Withdrawn)
                over.Add(row);
            else if (row.State == MitigationState.Proposed && IsOver(row))
                over.Add(Expired(row, "nobody approved it in time"));
            else if (row.IsOpen && (row.LeaseUntil <= now || IsOver(row)))
                over.Add(Expired(row, "its lease ended while Breakwater was away"));
            else if (row.IsOpen && row.LeaseUntil > now + row.Lease)
                over.Add(Expired(row, "the clock went back while Breakwater was away, so that its lease may have ended"));
            else if (row.IsOpen)
                due.Add(row);
        }

        Settle(due, over);
    }

    private void CountDown(Mitigation row)
    {
        if (row.EndsAt is { } ends)
            _ends[row.Id] = (_time.GetTimestamp(), ends - Now);
        if (row.State == MitigationState.Proposed)
            _proposed[row.Id] = (_time.GetTimestamp(), row.ChangedAt + _proposalLasts - Now);
    }

    private bool IsOver(Mitigation row) => IsOver(_ends, row) || (row.State == MitigationState.Proposed && IsOver(_proposed, row));

    private bool IsOver(Dictionary<string, (long Since, TimeSpan Left)> ends, Mitigation row) =>
        ends.TryGetValue(row.Id, out var end) && _time.GetElapsedTime(end.Since) >= end.Left;

    private bool IsDue(Mitigation row) => !_setAt.TryGetValue(row.Id, out var at) || _time.GetElapsedTime(at) > row.Lease * RenewAfter;

    private Mitigation Expired(Mitigation row, string why) => row with { State = MitigationState.Expired, ChangedAt = Now, By = Mitigation.Policy, Why = why };

    private Mitigation Failed(Mitigation row, string why) => row with { State = MitigationState.Failed, ChangedAt = Now, By = Mitigation.Policy, Why = why };

    /// <summary>
    /// Sets filters whose rows ask for them already, then writes that it did, in one transaction: a disk that is full or slow must not take a
    /// filter away. Then ends what is over, and what the data plane refused.
    /// </summary>
    private void Settle(List<Mitigation> due, List<Mitigation> over)
    {
        var renewed = new List<Mitigation>(due.Count);
        foreach (var row in due)
        {
            if (Set(row) is { } refused)
                over.Add(Failed(row, refused));
            else
                renewed.Add(row with { State = MitigationState.Active, LeaseUntil = Now + row.Lease });
        }

        TryWrite(renewed, out _);
        End(over);
    }

    private string? Send(Mitigation row)
    {
        if (Set(row) is { } refused)
        {
            End([Failed(row, refused)]);
            return refused;
        }

        TryWrite([row with { State = MitigationState.Active }], out _);
        return null;
    }

    private string? Set(Mitigation row)
    {
        _setAt[row.Id] = _time.GetTimestamp();
        return _plane.Set(row.Rule, row.Lease);
    }

    // Written, cleared, written again: after a crash between them the rows still ask for the clearing.
    private string? End(IReadOnlyList<Mitigation> ending)
    {
        var ids = ending.Select(static row => row.Id).ToHashSet(StringComparer.Ordinal);
        List<Mitigation> over = [.. ending.Select(row => WithRemains(row, ids))];
        if (!TryWrite(over, out var fault))
        {
            foreach (var row in over)
                Hold(row);
        }

        foreach (var row in over)
        {
            // The same match may stand in another row by now: that one's filter stays, and is renewed soon, since its lease is that of the last who set it.
            var holders = Sharing(row).ToList();
            if (holders.Count == 0)
                _plane.Clear(row.Rule);
            foreach (var holder in holders)
                _setAt.Remove(holder.Id);
        }

        if (!TryWrite([.. over.Select(static row => row with { IsCleared = true })], out var second))
            return fault ?? second;
        foreach (var row in over)
        {
            Remove(row);
            _setAt.Remove(row.Id);
            _ends.Remove(row.Id);
            _proposed.Remove(row.Id);
        }

        return fault;
    }

    /// <summary>A row that ends says what stays: it is gone, and the filter is not.</summary>
    private Mitigation WithRemains(Mitigation row, HashSet<string> ending) =>
        _rows.GetValueOrDefault(row.Id) is { IsOpen: true } && Remains(row, ending) is { } remains ? row with { Why = $"{row.Why}; {remains}" } : row;

    private IEnumerable<Mitigation> WithMatch(FilterRule rule) => _byMatch.TryGetValue(rule.Match, out var ids) ? ids.Select(id => _rows[id]) : [];

    private bool TryWrite(IReadOnlyList<Mitigation> rows, out string? fault)
    {
        fault = rows.Count == 0 ? null : _store.Write(rows);
        if (fault is not null)
        {
            Unwritten++;
            fault = $"the ledger cannot be written: {fault}";
            return false;
        }

        foreach (var row in rows)
            Hold(row);
        return true;
    }

    private void Hold(Mitigation row)
    {
        var isNews = !_rows.TryGetValue(row.Id, out var before) || before.State != row.State;
        Keep(row);
        if (isNews)
            Changed?.Invoke(row);
    }

    private void Keep(Mitigation row)
    {
        Count(_rows.GetValueOrDefault(row.Id), -1);
        Count(row, 1);
        _rows[row.Id] = row;
        Index(_byMatch, row.Rule.Match, row.Id);
        if (row.IncidentId is { } incident)
            Index(_byIncident, incident, row.Id);
    }

    private void Remove(Mitigation row)
    {
        if (!_rows.Remove(row.Id, out var kept))
            return;
        Count(kept, -1);
        Forget(_byMatch, row.Rule.Match, row.Id);
        if (row.IncidentId is { } incident)
            Forget(_byIncident, incident, row.Id);
    }

    private void Count(Mitigation? row, int sign)
    {
        Open += row is { IsOpen: true } ? sign : 0;
        _proposals += row is { State: MitigationState.Proposed } ? sign : 0;
    }

    private static void Index<TKey>(Dictionary<TKey, HashSet<string>> index, TKey key, string id)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var ids))
            index[key] = ids = new HashSet<string>(StringComparer.Ordinal);
        ids.Add(id);
    }

    private static void Forget<TKey>(Dictionary<TKey, HashSet<string>> index, TKey key, string id)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out var ids) && ids.Remove(id) && ids.Count == 0)
            index.Remove(key);
    }

    private static bool HasSameMatch(FilterRule left, FilterRule right) =>
        left.Match == right.Match && (left.Action.Kind == FilterActionKind.Blackhole) == (right.Action.Kind == FilterActionKind.Blackhole);
}
