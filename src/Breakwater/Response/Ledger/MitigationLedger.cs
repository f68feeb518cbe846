using System.Globalization;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;

namespace Breakwater.Response.Ledger;

/// <summary>
/// The ledger: what is to be in the data plane, and why. Every intent is written before its act, so that after a crash at any point the rows
/// explain all that may be out there; what is out there lapses with its lease; a start makes both the same again. One caller at a time.
/// </summary>
internal sealed class MitigationLedger
{
    /// <summary>Most filters at a time.</summary>
    public const int MaxOpen = AnnouncementGuard.MaxRoutes;

    /// <summary>Most proposals that wait for a person; a further one is refused.</summary>
    public const int MaxProposals = 1_000;

    /// <summary>A lease is renewed when so much of it is left.</summary>
    private const double RenewBelow = 2.0 / 3;

    private readonly ILedgerStore _store;
    private readonly IFilterPlane _plane;
    private readonly Dictionary<string, Mitigation> _rows = new(StringComparer.Ordinal);
    private long _lastNumber;

    /// <summary>Opens the ledger and makes the data plane what the rows say: leases that ended meanwhile are over, all others go on.</summary>
    public MitigationLedger(ILedgerStore store, IFilterPlane plane, DateTimeOffset now)
    {
        (_store, _plane) = (store, plane);
        var (open, lastNumber) = store.Load();
        _lastNumber = lastNumber;
        foreach (var row in open)
            _rows[row.Id] = row;
        foreach (var row in open.OrderBy(static row => row.Id.Length).ThenBy(static row => row.Id, StringComparer.Ordinal))
            Reconcile(row, now);
    }

    /// <summary>Rows that are not done.</summary>
    public IReadOnlyCollection<Mitigation> Rows => _rows.Values;

    /// <summary>Writes that the storage refused since the start.</summary>
    public long Unwritten { get; private set; }

    /// <summary>Puts a filter before people.</summary>
    public (Mitigation? Row, string? Fault) Propose(FilterRule rule, string? incidentId, TimeSpan lease, DateTimeOffset? endsAt, string by, string why, DateTimeOffset now)
    {
        if (RuleCheck.Fault(rule.Match, rule.Action) is { } wrong)
            return (null, wrong);
        if (lease < TimeSpan.FromSeconds(1) || lease > TimeSpan.FromSeconds(AdvertisedRoutes.MaxLeaseSeconds))
            return (null, string.Create(CultureInfo.InvariantCulture, $"a lease lasts 1 to {AdvertisedRoutes.MaxLeaseSeconds} s"));
        if (_rows.Values.FirstOrDefault(row => row.State < MitigationState.Withdrawn && row.Rule == rule) is { } same)
            return (same, null);
        if (_rows.Values.Count(static row => row.State == MitigationState.Proposed) >= MaxProposals)
            return (null, string.Create(CultureInfo.InvariantCulture, $"{MaxProposals} proposals wait already"));
        var row = new Mitigation
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"mit-{_lastNumber + 1}"),
            IncidentId = incidentId,
            Rule = rule,
            State = MitigationState.Proposed,
            Lease = lease,
            EndsAt = endsAt,
            ChangedAt = now,
            By = by,
            Why = why,
        };
        if (!TryWrite(row, out var fault))
            return (null, fault);
        _lastNumber++;
        return (row, null);
    }

    /// <summary>Sends a proposed filter. One that has been approved before is no fault.</summary>
    /// <returns>Why not; null: it is active.</returns>
    public string? Approve(string id, string by, string why, DateTimeOffset now)
    {
        if (!_rows.TryGetValue(id, out var row) || row.State >= MitigationState.Withdrawn)
            return $"there is no open mitigation {id}";
        if (row.IsOpen)
            return null;
        if (_rows.Values.FirstOrDefault(other => other.IsOpen && HasSameMatch(other.Rule, row.Rule)) is { } same)
            return $"{same.Id} has the same match; a router would keep only one of both";
        if (_rows.Values.Count(static other => other.IsOpen) >= MaxOpen)
            return string.Create(CultureInfo.InvariantCulture, $"{MaxOpen} mitigations are open already");
        row = row with { State = MitigationState.Approved, LeaseUntil = now + row.Lease, ChangedAt = now, By = by, Why = why };
        return TryWrite(row, out var fault) ? Send(row, now) : fault;
    }

    /// <summary>Takes a filter back, or a proposal from the table. Also when the storage fails: then it is not renewed, and said.</summary>
    /// <returns>Why not, or what went wrong beside it; null: done.</returns>
    public string? Withdraw(string id, string by, string why, DateTimeOffset now)
    {
        if (!_rows.TryGetValue(id, out var row) || row.State >= MitigationState.Withdrawn)
            return $"there is no open mitigation {id}";
        return End(row with { State = MitigationState.Withdrawn, ChangedAt = now, By = by, Why = why });
    }

    /// <summary>Renews what is active, ends what is over. To be called every second or so.</summary>
    public void Tick(DateTimeOffset now)
    {
        foreach (var row in _rows.Values.ToArray())
        {
            if (row.State >= MitigationState.Withdrawn)
                End(row);
            else if (row.IsOpen && row.EndsAt <= now)
                End(row with { State = MitigationState.Expired, ChangedAt = now, By = "policy", Why = "its time was up" });
            else if (row.IsOpen && (row.LeaseUntil - now < row.Lease * RenewBelow || row.State == MitigationState.Approved))
                Renew(row, now);
        }
    }

    private void Reconcile(Mitigation row, DateTimeOffset now)
    {
        if (row.State >= MitigationState.Withdrawn)
            End(row);
        else if (row.IsOpen && (row.LeaseUntil <= now || row.EndsAt <= now))
            End(row with { State = MitigationState.Expired, ChangedAt = now, By = "policy", Why = "its lease ended while Breakwater was away" });
        else if (row.IsOpen)
            Renew(row, now);
    }

    /// <summary>A disk that is full must not take a filter away: the lease in the data plane is renewed whether or not it could be written.</summary>
    private void Renew(Mitigation row, DateTimeOffset now)
    {
        row = row with { LeaseUntil = now + row.Lease };
        if (!TryWrite(row, out _))
            _rows[row.Id] = row;
        Send(row, now);
    }

    private string? Send(Mitigation row, DateTimeOffset now)
    {
        if (_plane.Set(row.Rule, row.Lease) is { } refused)
        {
            End(row with { State = MitigationState.Failed, ChangedAt = now, By = "policy", Why = refused });
            return refused;
        }

        if (row.State == MitigationState.Approved)
            TryWrite(row with { State = MitigationState.Active }, out _);
        return null;
    }

    // Written, cleared, written again: after a crash between them the row still asks for the clearing.
    private string? End(Mitigation row)
    {
        if (!TryWrite(row, out var fault))
            _rows[row.Id] = row;
        // The same match may stand in another row by now: that one's filter stays.
        if (!_rows.Values.Any(other => other.IsOpen && other.Id != row.Id && HasSameMatch(other.Rule, row.Rule)))
            _plane.Clear(row.Rule);
        if (TryWrite(row with { IsCleared = true }, out var second))
            _rows.Remove(row.Id);
        return fault ?? second;
    }

    private bool TryWrite(Mitigation row, out string? fault)
    {
        fault = _store.Write(row);
        if (fault is not null)
        {
            Unwritten++;
            fault = $"the ledger cannot be written: {fault}";
            return false;
        }

        _rows[row.Id] = row;
        return true;
    }

    private static bool HasSameMatch(FilterRule left, FilterRule right) =>
        left.Match == right.Match && (left.Action.Kind == FilterActionKind.Blackhole) == (right.Action.Kind == FilterActionKind.Blackhole);
}
