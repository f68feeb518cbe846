using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Live;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Services, their traffic, and who is at the top.</summary>
internal static class ServiceApi
{
    /// <summary>Name of all own hosts together, when no services are configured (<see cref="TrafficSecond"/>).</summary>
    public const string Everything = "all";

    private const int MaximumPoints = 21_600;
    private const int MaximumSeconds = 2_419_200;
    private const int DefaultSeconds = 600;

    public static Task List(HttpContext http, ApiContext api, ApiCaller caller) =>
        Answer.Json(http, Answer.Page("services", Services(api, caller).Select(service => Write(service)), next: null));

    public static Task Traffic(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (service, step) = (Answer.Parameter(http, "service"), Answer.Parameter(http, "step"));
        if (Answer.Number(http, "seconds", 1, MaximumSeconds, DefaultSeconds) is not { } seconds)
            return Problem.BadRequest($"seconds is a number from 1 to {MaximumSeconds}").Write(http);
        if (step is not (null or "second" or "minute"))
            return Problem.BadRequest("step is second or minute").Write(http);
        if (service is null)
            return Problem.BadRequest("say which service").Write(http);
        if (!caller.Sees(service) || !Services(api, caller).Any(known => known.Name == service))
            return Problem.NotFound.Write(http);
        var byMinute = step == "minute" || (step is null && seconds > MaximumPoints);
        var from = api.Time.GetUtcNow() - TimeSpan.FromSeconds(seconds);
        IEnumerable<TrafficPoint> points = !byMinute && seconds <= TrafficHistory.Seconds
            ? api.History.Of(service, (int)seconds)
            : api.Traffic.Read(service, from, byMinute, MaximumPoints);
        return Answer.Json(http, new JsonObject
        {
            ["service"] = service,
            ["stepSeconds"] = byMinute ? 60 : 1,
            ["points"] = new JsonArray([.. points.Where(point => point.At >= from).Select(Write)]),
        });
    }

    public static Task Top(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (Answer.Limit(http) is not { } most)
            return Problem.BadRequest("limit is a number from 1 to 1000").Write(http);
        var services = (api.History.Last?.Services ?? []).Where(service => caller.Sees(service.Name)).OrderByDescending(static service => service.BitsPerSecond).Take(most);
        var sources = api.Journal.Snapshot.Incidents.Where(incident => incident.IsOpen && caller.Sees(incident.Service)).SelectMany(TopSources).Take(most);
        return Answer.Json(http, new JsonObject
        {
            ["at"] = api.History.Last is { } second ? JournalTime.Format(second.At) : null,
            ["services"] = new JsonArray([.. services.Select(Write)]),
            ["sources"] = new JsonArray([.. sources]),
        });
    }

    /// <summary>What the caller sees of what is protected, with its state.</summary>
    public static IEnumerable<ServiceView> Services(ApiContext api, ApiCaller caller)
    {
        var configured = api.Config().Services;
        var open = api.Journal.Snapshot.Incidents.Where(static incident => incident.IsOpen).ToList();
        var now = api.History.Last?.Services ?? [];
        if (configured.IsEmpty && caller.SeesAll)
            yield return View(Everything, null, open, now);
        foreach (var service in configured.Where(service => caller.Sees(service.Name)))
            yield return View(service.Name, service, open.FindAll(incident => incident.Service == service.Name || Touches(incident, service)), now);
    }

    /// <summary>An incident of a network that the service lives in is the service's too; of a single host it is its service's alone.</summary>
    private static bool Touches(KeptIncident incident, ServiceConfig service) => incident.Service is null
        && JsonNode.Parse(incident.Json)?["target"] is JsonObject { } target && (string?)target["direction"] == "inbound"
        && Prefix.TryParse((string?)target["value"] ?? "", out var network) && service.Addresses.Any(own => own.Length >= network.Length && network.Contains(own.Network));

    private static ServiceView View(string name, ServiceConfig? config, List<KeptIncident> open, IEnumerable<ServiceTraffic> now)
    {
        var status = ServiceStatus.Calm;
        foreach (var incident in open)
        {
            var seen = incident.State == KeptState.Quiet || incident.Verdict != "attack" ? ServiceStatus.Watched : ServiceStatus.Attacked;
            status = seen > status ? seen : status;
        }
        return new ServiceView(name, config, status, open, now.FirstOrDefault(traffic => traffic.Name == name));
    }

    private static JsonNode Write(ServiceView service) => new JsonObject
    {
        ["name"] = service.Name,
        ["profile"] = service.Config is { } config ? ServiceKeys.Profile.Value.Spell(config.Profile) : null,
        ["addresses"] = service.Config is { } known ? new JsonArray([.. known.Addresses.Select(static prefix => (JsonNode)prefix.ToString())]) : null,
        ["status"] = service.Status.ToString().ToLowerInvariant(),
        ["openIncidents"] = new JsonArray([.. service.Open.Select(static incident => (JsonNode)incident.Id)]),
        ["traffic"] = service.Now is { } now ? Write(now) : null,
    };

    public static JsonNode Write(ServiceTraffic traffic) => new JsonObject
    {
        ["name"] = traffic.Name,
        ["packetsPerSecond"] = Math.Round(traffic.PacketsPerSecond, 1),
        ["bitsPerSecond"] = Math.Round(traffic.BitsPerSecond),
        ["usualLow"] = Rounded(traffic.UsualLow),
        ["usualHigh"] = Rounded(traffic.UsualHigh),
    };

    private static JsonNode Write(TrafficPoint point) => new JsonObject
    {
        ["at"] = JournalTime.Format(point.At),
        ["packetsPerSecond"] = Math.Round(point.PacketsPerSecond, 1),
        ["bitsPerSecond"] = Math.Round(point.BitsPerSecond),
        ["usualLow"] = Rounded(point.UsualLow),
        ["usualHigh"] = Rounded(point.UsualHigh),
    };

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 1) : null;

    private static IEnumerable<JsonNode> TopSources(KeptIncident incident)
    {
        var top = JsonNode.Parse(incident.Json)?["sources"]?["top"] as JsonArray ?? [];
        foreach (var source in top.OfType<JsonObject>())
        {
            var copy = (JsonObject)source.DeepClone();
            copy["incident"] = incident.Id;
            yield return copy;
        }
    }
}

/// <summary>How a service does, from good to bad.</summary>
internal enum ServiceStatus
{
    /// <summary>Nothing is open.</summary>
    Calm,

    /// <summary>Something is open that is no attack, not yet, or not any more.</summary>
    Watched,

    /// <summary>Under attack.</summary>
    Attacked,
}

/// <summary>One service as API and pages show it.</summary>
internal sealed record ServiceView(string Name, ServiceConfig? Config, ServiceStatus Status, IReadOnlyList<KeptIncident> Open, ServiceTraffic? Now);
