using System.Globalization;
using System.Text.RegularExpressions;
using Breakwater.Wire;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>The flow lines of nDPI's result files: <c>1 UDP a:p &lt;-&gt; b:q … [3 pkts/300 bytes &lt;-&gt; 2 pkts/200 bytes]</c>.</summary>
internal static partial class NdpiFlows
{
    /// <summary>The golden beside a capture, or null.</summary>
    public static string? Beside(string capture)
    {
        var path = capture + ".out";
        return File.Exists(path) && File.ReadLines(path).Any(line => line.StartsWith("Num dissector calls:", StringComparison.Ordinal)) ? path : null;
    }

    public static Dictionary<FlowKey, Traffic> Read(string path)
    {
        var flows = new Dictionary<FlowKey, Traffic>();
        foreach (var line in File.ReadLines(path))
        {
            if (FlowLine().Match(line) is not { Success: true } flow)
                continue;
            var protocol = ProtocolOf(flow.Groups[1].Value);
            var (source, sourcePort) = (Address.Parse(flow.Groups[2].Value.Trim('[', ']')), Port(flow.Groups[3].Value));
            var (destination, destinationPort) = (Address.Parse(flow.Groups[4].Value.Trim('[', ']')), Port(flow.Groups[5].Value));
            FlowTable.Add(flows, new FlowKey(protocol, source, sourcePort, destination, destinationPort), Counters(flow, 6));
            FlowTable.Add(flows, new FlowKey(protocol, destination, destinationPort, source, sourcePort), Counters(flow, 8));
        }

        return flows;
    }

    private static byte ProtocolOf(string name) => name switch
    {
        "TCP" => 6,
        "UDP" => 17,
        "ICMP" => 1,
        "ICMPV6" => 58,
        "IGMP" => 2,
        _ => throw new FormatException($"nDPI protocol {name}"),
    };

    private static ushort Port(string text) => ushort.Parse(text, CultureInfo.InvariantCulture);

    private static Traffic Counters(Match flow, int group) =>
        new(long.Parse(flow.Groups[group].Value, CultureInfo.InvariantCulture), long.Parse(flow.Groups[group + 1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^\s+\d+\s+([A-Z0-9]+) (\S+):(\d+) <?-> (\S+):(\d+) .*\[(\d+) pkts/(\d+) bytes <?-> (\d+) pkts/(\d+) bytes\]")]
    private static partial Regex FlowLine();
}
