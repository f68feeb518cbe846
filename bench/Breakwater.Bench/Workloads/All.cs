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
        ("ipfix-fixed", () => new ExportWorkload("ipfix-fixed", 30, true, Layouts.IpfixFixed)),
        ("ipfix-variable", () => new ExportWorkload("ipfix-variable", 30, true, Layouts.IpfixVariable)),
        ("ipfix-enterprise", () => new ExportWorkload("ipfix-enterprise", 30, true, Layouts.IpfixEnterprise)),
        ("sflow", () => new SflowWorkload("sflow", isExpanded: false)),
        ("sflow-expanded", () => new SflowWorkload("sflow-expanded", isExpanded: true)),
        ("pcap", () => new CaptureWorkload("pcap", isPcapng: false)),
        ("pcapng", () => new CaptureWorkload("pcapng", isPcapng: true)),
    ];
}
