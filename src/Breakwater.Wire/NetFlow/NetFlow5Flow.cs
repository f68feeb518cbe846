using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>One NetFlow v5 record as a flow.</summary>
public static class NetFlow5Flow
{
    private const FlowFields Always = FlowFields.Source | FlowFields.Destination | FlowFields.Bytes | FlowFields.Packets
        | FlowFields.Start | FlowFields.End | FlowFields.InputInterface | FlowFields.OutputInterface | FlowFields.SourcePort
        | FlowFields.DestinationPort | FlowFields.TcpFlags | FlowFields.Protocol | FlowFields.TypeOfService;

    /// <summary>Fills every member; times are nanoseconds since 1970-01-01 UTC, counters as exported.</summary>
    public static void Read(in NetFlow5Header header, in NetFlow5Record record, ref FlowRecord flow)
    {
        flow = default;
        flow.Known = header.ReceivedNanoseconds != 0 ? Always | FlowFields.ReceivedAt : Always;
        flow.ReceivedNanoseconds = header.ReceivedNanoseconds;
        (flow.SamplingRate, flow.SamplingSource) = (header.Sampling.Rate, header.Sampling.Source);
        flow.Source = Address.FromIPv4(record.SourceAddress);
        flow.Destination = Address.FromIPv4(record.DestinationAddress);
        flow.Bytes = record.Bytes;
        flow.Packets = record.Packets;
        flow.StartNanoseconds = FlowTime.FromUptime(record.FirstMilliseconds, header.SysUptimeMilliseconds, header.ExportNanoseconds);
        flow.EndNanoseconds = FlowTime.FromUptime(record.LastMilliseconds, header.SysUptimeMilliseconds, header.ExportNanoseconds);
        flow.InputInterface = record.InputInterface;
        flow.OutputInterface = record.OutputInterface;
        flow.SourcePort = record.SourcePort;
        flow.DestinationPort = record.DestinationPort;
        flow.TcpFlags = record.TcpFlags;
        flow.Protocol = record.Protocol;
        flow.TypeOfService = record.TypeOfService;
        if (FlowFinish.IsUnusual(flow))
            FlowFinish.FixPorts(ref flow, PlanTraits.None);
    }
}
