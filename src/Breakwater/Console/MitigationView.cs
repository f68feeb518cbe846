using System.Collections.Immutable;
using Breakwater.Incidents;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules.Forms;

namespace Breakwater.Console;

/// <summary>The alternatives of an incident side by side, each with its price in words and the buttons that a caller may press.</summary>
internal static class MitigationView
{
    private const int AlternativesShown = 8;
    private const int OverShown = 4;

    public static Html Section(ApiContext api, ApiCaller caller, KeptIncident incident)
    {
        if (api.Response is not { } response)
            return Html.Empty;
        var rows = (response.Desk?.Snapshot.Rows ?? []).Where(row => row.IncidentId == incident.Id && caller.Sees(row.Service)).ToImmutableArray();
        var search = response.Desk?.Snapshot.Cases.GetValueOrDefault(incident.Id);
        var over = incident.IsOpen && rows.IsEmpty ? [] : MitigationApi.All(api, long.MaxValue, incident.Id).Where(row => row.State >= MitigationState.Withdrawn && row.LeaseUntil != default && caller.Sees(row.Service)).Take(OverShown).ToImmutableArray();
        if (rows.IsEmpty && over.IsEmpty && search?.NoFilter is null)
            return Html.Empty;
        return Html.Of($"""
            <section class="mitigations"><h2>What would stop it</h2>
            {(search?.NoFilter is { } none ? Html.Of($"""<p class="nofilter">{none}</p>""") : Html.Empty)}
            {(search is { WhyNot.IsEmpty: false } && rows.Any(static row => !row.IsOpen) ? Html.Of($"""<p class="whynot">Nothing {(rows.Any(static row => row.IsOpen) ? "further " : "")}was sent by itself: {string.Join("; ", search.WhyNot)}.</p>""") : Html.Empty)}
            {(search?.WhyKept is { } kept ? Html.Of($"""<p class="whynot">{kept}.</p>""") : Html.Empty)}
            <ol class="alternatives">{Html.Join(Alternatives(rows).Take(AlternativesShown).Select(alternative => Alternative(alternative, response, caller)))}</ol>
            {(over.IsEmpty ? Html.Empty : Html.Of($"""<ul class="over">{Html.Join(over.Select(static row => Html.Of($"<li>{row.Id} {Response.MitigationJson.Name(row.State)}: {row.Rule.ToString()} – {row.Why}</li>")))}</ul>"""))}
            </section>
            """);
    }

    /// <summary>Rules that are set together; those in force first.</summary>
    private static IEnumerable<ImmutableArray<Mitigation>> Alternatives(ImmutableArray<Mitigation> rows) => rows
        .GroupBy(static row => (row.Alternative ?? row.Id, row.IsOpen))
        .Select(static group => group.ToImmutableArray())
        .OrderByDescending(static group => group[0].IsOpen).ThenBy(static group => group[0].Rank);

    private static Html Alternative(ImmutableArray<Mitigation> rows, Response.ResponseStage response, ApiCaller caller)
    {
        var first = rows[0];
        var mayAct = caller.Role >= Role.Operator;
        return Html.Of($"""
            <li class="alternative {(first.IsOpen ? "active" : "proposed")} {(first.IsUnderLimit ? "under" : "over")}">
              <div class="what"><b>{first.Kind}</b><span class="badge state">{Told(rows)}</span></div>
              <ul class="rules">{Html.Join(rows.Select(static row => Html.Of($"""<li><span>{RuleForms.Of(row.Rule, RuleForm.Plain, row.Id)}</span><code>{row.Rule.ToString()}</code></li>""")))}</ul>
              {Price(first)}
              {(first.IsOpen && Cohort(rows, response) is { } cohort ? Html.Of($"""<p class="cohort">Known-good clients: {cohort}.</p>""") : Html.Empty)}
              {(mayAct ? first.IsOpen ? Button(first, "withdraw", "Withdraw") : Html.Of($"{Button(first, "approve", first.FirstBy is null ? "Approve" : "Approve as second")}{Button(first, "withdraw", "Dismiss")}") : Html.Empty)}
            </li>
            """);
    }

    private static string Told(ImmutableArray<Mitigation> rows)
    {
        var first = rows[0];
        if (first.State == MitigationState.Proposed)
            return first.FirstBy is { } by ? $"proposed, wanted by {by}" : "proposed";
        var least = rows.Min(static row => row.AnnouncedTo);
        if (least == 0 && rows.Max(static row => row.KeptUntil) is { } kept)
            return $"set, told to nobody now; a router without a session may keep it until {JournalTime.Format(kept)}";
        return least == 0 ? "set, but no router and no host has it" : $"set, told to {least} {(least == 1 ? "router or host" : "routers and hosts")}";
    }

    private static Html Price(Mitigation row) => row.Price is not { } price
        ? Html.Of($"""<p class="price">A person's own rule: nobody reckoned its price.</p>""")
        : Html.Of($"""
            <dl class="price"><div><dt>Removes of the attack</dt><dd>{MitigationPrice.Told(price.AttackCovered)}</dd></div><div><dt>Drops of legitimate packets</dt><dd>{MitigationPrice.Told(price.Packets)}</dd></div><div><dt>of clients</dt><dd>{MitigationPrice.Told(price.Clients)}</dd></div><div><dt>Limit</dt><dd>{(row.IsUnderLimit ? "within" : "over")}</dd></div></dl>
            """);

    /// <summary>What the rules do to known-good clients: of the one that does worst.</summary>
    private static string? Cohort(ImmutableArray<Mitigation> rows, Response.ResponseStage response)
    {
        var states = rows.Select(row => response.Harms?.Find(row.Id)).OfType<CohortState>().ToList();
        var worst = states.Find(static state => state.Look?.Verdict == CohortVerdict.Hurt) ?? states.Find(static state => state.Look?.Verdict == CohortVerdict.FellBefore) ?? states.FirstOrDefault();
        return worst?.Told();
    }

    private static Html Button(Mitigation row, string action, string label) => Html.Of($"""
        <form method="post" action="/mitigations/{row.Id}/{action}"><input type="hidden" name="tag" value="{MitigationApi.TagOf(row)}"><button type="submit" class="{action}">{label}</button></form>
        """);
}
