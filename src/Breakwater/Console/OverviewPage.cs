using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>The first page: is all well, and if not, what is going on.</summary>
internal static class OverviewPage
{
    /// <summary>Data older than this is called stale, seconds.</summary>
    public const int StaleSeconds = 3;

    private const int ChartSeconds = 300;
    private const int SparkSeconds = 120;
    private const int ClosedShown = 8;

    /// <summary>Open incidents that have a card; further ones have a line each.</summary>
    private const int CardsShown = 100;

    private const int RefreshSeconds = 5;

    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var services = ServiceApi.Services(api, caller).ToList();
        var chosen = services.Find(service => service.Name == Answer.Parameter(http, "service")) ?? Busiest(services);
        var body = Html.Of($"""
            {Top(api, services)}
            <main class="overview">
            <section class="traffic" aria-labelledby="traffic-title">
              <header><h2 id="traffic-title">Traffic <span data-chart-name>{chosen?.Name}</span></h2><p class="legend"><i class="line"></i>packets per second <i class="band"></i>usual range <i class="above"></i>above it</p></header>
              <div id="chart" class="{(chosen?.Status == ServiceStatus.Attacked ? "attacked" : "")}" data-service="{chosen?.Name}" data-seconds="{ChartSeconds}">{(chosen is null ? Html.Empty : TrafficSvg.Chart(api.History.Of(chosen.Name, ChartSeconds), ChartSeconds))}</div>
            </section>
            <div id="overview">{Part(api, caller, services, chosen?.Name)}</div>
            </main>
            """);
        return Pages.Write(http, Title(services), body, RefreshSeconds);
    }

    public static Task ServePart(HttpContext http, ApiContext api, ApiCaller caller)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Answer.Text(http, "text/html", Part(api, caller, [.. ServiceApi.Services(api, caller)], chosen: null).Markup);
    }

    private static Html Part(ApiContext api, ApiCaller caller, List<ServiceView> services, string? chosen)
    {
        var now = api.Time.GetUtcNow();
        // Memory holds all that are open; those that closed may be in the file only.
        var open = api.Journal.Snapshot.Incidents.Where(incident => incident.IsOpen && caller.Sees(incident.Service)).ToList();
        var closed = IncidentApi.Search(IncidentApi.All(api, before: null), incident => !incident.IsOpen && caller.Sees(incident.Service), ClosedShown, IncidentApi.MaximumLookedAt).Found;
        var (headline, mood) = Headline(services);
        return Html.Of($"""
            <p class="verdict-line {mood}" data-headline>{headline}</p>
            {Warnings(api, caller)}
            <section class="services" aria-labelledby="services-title">
              <h2 id="services-title">Services</h2>
              <ul>{Html.Join(services.OrderByDescending(static service => service.Status).Select(service => Service(api, service, service.Name == chosen)))}</ul>
            </section>
            <section class="incidents" aria-labelledby="incidents-title">
              <h2 id="incidents-title">Happening now <span class="count">{open.Count}</span></h2>
              {(open.Count == 0 ? Html.Of($"""<p class="none">Nothing. Ordinary traffic opens no incident.</p>""") : Html.Join(open.Take(CardsShown).Select(incident => IncidentView.Card(incident, now, isOpen: incident.Verdict == "attack" && open.Count == 1, MitigationView.Section(api, caller, incident)))))}
              {(open.Count <= CardsShown ? Html.Empty : Html.Of($"""<ul class="closed">{Html.Join(open.Skip(CardsShown).Select(incident => Line(incident, now)))}</ul>"""))}
              {(closed.Count == 0 ? Html.Empty : Html.Of($"""<h2>Over</h2><ul class="closed">{Html.Join(closed.Select(incident => Line(incident, now)))}</ul>"""))}
            </section>
            """);
    }

    /// <summary>The bar that every page has.</summary>
    public static Html Top(ApiContext api, IReadOnlyList<ServiceView>? services)
    {
        var last = api.History.Last;
        var age = last is null ? (double?)null : Math.Max(0, (api.Time.GetUtcNow() - last.At).TotalSeconds);
        var state = age is null ? "waiting" : age > StaleSeconds ? "stale" : "fresh";
        var told = age is not { } seconds ? "no data yet" : seconds > StaleSeconds ? $"stale: data is {Quantity.Span(TimeSpan.FromSeconds(seconds))} old" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"data {seconds:0.0} s old");
        var mood = services is null ? "" : Headline(services).Mood;
        return Html.Of($"""
            <header class="top {mood}" data-top>
              <a class="brand" href="/">{Pages.Mark}<span>Breakwater</span></a>
              <span class="age {state}" data-age data-stale-seconds="{StaleSeconds}" role="status">{told}</span>
              <button type="button" class="theme" data-theme-switch hidden>Dark or light</button>
              <form method="post" action="/logout"><button type="submit">Log out</button></form>
            </header>
            """);
    }

    private static (string Text, string Mood) Headline(IReadOnlyList<ServiceView> services)
    {
        var attacked = services.Where(static service => service.Status == ServiceStatus.Attacked).Select(static service => service.Name).ToList();
        if (attacked.Count > 0)
            return ($"{Names(attacked)} {(attacked.Count == 1 ? "is" : "are")} under attack.", "attacked");
        var watched = services.Where(static service => service.Status == ServiceStatus.Watched).Select(static service => service.Name).ToList();
        var isPaused = services.Where(static service => service.Status == ServiceStatus.Watched).All(static service => service.Open.All(static incident => incident is { Verdict: "attack", State: KeptState.Quiet }));
        if (watched.Count > 0 && isPaused)
            return ($"The attack on {Names(watched)} has paused.", "watched");
        if (watched.Count > 0)
            return ($"No attack. Something is going on at {Names(watched)}.", "watched");
        return (services.Count == 1 ? $"{services[0].Name} is calm." : $"All {services.Count} services are calm.", "calm");
    }

    private static string Title(IReadOnlyList<ServiceView> services)
    {
        var (text, mood) = Headline(services);
        return mood == "calm" ? "Breakwater" : $"{text} – Breakwater";
    }

    private static string Names(List<string> names) => names.Count switch
    {
        1 => names[0],
        <= 3 => $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}",
        _ => $"{names[0]}, {names[1]} and {names.Count - 2} more",
    };

    private static ServiceView? Busiest(List<ServiceView> services) =>
        services.OrderByDescending(static service => service.Status).ThenByDescending(static service => service.Now?.PacketsPerSecond ?? 0).FirstOrDefault();

    private static Html Service(ApiContext api, ServiceView service, bool isChosen) => Html.Of($"""
        <li class="service {service.Status.ToString().ToLowerInvariant()}{(isChosen ? " chosen" : "")}" data-service="{service.Name}">
          <a href="/?service={service.Name}"><span class="lamp" aria-hidden="true"></span><span class="name">{service.Name}</span><span class="status">{Told(service.Status)}</span>
          <span class="now"><b data-packets>{(service.Now is { } now ? Quantity.Packets(now.PacketsPerSecond) : "–")}</b><span data-bits>{(service.Now is { } bits ? Quantity.Bits(bits.BitsPerSecond) : "")}</span></span>
          {TrafficSvg.Spark(api.History.Of(service.Name, SparkSeconds), SparkSeconds)}</a>
        </li>
        """);

    private static string Told(ServiceStatus status) => status switch
    {
        ServiceStatus.Attacked => "under attack",
        ServiceStatus.Watched => "being watched",
        _ => "calm",
    };

    private static Html Line(KeptIncident incident, DateTimeOffset now) => Html.Of($"""
        <li class="{incident.Verdict}"><a href="/incidents/{incident.Id}">{incident.Sentence}</a><span class="when">{IncidentView.When(incident, now)}</span></li>
        """);

    /// <summary>What makes the page less certain than it looks: only for those who may see all of it.</summary>
    private static Html Warnings(ApiContext api, ApiCaller caller)
    {
        if (!caller.SeesAll)
            return Html.Empty;
        var sentences = new List<string>();
        if (api.Journal.Health.Fault is { } fault)
            sentences.Add($"Storage: {fault}.");
        foreach (var script in api.Scripts().Where(static script => script.Fault is not null))
            sentences.Add($"Script {script.Path} {script.Fault}: {script.Failures} of {script.Calls} calls went wrong.");
        if (api.Response?.Fault is { } response)
            sentences.Add($"Response: {response}.");
        foreach (var peer in api.Response?.Speaker?.Peers.Where(static peer => peer.State != Response.Bgp.BgpSessionState.Established) ?? [])
            sentences.Add($"Router {peer.Name} has no session{(peer.Fault is { } why ? $": {why}" : "")}. Filters do not reach it.");
        foreach (var (host, agent) in (api.Response?.Hosts ?? []).Zip(api.Response?.Agents ?? []).Where(static host => !host.Second.Health.IsConnected))
            sentences.Add($"Host {host.Name}: {agent.Health.Fault ?? "its agent does not answer"}. Filters do not reach it.");
        if (api.Health().BlindSince is { } blind)
            sentences.Add($"Blind since {Quantity.Clock(blind, api.Time.GetUtcNow())}: no exporter tells anything. Silence is not peace.");
        foreach (var exporter in api.Health().Exporters.Where(static exporter => !exporter.IsHealthy))
            sentences.AddRange(exporter.Conditions.Select(condition => $"{exporter.Name}: {condition.Sentence}."));
        return sentences.Count == 0 ? Html.Empty : Html.Of($"""<ul class="warnings">{Html.Join(sentences.Take(6).Select(static sentence => Html.Of($"<li>{sentence}</li>")))}</ul>""");
    }
}
