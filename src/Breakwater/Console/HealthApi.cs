using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Telemetry.Health;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>How Breakwater itself does, what it hears, and what it was told.</summary>
internal static class HealthApi
{
    public static Task Alive(HttpContext http, ApiContext api, ApiCaller caller) => Answer.Text(http, "text/plain", "alive\n");

    /// <summary>Tells who is not let in no more than yes or no for each part.</summary>
    public static Task Ready(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (storage, health) = (api.Journal.Health, api.Health());
        var hears = health.BlindSince is null && health.At != default;
        var isReady = storage.IsGood && hears;
        var document = new JsonObject { ["ready"] = isReady, ["storage"] = storage.IsGood, ["telemetry"] = hears };
        return Answer.Json(http, document, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public static Task Exporters(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (health, storage) = (api.Health(), api.Journal.Health);
        var document = Answer.Page("exporters", health.Exporters.Select(HealthJson.WriteWithInterfaces), next: null);
        document["at"] = health.At == default ? null : JournalTime.Format(health.At);
        document["blindSince"] = health.BlindSince is { } blind ? JournalTime.Format(blind) : null;
        document["account"] = Write(health.Account);
        document["unknownSenders"] = new JsonArray([.. health.UnknownSenders.Select(static sender => new JsonObject
        {
            ["address"] = sender.Address.ToString(),
            ["datagrams"] = sender.Datagrams,
            ["lastSeenAt"] = JournalTime.Format(sender.LastSeen),
        })]);
        document["logs"] = api.WebLogs() is { } logs ? LogsJson.Write(logs, api.Time.GetUtcNow()) : null;
        document["storage"] = new JsonObject
        {
            ["good"] = storage.IsGood,
            ["fault"] = storage.Fault,
            ["since"] = storage.Since is { } since ? JournalTime.Format(since) : null,
            ["waiting"] = storage.Waiting,
            ["dropped"] = storage.Dropped,
            ["unreadableRows"] = storage.UnreadableRows,
            ["trafficSecondsLost"] = api.Traffic.LostSeconds,
        };
        document["scripts"] = new JsonArray([.. api.Scripts().Select(static script => new JsonObject
        {
            ["path"] = script.Path,
            ["calls"] = script.Calls,
            ["failures"] = script.Failures,
            ["dropped"] = script.Dropped,
            ["fault"] = script.Fault,
            ["at"] = script.At is { } at ? JournalTime.Format(at) : null,
        })]);
        return Answer.Json(http, document);
    }

    private static JsonObject Write(ReceiveAccount account) => new()
    {
        ["received"] = account.Received,
        ["counted"] = account.Counted,
        ["undecodable"] = account.Undecodable,
        ["ignored"] = account.Ignored,
        ["shedRecords"] = account.ShedRecords,
        ["kernelDrops"] = account.KernelDrops,
    };
}
