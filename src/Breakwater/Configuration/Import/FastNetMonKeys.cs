using System.Collections.Immutable;

namespace Breakwater.Configuration.Import;

/// <summary>Keys that have no counterpart, each with what to say when it matters.</summary>
internal static class FastNetMonKeys
{
    private const string Redirect = "telemetry alone is read (sFlow, NetFlow, IPFIX): let the router or a probe export it";
    private const string Events = "the API has every event and figure (GET /api/v1/events, GET /metrics)";
    private const string Blackhole = "Breakwater watches and explains; it does not announce routes yet. A script (notify.scripts) can";

    /// <summary>Switches whose parts (keys that begin with the name) mean nothing while they are off.</summary>
    public static readonly ImmutableArray<(string Switch, string[] Parts, string Note)> Switches =
    [
        ("mirror_afpacket", ["mirror_af_packet", "af_packet"], Redirect),
        ("mirror_afxdp", ["poll_mode_xdp", "xdp_", "zero_copy_xdp", "force_native_mode_xdp", "microcode_xdp_path"], Redirect),
        ("mirror_netmap", ["netmap"], Redirect),
        ("mirror", [], Redirect),
        ("pcap", [], Redirect),
        ("exabgp", ["exabgp"], Blackhole),
        ("gobgp", ["gobgp"], Blackhole),
        ("redis_enabled", ["redis"], Events),
        ("mongodb_enabled", ["mongodb"], Events),
        ("influxdb", ["influxdb"], Events),
        ("graphite", ["graphite"], Events),
        ("kafka_traffic_export", ["kafka"], Events),
        ("clickhouse_metrics", ["clickhouse"], Events),
        ("prometheus", ["prometheus"], "its place is GET /metrics of 'listen.api', with a token (breakwater token create)"),
        ("enable_api", [], "its place is the HTTP API of 'listen.api', with a token (breakwater token create)"),
        ("collect_attack_pcap_dumps", [], "no packets are kept: telemetry has none"),
        ("monitor_local_ip_addresses", [], "name the addresses of this machine under 'services' when they are to be watched"),
        ("monitor_openvz_vps_ip_addresses", [], "name the addresses under 'services'"),
        ("enable_subnet_counters", [], "each /24 and /48 is watched as a whole by itself; others stand in 'detection.prefixes'"),
        ("enable_connection_tracking", [], ""),
        ("logging_local_syslog_logging", [], "lines go to standard error, and from there to the journal of systemd"),
        ("logging_remote_syslog_logging", ["logging_remote_syslog"], "lines go to standard error, and from there to the journal of systemd"),
        ("dump_all_traffic", [], "'serve --record' keeps the telemetry as it came"),
        ("dump_other_traffic", [], ""),
        ("sflow_read_packet_length_from_ip_header", [], "the length that the IP header tells is always used where there is one"),
    ];

    /// <summary>Keys that are said once when they are there, whatever their value; empty: nothing is lost, and nothing is said.</summary>
    public static readonly ImmutableDictionary<string, string> Values = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ban_time"] = "an incident ends when the traffic is back below its floor for 'detection.quiet', not after a fixed time",
        ["unban_only_if_attack_finished"] = "",
        ["ban_details_records_count"] = "a script gets the incident's reasons and its JSON on standard input",
        ["average_calculation_time"] = "traffic is judged ten times a second; how long it takes to be sure follows from the evidence",
        ["average_calculation_time_for_subnets"] = "",
        ["speed_calculation_delay"] = "",
        ["disable_usage_report"] = "",
        ["check_period"] = "",
        ["logging_level"] = "",
        ["logging_logging_level"] = "",
        ["interfaces"] = "",
        ["interfaces_walk"] = "",
        ["pid_path"] = "",
        ["cli_stats_file_path"] = "",
        ["cli_stats_ipv6_file_path"] = "",
        ["sort_parameter"] = "",
        ["max_ips_in_list"] = "",
    }.ToImmutableDictionary(StringComparer.Ordinal);
}
