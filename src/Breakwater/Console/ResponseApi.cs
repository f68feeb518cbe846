using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Breakwater.Response;
using Breakwater.Response.Bgp;
using Breakwater.Response.Ledger;
using Breakwater.Response.Nftables;
using Breakwater.Wire.Bgp;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary><c>/response</c>: what enforces filters, how it does, and what bounds them.</summary>
internal static class ResponseApi
{
    public static Task Get(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var config = api.Config();
        var (response, rows) = (config.Response, api.Response?.Desk?.Snapshot.Rows ?? []);
        return Answer.Json(http, new JsonObject
        {
            ["mode"] = Spell(response.Policy.Mode),
            ["services"] = new JsonArray([.. config.Services.Select(static service => new JsonObject { ["name"] = service.Name, ["mode"] = Spell(service.Response.Mode), ["fourEyes"] = service.Response.FourEyes })]),
            ["fault"] = api.Response is null ? "this console has no response desk" : api.Response.Fault,
            ["maintenance"] = response.Maintenance.Any(window => window.Contains(api.Time.GetUtcNow())),
            ["peers"] = new JsonArray([.. (api.Response?.Peers ?? []).Select(peer => Write(peer, api.Response!.Speaker?.Peers.FirstOrDefault(status => status.Name == peer.Name)))]),
            ["hosts"] = new JsonArray([.. (api.Response?.Hosts ?? []).Select((host, number) => Write(host, number < api.Response!.Agents.Length ? api.Response.Agents[number] : null))]),
            ["guard"] = new JsonObject
            {
                ["prefixes"] = new JsonArray([.. response.Prefixes.Select(static prefix => (JsonNode)prefix.ToString())]),
                ["allow"] = new JsonArray([.. config.Allow.Select(static prefix => (JsonNode)prefix.ToString())]),
                ["maxRules"] = response.MaxRules,
                ["leaseSeconds"] = response.Lease.TotalSeconds,
                ["refused"] = api.Response is { } stage ? stage.Guard.Refused + (stage.Speaker?.Refused ?? 0) : null,
            },
            ["cohorts"] = Cohorts(api.Response, caller),
            ["mitigations"] = Counts(rows),
            ["unwritten"] = api.Response?.Unwritten,
        });
    }

    /// <summary>Known-good clients by service; null: nobody counts them.</summary>
    private static JsonObject? Cohorts(ResponseStage? response, ApiCaller caller) => response is not { Cohorts: { } cohorts, Harms: { } harms } ? null : new JsonObject
    {
        ["services"] = new JsonArray([.. cohorts.Sizes.Where(known => known.Service.Length > 0 && caller.Sees(known.Service)).Select(static known => new JsonObject { ["name"] = known.Service, ["clients"] = known.Clients })]),
        ["hurt"] = harms.Harms,
    };

    /// <summary>How many are in each state that is not the end.</summary>
    public static JsonObject Counts(IEnumerable<Mitigation> rows)
    {
        var counts = new JsonObject();
        foreach (var state in new[] { MitigationState.Proposed, MitigationState.Approved, MitigationState.Active })
            counts[MitigationJson.Name(state)] = rows.Count(row => row.State == state);
        return counts;
    }

    /// <summary>What a router accepted, found valid or enforces, it does not tell: null is "not confirmed", and never "no".</summary>
    private static JsonObject Write(PeerConfig peer, BgpPeerStatus? status) => new()
    {
        ["name"] = peer.Name,
        ["address"] = peer.Address.ToString(),
        ["peerAs"] = peer.PeerAs,
        ["profile"] = PeerKeys.Profile.Value.Spell(peer.Profile),
        ["state"] = status?.State.ToString() ?? "Idle",
        ["up"] = status?.State == BgpSessionState.Established,
        ["since"] = status?.Since is { } since ? JournalTime.Format(since) : null,
        ["holdSeconds"] = status is { HoldSeconds: > 0 } ? status.HoldSeconds : null,
        ["families"] = new JsonArray([.. Families(status?.Families ?? BgpFamilies.None)]),
        ["sent"] = status?.Announced,
        ["keptUntil"] = status?.KeptUntil is { } kept ? JournalTime.Format(kept) : null,
        ["unsupported"] = status?.Unsupported,
        ["accepted"] = null,
        ["valid"] = null,
        ["enforced"] = null,
        ["ignoredRoutes"] = status?.Ignored,
        ["malformed"] = status?.Malformed,
        ["sessions"] = status?.Sessions,
        ["lastError"] = status?.Fault,
    };

    /// <summary>An agent tells what it holds and drops, so nothing is unconfirmed here.</summary>
    private static JsonObject Write(HostConfig host, NftablesPlane? agent)
    {
        var (health, load) = (agent?.Health, agent?.Load);
        return new JsonObject
        {
            ["name"] = host.Name,
            ["socket"] = host.Socket,
            ["reachable"] = health?.IsConnected ?? false,
            ["interfaces"] = new JsonArray([.. (health?.Interfaces ?? []).Select(static name => (JsonNode)name)]),
            ["wanted"] = load?.Wanted,
            ["rules"] = load?.Held,
            ["refused"] = load?.Refused,
            ["matchedPackets"] = load?.Met.MatchedPackets,
            ["matchedBytes"] = load?.Met.MatchedBytes,
            ["droppedPackets"] = load?.Met.DroppedPackets,
            ["droppedBytes"] = load?.Met.DroppedBytes,
            ["lastError"] = health?.Fault,
        };
    }

    private static List<JsonNode> Families(BgpFamilies families)
    {
        var names = new List<JsonNode>();
        foreach (var family in BgpFamily.Each)
        {
            if ((families & family) != 0)
                names.Add(PeerKeys.Families.Item.Spell(family));
        }

        return names;
    }

    private static string Spell(ResponseMode mode) => PolicyKeys.Mode.Value.Spell(mode);
}
