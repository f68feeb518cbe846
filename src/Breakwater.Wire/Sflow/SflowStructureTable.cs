namespace Breakwater.Wire.Sflow;

/// <summary>
/// The structures of enterprise 0 with the names of their specifications: sflow_version_5.txt; sflow_tunnels.txt (1021-1030), sflow_drops.txt
/// (1036-1038), sflow_transit.txt (1039, 1040), sflow_80211.txt, sflow_host.txt, sflow_lag.txt, sflow_optics.txt, sflow_pnat.txt, sflow_http.txt,
/// sflow_application.txt, sflow_openflow.txt, sflow_jvm.txt. How the fields are written: <see cref="SflowFieldParser"/>.
/// </summary>
internal static class SflowStructureTable
{
    private const SflowRecordKind Flow = SflowRecordKind.Flow;
    private const SflowRecordKind Counter = SflowRecordKind.Counter;

    private const string SampledEthernet = "length src_mac:mac dst_mac:mac type";
    private const string SampledIPv4 = "length protocol src_ip:ip4 dst_ip:ip4 src_port dst_port tcp_flags tos";
    private const string SampledIPv6 = "length protocol src_ip:ip6 dst_ip:ip6 src_port dst_port tcp_flags priority";
    private const string SocketIPv4 = "protocol local_ip:ip4 remote_ip:ip4 local_port remote_port";
    private const string SocketIPv6 = "protocol local_ip:ip6 remote_ip:ip6 local_port remote_port";
    private const string Context = "application:string operation:string attributes:string";

    public static readonly (SflowRecordKind Kind, uint Format, string Name, string Fields)[] Rows =
    [
        (Flow, 1, "sampled_header", "protocol frame_length stripped header:opaque"),
        (Flow, 2, "sampled_ethernet", SampledEthernet),
        (Flow, 3, "sampled_ipv4", SampledIPv4),
        (Flow, 4, "sampled_ipv6", SampledIPv6),
        (Flow, 1001, "extended_switch", "src_vlan src_priority dst_vlan dst_priority"),
        (Flow, 1002, "extended_router", "nexthop:address src_mask_len dst_mask_len"),
        (Flow, 1003, "extended_gateway",
            "nexthop:address as src_as src_peer_as dst_as_path[ type as_path[ :uint ] ] communities[ :uint ] localpref"),
        (Flow, 1004, "extended_user", "src_charset src_user:string dst_charset dst_user:string"),
        (Flow, 1005, "extended_url", "direction url:string host:string"),
        (Flow, 1006, "extended_mpls", "nexthop:address in_stack[ :uint ] out_stack[ :uint ]"),
        (Flow, 1007, "extended_nat", "src_address:address dst_address:address"),
        (Flow, 1008, "extended_mpls_tunnel", "tunnel_lsp_name:string tunnel_id tunnel_cos"),
        (Flow, 1009, "extended_mpls_vc", "vc_instance_name:string vll_vc_id vc_label_cos"),
        (Flow, 1010, "extended_mpls_FTN", "mplsFTNDescr:string mplsFTNMask"),
        (Flow, 1011, "extended_mpls_LDP_FEC", "mplsFecAddrPrefixLength"),
        (Flow, 1012, "extended_vlantunnel", "stack[ :uint ]"),
        (Flow, 1013, "extended_80211_payload", "ciphersuite data:opaque"),
        (Flow, 1014, "extended_80211_rx", "ssid:string bssid:mac version channel speed:hyper rsni rcpi packet_duration"),
        (Flow, 1015, "extended_80211_tx",
            "ssid:string bssid:mac version transmissions packet_duration retrans_duration channel speed:hyper power"),
        (Flow, 1018, "extended_fc", "src_mask_len dst_mask_len next_hop metric"),
        (Flow, 1019, "extended_queue_length", "queueIndex queueLength"),
        (Flow, 1020, "extended_nat_port", "src_port dst_port"),
        (Flow, 1021, "extended_L2_tunnel_egress", SampledEthernet),
        (Flow, 1022, "extended_L2_tunnel_ingress", SampledEthernet),
        (Flow, 1023, "extended_ipv4_tunnel_egress", SampledIPv4),
        (Flow, 1024, "extended_ipv4_tunnel_ingress", SampledIPv4),
        (Flow, 1025, "extended_ipv6_tunnel_egress", SampledIPv6),
        (Flow, 1026, "extended_ipv6_tunnel_ingress", SampledIPv6),
        (Flow, 1027, "extended_decapsulate_egress", "inner_header_offset"),
        (Flow, 1028, "extended_decapsulate_ingress", "inner_header_offset"),
        (Flow, 1029, "extended_vni_egress", "vni"),
        (Flow, 1030, "extended_vni_ingress", "vni"),
        (Flow, 1034, "extended_vlanin", "stack[ :uint ]"),
        (Flow, 1035, "extended_vlanout", "stack[ :uint ]"),
        (Flow, 1036, "extended_egress_queue", "queue"),
        (Flow, 1037, "extended_acl", "number name:string direction"),
        (Flow, 1038, "extended_function", "symbol:string"),
        (Flow, 1039, "extended_transit", "delay"),
        (Flow, 1040, "extended_queue", "depth"),
        (Flow, 1041, "extended_hw_trap", "group:string trap:string"),
        (Flow, 1042, "extended_linux_drop_reason", "reason:string"),
        (Flow, 2100, "extended_socket_ipv4", SocketIPv4),
        (Flow, 2101, "extended_socket_ipv6", SocketIPv6),
        (Flow, 2102, "extended_proxy_socket_ipv4", SocketIPv4),
        (Flow, 2103, "extended_proxy_socket_ipv6", SocketIPv6),
        (Flow, 2200, "memcache_operation", "protocol cmd key:string nkeys value_bytes uS status"),
        (Flow, 2202, "app_operation", Context + " status_descr:string req_bytes:hyper resp_bytes:hyper uS status"),
        (Flow, 2203, "app_parent_context", Context),
        (Flow, 2204, "app_initiator", "actor:string"),
        (Flow, 2205, "app_target", "actor:string"),
        (Flow, 2206, "http_request",
            """
            method protocol uri:string host:string referer:string useragent:string xff:string authuser:string mime-type:string
            req_bytes:hyper resp_bytes:hyper uS status:int
            """),
        (Flow, 2207, "extended_proxy_request", "uri:string host:string"),
        (Counter, 1, "if_counters",
            """
            ifIndex ifType ifSpeed:hyper ifDirection ifStatus ifInOctets:hyper ifInUcastPkts ifInMulticastPkts ifInBroadcastPkts
            ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets:hyper ifOutUcastPkts ifOutMulticastPkts ifOutBroadcastPkts
            ifOutDiscards ifOutErrors ifPromiscuousMode
            """),
        (Counter, 2, "ethernet_counters",
            """
            dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsSingleCollisionFrames dot3StatsMultipleCollisionFrames
            dot3StatsSQETestErrors dot3StatsDeferredTransmissions dot3StatsLateCollisions dot3StatsExcessiveCollisions
            dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors dot3StatsFrameTooLongs
            dot3StatsInternalMacReceiveErrors dot3StatsSymbolErrors
            """),
        (Counter, 3, "tokenring_counters",
            """
            dot5StatsLineErrors dot5StatsBurstErrors dot5StatsACErrors dot5StatsAbortTransErrors dot5StatsInternalErrors
            dot5StatsLostFrameErrors dot5StatsReceiveCongestions dot5StatsFrameCopiedErrors dot5StatsTokenErrors
            dot5StatsSoftErrors dot5StatsHardErrors dot5StatsSignalLoss dot5StatsTransmitBeacons dot5StatsRecoverys
            dot5StatsLobeWires dot5StatsRemoves dot5StatsSingles dot5StatsFreqErrors
            """),
        (Counter, 4, "vg_counters",
            """
            dot12InHighPriorityFrames dot12InHighPriorityOctets:hyper dot12InNormPriorityFrames dot12InNormPriorityOctets:hyper
            dot12InIPMErrors dot12InOversizeFrameErrors dot12InDataErrors dot12InNullAddressedFrames dot12OutHighPriorityFrames
            dot12OutHighPriorityOctets:hyper dot12TransitionIntoTrainings dot12HCInHighPriorityOctets:hyper
            dot12HCInNormPriorityOctets:hyper dot12HCOutHighPriorityOctets:hyper
            """),
        (Counter, 5, "vlan_counters", "vlan_id octets:hyper ucastPkts multicastPkts broadcastPkts discards"),
        (Counter, 6, "ieee80211_counters",
            """
            dot11TransmittedFragmentCount dot11MulticastTransmittedFrameCount dot11FailedCount dot11RetryCount
            dot11MultipleRetryCount dot11FrameDuplicateCount dot11RTSSuccessCount dot11RTSFailureCount dot11ACKFailureCount
            dot11ReceivedFragmentCount dot11MulticastReceivedFrameCount dot11FCSErrorCount dot11TransmittedFrameCount
            dot11WEPUndecryptableCount dot11QoSDiscardedFragmentCount dot11AssociatedStationCount dot11QoSCFPollsReceivedCount
            dot11QoSCFPollsUnusedCount dot11QoSCFPollsUnusableCount dot11QoSCFPollsLostCount
            """),
        (Counter, 7, "lag_port_stats",
            """
            dot3adAggPortActorSystemID:mac dot3adAggPortPartnerOperSystemID:mac dot3adAggPortAttachedAggID dot3adAggPortState:opaque4
            dot3adAggPortStatsLACPDUsRx dot3adAggPortStatsMarkerPDUsRx dot3adAggPortStatsMarkerResponsePDUsRx
            dot3adAggPortStatsUnknownRx dot3adAggPortStatsIllegalRx dot3adAggPortStatsLACPDUsTx dot3adAggPortStatsMarkerPDUsTx
            dot3adAggPortStatsMarkerResponsePDUsTx
            """),
        (Counter, 10, "sfp",
            """
            module_id module_num_lanes module_supply_voltage module_temperature:int lanes[ index tx_bias_current tx_power
            tx_power_min tx_power_max tx_wavelength rx_power rx_power_min rx_power_max rx_wavelength ]
            """),
        (Counter, 1001, "processor", "5s_cpu 1m_cpu 5m_cpu total_memory:hyper free_memory:hyper"),
        (Counter, 1002, "radio_utilization", "elapsed_time on_channel_time on_channel_busy_time"),
        (Counter, 1004, "of_port", "datapath_id:hyper port_no"),
        (Counter, 1005, "port_name", "name:string"),
        (Counter, 2000, "host_descr", "hostname:string uuid:opaque16 machine_type os_name os_release:string"),
        (Counter, 2001, "host_adapters", "adapters[ ifIndex mac_address[ :mac ] ]"),
        (Counter, 2002, "host_parent", "container_type container_index"),
        (Counter, 2003, "host_cpu",
            """
            load_one:float load_five:float load_fifteen:float proc_run proc_total cpu_num cpu_speed uptime cpu_user cpu_nice
            cpu_system cpu_idle cpu_wio cpu_intr cpu_sintr interrupts contexts
            """),
        (Counter, 2004, "host_memory",
            """
            mem_total:hyper mem_free:hyper mem_shared:hyper mem_buffers:hyper mem_cached:hyper swap_total:hyper swap_free:hyper
            page_in page_out swap_in swap_out
            """),
        (Counter, 2005, "host_disk_io",
            "disk_total:hyper disk_free:hyper part_max_used reads bytes_read:hyper read_time writes bytes_written:hyper write_time"),
        (Counter, 2006, "host_net_io", "bytes_in:hyper pkts_in errs_in drops_in bytes_out:hyper packets_out errs_out drops_out"),
        (Counter, 2007, "mib2_ip_group",
            """
            ipForwarding ipDefaultTTL ipInReceives ipInHdrErrors ipInAddrErrors ipForwDatagrams ipInUnknownProtos ipInDiscards
            ipInDelivers ipOutRequests ipOutDiscards ipOutNoRoutes ipReasmTimeout ipReasmReqds ipReasmOKs ipReasmFails ipFragOKs
            ipFragFails ipFragCreates
            """),
        (Counter, 2009, "mib2_tcp_group",
            """
            tcpRtoAlgorithm tcpRtoMin tcpRtoMax tcpMaxConn tcpActiveOpens tcpPassiveOpens tcpAttemptFails tcpEstabResets
            tcpCurrEstab tcpInSegs tcpOutSegs tcpRetransSegs tcpInErrs tcpOutRsts tcpInCsumErrs
            """),
        (Counter, 2010, "mib2_udp_group",
            "udpInDatagrams udpNoPorts udpInErrors udpOutDatagrams udpRcvbufErrors udpSndbufErrors udpInCsumErrors"),
        (Counter, 2100, "virt_node", "mhz cpus memory:hyper memory_free:hyper num_domains"),
        (Counter, 2101, "virt_cpu", "state cpuTime nrVirtCpu"),
        (Counter, 2102, "virt_memory", "memory:hyper maxMemory:hyper"),
        (Counter, 2103, "virt_disk_io",
            "capacity:hyper allocation:hyper physical:hyper rd_req rd_bytes:hyper wr_req wr_bytes:hyper errs"),
        (Counter, 2104, "virt_net_io", "rx_bytes:hyper rx_packets rx_errs rx_drop tx_bytes:hyper tx_packets tx_errs tx_drop"),
        (Counter, 2105, "jvm_runtime", "vm_name:string vm_vendor:string vm_version:string"),
        (Counter, 2201, "http_counters",
            """
            method_option_count method_get_count method_head_count method_post_count method_put_count method_delete_count
            method_trace_count method_connect_count method_other_count status_1XX_count status_2XX_count status_3XX_count
            status_4XX_count status_5XX_count status_other_count
            """),
        (Counter, 2202, "app_operations",
            """
            application:string success other timeout internal_error bad_request forbidden too_large not_implemented not_found
            unavailable unauthorized
            """),
        (Counter, 2203, "app_resources", "user_time system_time mem_used:hyper mem_max:hyper fd_open fd_max conn_open conn_max"),
        (Counter, 2206, "app_workers", "workers_active workers_idle workers_max req_delayed req_dropped"),
    ];
}
