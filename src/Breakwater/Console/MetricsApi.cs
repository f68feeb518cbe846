using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Breakwater.Incidents;
using Breakwater.Response.Bgp;
using Breakwater.Response.Ledger;
using Breakwater.Response.Nftables;
using Breakwater.Telemetry.Health;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary><c>/metrics</c>: the text format of Prometheus 0.0.4; names are <c>breakwater_STAGE_WHAT_UNIT[_total]</c>.</summary>
internal static class MetricsApi
{
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    public static Task Serve(HttpContext http, ApiContext api, ApiCaller caller) => Answer.Text(http, MediaType, Write(api));

    internal static string Write(ApiContext api)
    {
        var text = new StringBuilder();
        var (health, storage, incidents) = (api.Health(), api.Journal.Health, api.Journal.Snapshot.Incidents);
        var account = health.Account;
        Family(text, "breakwater_telemetry_datagrams_total", "counter", "Datagrams received, by what became of them.",
            [("outcome=\"counted\"", account.Counted), ("outcome=\"undecodable\"", account.Undecodable), ("outcome=\"ignored\"", account.Ignored)]);
        Family(text, "breakwater_telemetry_shed_records_total", "counter", "Records left out under overload; a sample stood for them.", [("", account.ShedRecords)]);
        Family(text, "breakwater_telemetry_kernel_drops_total", "counter", "Datagrams that the kernel dropped before they were read.", [("", account.KernelDrops)]);
        Family(text, "breakwater_telemetry_records_total", "counter", "Records read, by exporter.", [.. health.Exporters.Select(static exporter => ($"exporter=\"{exporter.Name}\"", (double)exporter.Records))]);
        Family(text, "breakwater_telemetry_lost_units_total", "counter", "Datagrams or records that sequence numbers miss, by exporter.", [.. health.Exporters.Select(static exporter => ($"exporter=\"{exporter.Name}\"", (double)exporter.Lost))]);
        Family(text, "breakwater_telemetry_open_conditions", "gauge", "Things that are wrong with an exporter.", [.. health.Exporters.Select(static exporter => ($"exporter=\"{exporter.Name}\"", (double)exporter.Conditions.Length))]);
        Interfaces(text, health.Exporters);
        Family(text, "breakwater_detection_thinned_ticks_total", "counter", "Ticks of 100 ms with more records than are studied each; a sample stood for them.", [("", health.ThinnedTicks)]);
        var totals = api.History.Totals();
        Family(text, "breakwater_detection_packets_total", "counter", "Packets towards a service, scaled by the sampling rate.", [.. totals.Select(static service => ($"service=\"{service.Service}\"", service.Packets))]);
        Family(text, "breakwater_detection_bytes_total", "counter", "Bytes towards a service, scaled by the sampling rate.", [.. totals.Select(static service => ($"service=\"{service.Service}\"", service.Bytes))]);
        Family(text, "breakwater_detection_packets_per_second", "gauge", "Traffic of a service in the last second.", [.. (api.History.Last?.Services ?? []).Select(static service => ($"service=\"{service.Name}\"", service.PacketsPerSecond))]);
        Family(text, "breakwater_detection_bytes_per_second", "gauge", "Likewise, in bytes.", [.. (api.History.Last?.Services ?? []).Select(static service => ($"service=\"{service.Name}\"", service.BitsPerSecond / 8))]);
        Family(text, "breakwater_incidents_open_incidents", "gauge", "Open incidents, by state.", [.. StateNames.All.Where(static state => state != "closed").Select(state => ($"state=\"{state}\"", (double)incidents.Count(incident => StateNames.Of(incident.State) == state)))]);
        Family(text, "breakwater_incidents_commits_total", "counter", "Commits of the journal.", [("", storage.Commits)]);
        Family(text, "breakwater_incidents_commit_seconds", "gauge", "Duration of the last commit.", [("", storage.LastCommit.TotalSeconds)]);
        Family(text, "breakwater_incidents_storage_good_bool", "gauge", "1 while the journal can be written.", [("", storage.IsGood ? 1 : 0)]);
        Family(text, "breakwater_incidents_waiting_entries", "gauge", "Entries that only memory has.", [("", storage.Waiting)]);
        Family(text, "breakwater_incidents_dropped_entries_total", "counter", "Entries that found no place.", [("", storage.Dropped)]);
        Family(text, "breakwater_incidents_dropped_events_total", "counter", "Events between engine and journal that found no place.", [("", api.EventsDropped())]);
        Family(text, "breakwater_incidents_lost_traffic_seconds_total", "counter", "Seconds of traffic that are not on disk.", [("", api.Traffic.LostSeconds)]);
        if (api.WebLogs() is { } logs)
            WebMetrics.Write(text, logs, api.Time.GetUtcNow());
        ResponseMetrics(text, api);
        var scripts = api.Scripts();
        Family(text, "breakwater_notify_script_calls_total", "counter", "Calls of scripts that ended.", [("", scripts.Sum(static script => script.Calls))]);
        Family(text, "breakwater_notify_script_failures_total", "counter", "Calls of scripts that went wrong.", [("", scripts.Sum(static script => script.Failures))]);
        Family(text, "breakwater_notify_dropped_calls_total", "counter", "Calls of scripts that found no place.", [("", scripts.Sum(static script => script.Dropped))]);
        if (api.Pauses is { } pauses)
        {
            Family(text, "breakwater_process_gc_pauses_total", "counter", "Pauses of all threads by the garbage collector.", [("", pauses.Total.Count)]);
            Family(text, "breakwater_process_gc_pause_seconds_total", "counter", "Their sum.", [("", pauses.Total.Seconds)]);
            Family(text, "breakwater_process_gc_pause_p99_seconds", "gauge", "99 of 100 of them are no longer.", [("", pauses.Percentile99Seconds)]);
        }
        Family(text, "breakwater_console_requests_total", "counter", "Requests to API and pages.", [("", api.Counters.Requests)]);
        Family(text, "breakwater_console_refused_requests_total", "counter", "Requests without the right to what they asked for.", [("", api.Counters.Refused)]);
        Family(text, "breakwater_console_event_readers", "gauge", "Readers of the event stream.", [("", api.Journal.Events.Readers)]);
        return text.ToString();
    }

    private static void ResponseMetrics(StringBuilder text, ApiContext api)
    {
        if (api.Response is not { } response)
            return;
        var rows = response.Desk?.Snapshot.Rows ?? [];
        Family(text, "breakwater_response_open_mitigations", "gauge", "Filters that are proposed, approved or active.",
            [.. ResponseApi.Counts(rows).Select(static state => ($"state=\"{state.Key}\"", (double)state.Value!.GetValue<int>()))]);
        Family(text, "breakwater_response_unannounced_mitigations", "gauge", "Active filters that no router and no host can have.", [("", rows.Count(static row => row is { State: MitigationState.Active, AnnouncedTo: 0, KeptUntil: null }))]);
        var peers = response.Speaker?.Peers.ToList() ?? [];
        Family(text, "breakwater_response_peer_up_bool", "gauge", "1 while the session with a router stands.", [.. peers.Select(static peer => ($"peer=\"{peer.Name}\"", peer.State == BgpSessionState.Established ? 1.0 : 0))]);
        Family(text, "breakwater_response_announced_routes", "gauge", "Routes announced to a router in its session.", [.. peers.Select(static peer => ($"peer=\"{peer.Name}\"", (double)peer.Announced))]);
        HostMetrics(text, [.. response.Hosts.Zip(response.Agents).Select(static host => ($"host=\"{host.First.Name}\"", host.Second.Health, host.Second.Load))]);
        Family(text, "breakwater_response_known_good_clients", "gauge", "Clients that were answered before any attack, and are watched.",
            [.. (response.Cohorts?.Sizes ?? []).Where(static known => known.Service.Length > 0).Select(static known => ($"service=\"{known.Service}\"", (double)known.Clients))]);
        Family(text, "breakwater_response_harmful_filters_total", "counter", "Filters that were seen to hurt known-good clients.", [("", response.Harms?.Harms ?? 0)]);
        Family(text, "breakwater_response_refused_filters_total", "counter", "Filters that the guard refused.", [("", response.Guard.Refused + (response.Speaker?.Refused ?? 0))]);
        Family(text, "breakwater_response_unwritten_changes_total", "counter", "Changes of filters that the storage refused.", [("", response.Unwritten)]);
        Family(text, "breakwater_response_dropped_work_total", "counter", "Events and wishes that the desk had no place for.", [("", response.Desk?.Dropped ?? 0)]);
    }

    private static void HostMetrics(StringBuilder text, List<(string Labels, AgentHealth Health, AgentLoad Load)> hosts)
    {
        Family(text, "breakwater_response_host_up_bool", "gauge", "1 while the agent of a host answers.", [.. hosts.Select(static host => (host.Labels, host.Health.IsConnected ? 1.0 : 0))]);
        Family(text, "breakwater_response_host_filters", "gauge", "Filters that stand on a host.", [.. hosts.Select(static host => (host.Labels, (double)host.Load.Held))]);
        Family(text, "breakwater_response_host_refused_filters_total", "counter", "Filters that the agent of a host refused.", [.. hosts.Select(static host => (host.Labels, (double)host.Load.Refused))]);
        Family(text, "breakwater_response_host_matched_packets_total", "counter", "Packets that met a filter on a host.", [.. hosts.Select(static host => (host.Labels, (double)host.Load.Met.MatchedPackets))]);
        Family(text, "breakwater_response_host_dropped_packets_total", "counter", "Of these, packets that were dropped.", [.. hosts.Select(static host => (host.Labels, (double)host.Load.Met.DroppedPackets))]);
        Family(text, "breakwater_response_host_dropped_bytes_total", "counter", "Their bytes.", [.. hosts.Select(static host => (host.Labels, (double)host.Load.Met.DroppedBytes))]);
    }

    /// <summary>Rates and load of interfaces: the counters' where they come, else the records'.</summary>
    private static void Interfaces(StringBuilder text, ImmutableArray<ExporterHealth> exporters)
    {
        var links = exporters.SelectMany(static exporter => exporter.Links.Where(static link => link.InBitsPerSecond is not null).Select(link => (Labels: Labels(exporter, link), Link: link))).ToList();
        Family(text, "breakwater_telemetry_interface_bytes_per_second", "gauge", "Traffic of an exporter's interface.",
            [.. links.SelectMany(static entry => Sides(entry.Labels, entry.Link.InBitsPerSecond / 8, entry.Link.OutBitsPerSecond / 8))]);
        Family(text, "breakwater_telemetry_interface_load_ratio", "gauge", "Part of an interface's speed that is used.",
            [.. links.SelectMany(static entry => Sides(entry.Labels, entry.Link.InLoad, entry.Link.OutLoad))]);
    }

    private static IEnumerable<(string Labels, double Value)> Sides(string labels, double? inbound, double? outbound)
    {
        if (inbound is { } @in)
            yield return ($"{labels},direction=\"in\"", @in);
        if (outbound is { } @out)
            yield return ($"{labels},direction=\"out\"", @out);
    }

    /// <summary>Names of interfaces come from outside: quoted as the format asks.</summary>
    private static string Labels(ExporterHealth exporter, LinkHealth link) => string.Create(
        CultureInfo.InvariantCulture, $"exporter=\"{exporter.Name}\",ifindex=\"{link.IfIndex}\",interface=\"{Quoted(link.Name ?? "")}\"");

    /// <summary>A label's value as the format asks.</summary>
    internal static string Quoted(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    internal static void Family(StringBuilder text, string name, string type, string help, (string Labels, double Value)[] samples)
    {
        if (samples.Length == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (labels, value) in samples)
            text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(CultureInfo.InvariantCulture, $" {value:R}\n");
    }
}
