using System.Globalization;
using Breakwater.Telemetry.Json;
using Breakwater.Wire;

namespace Breakwater.Telemetry;

/// <summary>Flows as lines for a person: when, who to whom, how much.</summary>
internal struct FlowText(TextWriter writer, long limit) : IFlowReader
{
    private long _count;

    public readonly bool IsFull => _count >= limit;

    public void OnFlow(in FlowRecord flow)
    {
        if (IsFull)
            return;
        if (_count++ == 0)
            writer.WriteLine($"{"time",-30} {"protocol",-9} {"source",-28} {"destination",-28} {"packets",9} {"bytes",11}  details");
        writer.Write($"{Time(flow),-30} {Protocol(flow),-9} ");
        writer.Write($"{End(flow, flow.Source, FlowFields.Source, flow.SourcePort, FlowFields.SourcePort),-28} ");
        writer.Write($"{End(flow, flow.Destination, FlowFields.Destination, flow.DestinationPort, FlowFields.DestinationPort),-28} ");
        writer.Write($"{Counter(flow, FlowFields.Packets, flow.Packets),9} {Counter(flow, FlowFields.Bytes, flow.Bytes),11}  ");
        writer.WriteLine(Details(flow));
    }

    private static string Time(in FlowRecord flow)
    {
        var nanoseconds = flow.Knows(FlowFields.Start) ? flow.StartNanoseconds : flow.Knows(FlowFields.ReceivedAt) ? flow.ReceivedNanoseconds : 0;
        if (nanoseconds == 0)
            return "-";
        Span<byte> text = stackalloc byte[Timestamps.MaximumLength + 8];
        return System.Text.Encoding.ASCII.GetString(text[..Timestamps.FormatNanoseconds(text, nanoseconds)]);
    }

    private static string Protocol(in FlowRecord flow) => !flow.Knows(FlowFields.Protocol) ? "-" : flow.Protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "icmpv6",
        132 => "sctp",
        var number => number.ToString(CultureInfo.InvariantCulture),
    };

    // Unknown is "-", never 0: a cut-off port is not port 0.
    private static string End(in FlowRecord flow, Address address, FlowFields addressField, ushort port, FlowFields portField)
    {
        if (!flow.Knows(addressField))
            return "-";
        if (!flow.Knows(portField))
            return address.ToString();
        return address.IsIPv4 ? $"{address}:{port}" : $"[{address}]:{port}";
    }

    private static string Counter(in FlowRecord flow, FlowFields field, ulong value) =>
        flow.Knows(field) ? value.ToString(CultureInfo.InvariantCulture) : "-";

    private static string Details(in FlowRecord flow)
    {
        var details = new List<string>(4);
        if (flow.Knows(FlowFields.TcpFlags) && flow.Protocol == 6)
            details.Add(TcpFlags(flow.TcpFlags));
        if (flow.Knows(FlowFields.IcmpTypeCode))
            details.Add($"type {flow.IcmpTypeCode >> 8} code {flow.IcmpTypeCode & 0xFF}");
        if (flow.IsLaterFragment)
            details.Add($"fragment at {flow.FragmentOffset * 8}");
        if (flow.SamplingRate > 1)
            details.Add($"1:{flow.SamplingRate}");
        return string.Join(", ", details);
    }

    private static string TcpFlags(ushort flags)
    {
        ReadOnlySpan<string> names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"];
        var set = new List<string>(names.Length);
        for (var bit = 0; bit < names.Length; bit++)
        {
            if ((flags & (1 << bit)) != 0)
                set.Add(names[bit]);
        }

        return set.Count == 0 ? "no flags" : string.Join('+', set);
    }
}
