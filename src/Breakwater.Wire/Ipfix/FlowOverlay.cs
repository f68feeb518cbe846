namespace Breakwater.Wire.Ipfix;

/// <summary>Lays what an exporter stated over what was read from the frame that it sent along.</summary>
internal static class FlowOverlay
{
    internal static void Apply(in FlowRecord exported, ref FlowRecord flow)
    {
        flow.ReceivedNanoseconds = exported.ReceivedNanoseconds;
        flow.SamplingRate = exported.SamplingRate;
        flow.SamplingSource = exported.SamplingSource;
        var known = exported.Known;
        if ((known & FlowFields.Bytes) != 0)
            flow.Bytes = exported.Bytes;
        if ((known & FlowFields.Packets) != 0)
            flow.Packets = exported.Packets;
        if ((known & FlowFields.Start) != 0)
            flow.StartNanoseconds = exported.StartNanoseconds;
        if ((known & FlowFields.End) != 0)
            flow.EndNanoseconds = exported.EndNanoseconds;
        if ((known & FlowFields.InputInterface) != 0)
            flow.InputInterface = exported.InputInterface;
        if ((known & FlowFields.OutputInterface) != 0)
            flow.OutputInterface = exported.OutputInterface;
        if ((known & FlowFields.VlanId) != 0)
            flow.VlanId = exported.VlanId;
        if ((known & FlowFields.Direction) != 0)
            flow.Direction = exported.Direction;
        if ((known & FlowFields.ForwardingStatus) != 0)
            flow.ForwardingStatus = exported.ForwardingStatus;
        ApplyHeaders(exported, ref flow);
        flow.Known |= known;
    }

    private static void ApplyHeaders(in FlowRecord exported, ref FlowRecord flow)
    {
        var known = exported.Known;
        if ((known & FlowFields.SourcePort) != 0)
            flow.SourcePort = exported.SourcePort;
        if ((known & FlowFields.DestinationPort) != 0)
            flow.DestinationPort = exported.DestinationPort;
        if ((known & FlowFields.Protocol) != 0)
            flow.Protocol = exported.Protocol;
        if ((known & FlowFields.TypeOfService) != 0)
            flow.TypeOfService = exported.TypeOfService;
        if ((known & FlowFields.TimeToLive) != 0)
            flow.TimeToLive = exported.TimeToLive;
        if ((known & FlowFields.TcpFlags) != 0)
            flow.TcpFlags = exported.TcpFlags;
        if ((known & FlowFields.IcmpTypeCode) != 0)
            flow.IcmpTypeCode = exported.IcmpTypeCode;
        if ((known & FlowFields.IpLength) != 0)
            flow.IpLength = exported.IpLength;
        if ((known & FlowFields.Fragment) != 0)
            (flow.FragmentOffset, flow.MoreFragments) = (exported.FragmentOffset, exported.MoreFragments);
    }
}
