using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Response;
using Breakwater.Response.Ledger;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary><c>/mitigations/simulate</c>: the same way as in earnest, up to the moment before the act.</summary>
internal static class SimulateApi
{
    public static async Task Simulate(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var body = await Answer.Body(http);
        if (api.Response?.Desk is not { } desk)
        {
            await Problem.StorageFails(api.Response?.Fault ?? "there is no response desk").Write(http);
            return;
        }

        if (body is not null && body.ContainsKey("rule"))
        {
            await Rule(http, api, caller, desk, body);
            return;
        }

        if (body is null || body.Count != 1 || !RuleWish.Text(body["incident"], out var id) || id.Length == 0)
        {
            await Problem.BadRequest("the body is one JSON object: an incident's id, or what a proposal has").Write(http);
            return;
        }

        if (IncidentApi.Find(api, caller, id) is not { } kept || DeskIncident.Of(kept, api.Config()) is not { } incident)
        {
            await Problem.NotFound.Write(http);
            return;
        }

        if (await desk.Simulate(incident) is not { } told)
        {
            await Problem.StorageFails("the response desk has too much to do; try again later").Write(http);
            return;
        }

        await Answer.Json(http, new JsonObject
        {
            ["incident"] = id,
            ["mode"] = PolicyKeys.Mode.Value.Spell(desk.Parts.PolicyOf(incident.Service).Mode),
            ["wouldSend"] = told.Against.IsEmpty,
            ["whyNot"] = Sentences(told.Against),
            ["noFilter"] = told.Answer.NoFilter,
            ["alternatives"] = new JsonArray([.. told.Answer.Filters.Select(MitigationJson.Write)]),
        });
    }

    private static async Task Rule(HttpContext http, ApiContext api, ApiCaller caller, Desk desk, JsonObject body)
    {
        var (wish, problem) = RuleWish.Read(body, api, caller);
        if (problem is not null)
        {
            await problem.Write(http);
            return;
        }

        var asked = wish!;
        var refused = desk.Parts.Guard.Fault(asked.Rule);
        var unfit = refused is null ? desk.Parts.Unfit(asked.Rule, asked.Lease) : null;
        var row = new Mitigation
        {
            Id = "mit-0",
            Rule = asked.Rule,
            State = MitigationState.Proposed,
            Lease = asked.Lease,
            ChangedAt = api.Time.GetUtcNow(),
            By = caller.Name,
            Why = asked.Why,
        };
        await Answer.Json(http, new JsonObject
        {
            ["rule"] = asked.Rule.ToString(),
            ["wouldSend"] = refused is null,
            ["whyNot"] = Sentences(refused is null ? [] : [refused]),
            ["warnings"] = Sentences(unfit is null ? [] : [unfit]),
            ["forms"] = MitigationForms.Write(row),
        });
    }

    private static JsonArray Sentences(ImmutableArray<string> sentences) => new([.. sentences.Select(static sentence => (JsonNode)sentence)]);
}
