using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Wire;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>
/// <c>/samples</c>: the standing samples of a service. Who may only look on gets the networks of clients; operators get their addresses, as long as
/// <c>retention.clientAddresses</c> allows, then the hashes that stand for them.
/// </summary>
internal static class SampleApi
{
    private const int LongestSeconds = 2_419_200; // four weeks
    private const int DefaultSeconds = 600;
    private const int NetworkBits4 = 24, NetworkBits6 = 48;

    /// <summary>So long before its begin an incident's samples start: what is ordinary stands beside it.</summary>
    private static readonly TimeSpan _before = TimeSpan.FromMinutes(10);

    public static Task List(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (service, incident) = (Answer.Parameter(http, "service"), Answer.Parameter(http, "incident"));
        if (Answer.Limit(http) is not { } most)
            return Problem.BadRequest("limit is a number from 1 to 1000").Write(http);
        if (Answer.Number(http, "seconds", 1, LongestSeconds, DefaultSeconds) is not { } seconds)
            return Problem.BadRequest($"seconds is a number from 1 to {LongestSeconds}").Write(http);
        if (service is null == incident is null)
            return Problem.BadRequest("say which: a service, or an incident").Write(http);
        var now = api.Time.GetUtcNow();
        var (from, until) = (now - TimeSpan.FromSeconds(seconds), now);
        if (incident is not null)
        {
            if (IncidentApi.Find(api, caller, incident) is not { } kept)
                return Problem.NotFound.Write(http);
            service = kept.Service ?? ServiceApi.Everything;
            (from, until) = (kept.OpenedAt - _before, kept.ChangedAt);
        }

        var isOwn = service == ServiceApi.Everything ? caller.SeesAll : caller.Sees(service);
        if (!isOwn || (service != ServiceApi.Everything && !api.Config().Services.Any(known => known.Name == service)))
            return Problem.NotFound.Write(http);
        var records = api.Samples(service == ServiceApi.Everything ? null : service, from, until, most);
        return Answer.Json(http, new JsonObject
        {
            ["service"] = service,
            ["from"] = JournalTime.Format(from),
            ["until"] = JournalTime.Format(until),
            ["clients"] = Shown(caller),
            ["records"] = new JsonArray([.. records.Select(record => Write(record, api, caller, now))]),
        });
    }

    private static string Shown(ApiCaller caller) => caller.Role >= Role.Operator ? "addresses" : "networks";

    private static JsonNode Write(StandingRecord standing, ApiContext api, ApiCaller caller, DateTimeOffset now)
    {
        var record = standing.Record;
        var isInbound = record.Direction != Direction.Outbound;
        var at = JournalTime.FromNanoseconds(record.FirstNanoseconds);
        var client = Client(isInbound ? record.Source : record.Destination, at, api, caller, now);
        var own = (isInbound ? record.Destination : record.Source).ToString();
        return new JsonObject
        {
            ["at"] = JournalTime.Format(at),
            ["minute"] = JournalTime.Format(DateTimeOffset.UnixEpoch.AddMinutes(standing.Minute)),
            ["weight"] = Math.Round(standing.Weight, 2),
            ["direction"] = isInbound ? "inbound" : "outbound",
            ["source"] = isInbound ? client : own,
            ["destination"] = isInbound ? own : client,
            ["protocol"] = record.Protocol,
            ["sourcePort"] = record.SourcePort,
            ["destinationPort"] = record.DestinationPort,
            ["packets"] = record.Packets,
            ["bytes"] = record.Bytes.ToString(CultureInfo.InvariantCulture) is var text && record.Bytes > 1UL << 53 ? text : (JsonNode)record.Bytes,
            ["samplingRate"] = record.SamplingRate == 0 ? null : record.SamplingRate,
        };
    }

    /// <summary>The client as this caller may see it.</summary>
    private static string Client(Address address, DateTimeOffset at, ApiContext api, ApiCaller caller, DateTimeOffset now)
    {
        if (caller.Role < Role.Operator)
        {
            var bits = address.IsIPv4 ? NetworkBits4 : NetworkBits6;
            return string.Create(CultureInfo.InvariantCulture, $"{address.Masked(bits)}/{bits}");
        }

        return now - at > api.Config().Retention.ClientAddresses ? api.Journal.AddressKey.Hide(address) : address.ToString();
    }
}
