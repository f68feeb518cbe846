using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>A mitigation as the API, reports and the journal have it.</summary>
internal static class MitigationJson
{
    private static readonly (MitigationState State, string Name)[] _states =
    [
        (MitigationState.Proposed, "proposed"), (MitigationState.Approved, "approved"), (MitigationState.Active, "active"),
        (MitigationState.Withdrawn, "withdrawn"), (MitigationState.Expired, "expired"), (MitigationState.Failed, "failed"),
    ];

    public static IEnumerable<string> States => _states.Select(static entry => entry.Name);

    public static string Name(MitigationState state) => _states.First(entry => entry.State == state).Name;

    public static JsonObject Write(Mitigation row) => new()
    {
        ["id"] = row.Id,
        ["incident"] = row.IncidentId,
        ["service"] = row.Service,
        ["kind"] = row.Kind,
        ["alternative"] = row.Alternative ?? row.Id,
        ["rank"] = row.Rank,
        ["action"] = RuleText.Of(row.Rule.Action),
        ["rule"] = row.Rule.ToString(),
        ["state"] = Name(row.State),
        ["leaseSeconds"] = row.Lease.TotalSeconds,
        ["leaseUntil"] = row.IsOpen ? JournalTime.Format(row.LeaseUntil) : null,
        ["endsAt"] = row.EndsAt is { } end ? JournalTime.Format(end) : null,
        ["announcedTo"] = row.IsOpen ? row.AnnouncedTo : null,
        ["keptUntil"] = row.KeptUntil is { } kept ? JournalTime.Format(kept) : null,
        ["attackCovered"] = row.Price is { } price ? MitigationPrice.Write(price.AttackCovered) : null,
        ["legitimateDropped"] = Dropped(row.Price),
        ["underLimit"] = row.Price is null ? null : row.IsUnderLimit,
        ["changedAt"] = JournalTime.Format(row.ChangedAt),
        ["changedBy"] = row.By,
        ["firstBy"] = row.FirstBy,
        ["why"] = row.Why,
    };

    public static JsonObject Write(PricedFilter filter, int rank) => new()
    {
        ["kind"] = filter.Kind,
        ["rank"] = rank,
        ["rules"] = new JsonArray([.. filter.Rules.Select(static rule => (JsonNode)rule.ToString())]),
        ["attackCovered"] = MitigationPrice.Write(filter.Price.AttackCovered),
        ["legitimateDropped"] = Dropped(filter.Price),
        ["underLimit"] = filter.IsUnderLimit,
        ["why"] = filter.Why,
    };

    /// <summary>The number in an id; null for no id.</summary>
    public static long? Number(string id) =>
        id.StartsWith("mit-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static JsonObject? Dropped(MitigationPrice? price) => price is null ? null : new JsonObject
    {
        ["packets"] = MitigationPrice.Write(price.Packets),
        ["bytes"] = MitigationPrice.Write(price.Bytes),
        ["clients"] = MitigationPrice.Write(price.Clients),
    };
}
