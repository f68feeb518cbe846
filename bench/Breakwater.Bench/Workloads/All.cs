using Breakwater.Bench.Harness;

namespace Breakwater.Bench.Workloads;

/// <summary>Every workload, made when asked for.</summary>
internal static class All
{
    public static IReadOnlyList<(string Name, Func<Workload> Make)> Workloads { get; } =
    [
        ("netflow9-ipv4", () => new ExportWorkload("netflow9-ipv4", 40, false, Layouts.IPv4)),
        ("netflow9-ipv6", () => new ExportWorkload("netflow9-ipv6", 40, false, Layouts.IPv6)),
        ("netflow9-reduced", () => new ExportWorkload("netflow9-reduced", 40, false, Layouts.NetFlow9Reduced)),
        ("netflow9-sampled", () => new ExportWorkload("netflow9-sampled", null, false, Layouts.NetFlow9Sampled)),
        ("ipfix-fixed", () => new ExportWorkload("ipfix-fixed", 30, true, Layouts.IpfixFixed)),
        ("ipfix-variable", () => new ExportWorkload("ipfix-variable", 30, true, Layouts.IpfixVariable)),
        ("ipfix-enterprise", () => new ExportWorkload("ipfix-enterprise", 30, true, Layouts.IpfixEnterprise)),
        ("sflow-flood", () => new SflowWorkload("sflow-flood", isExpanded: false, isFlood: true)),
        ("sflow-mixed", () => new SflowWorkload("sflow-mixed", isExpanded: false, isFlood: false)),
        ("sflow-expanded-mixed", () => new SflowWorkload("sflow-expanded-mixed", isExpanded: true, isFlood: false)),
        ("pcap-flood", () => new CaptureWorkload("pcap-flood", isPcapng: false, isFlood: true)),
        ("pcap-flood-stream", () => new CaptureWorkload("pcap-flood-stream", isPcapng: false, isFlood: true, isStream: true)),
        ("pcap-mixed", () => new CaptureWorkload("pcap-mixed", isPcapng: false, isFlood: false)),
        ("pcapng-mixed", () => new CaptureWorkload("pcapng-mixed", isPcapng: true, isFlood: false)),
        ("log-plain", () => new LogWorkload("log-plain", isVaried: false)),
        ("log-varied", () => new LogWorkload("log-varied", isVaried: true)),
    ];
}
