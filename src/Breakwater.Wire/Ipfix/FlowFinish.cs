using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Ipfix;

/// <summary>What a record's values mean beside each other: done after a plan's steps, the same for both ways to run them.</summary>
internal static class FlowFinish
{
    private const FlowFields Ports = FlowFields.SourcePort | FlowFields.DestinationPort;
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Dccp = 33;
    private const byte IcmpV6 = 58;
    private const byte Sctp = 132;
    private const byte UdpLite = 136;

    /// <summary>The traits that need this at all for every record.</summary>
    internal const PlanTraits Rare = PlanTraits.AbsoluteTimes | PlanTraits.DeferredUptime | PlanTraits.Duration | PlanTraits.Frame
        | PlanTraits.ClearsFirst | PlanTraits.IcmpApart;

    /// <summary>True when ports and ICMP elements are not simply what they seem.</summary>
    internal static bool IsUnusual(in FlowRecord flow) =>
        flow.Protocol is not (Tcp or Udp) || (flow.Known & (FlowFields.IcmpTypeCode | FlowFields.Fragment)) != 0;

    internal static void FinishRare(FlowPlan plan, ref PlanScratch scratch, ReadOnlySpan<byte> record)
    {
        ref var flow = ref scratch.Flow;
        if ((plan.Traits & PlanTraits.AbsoluteTimes) != 0)
        {
            if (flow.StartNanoseconds == 0)
                flow.Known &= ~FlowFields.Start;
            if (flow.EndNanoseconds == 0)
                flow.Known &= ~FlowFields.End;
        }

        if ((plan.Traits & PlanTraits.IcmpApart) != 0)
            JoinIcmp(ref scratch, plan.Traits);
        if ((plan.Traits & PlanTraits.DeferredUptime) != 0)
            ResolveUptimes(plan, ref scratch);
        if ((plan.Traits & PlanTraits.Duration) != 0)
            AddDuration(ref scratch);
        if ((plan.Traits & PlanTraits.Frame) != 0 && scratch.FrameLength > 0)
            ReadFrame(plan, ref scratch, record.Slice(scratch.FrameOffset, scratch.FrameLength));
    }

    /// <summary>
    /// Ports exist in TCP, UDP, DCCP, SCTP and UDP-Lite only, and not in later fragments. For ICMP the destination port carries type
    /// and code where no ICMP element does.
    /// </summary>
    internal static void FixPorts(ref FlowRecord flow, PlanTraits traits)
    {
        if ((flow.Known & FlowFields.Protocol) == 0)
            return;
        if ((traits & (flow.Protocol == Icmp ? PlanTraits.IcmpIPv6 : PlanTraits.IcmpIPv4)) != 0)
        {
            // The element of the other protocol.
            flow.IcmpTypeCode = 0;
            flow.Known &= ~FlowFields.IcmpTypeCode;
        }

        if (flow.Protocol is Icmp or IcmpV6)
        {
            // Firewalls export type and code as elements, and the echo identifier as a port: an element, even 0, is what holds.
            if ((flow.Known & (FlowFields.IcmpTypeCode | FlowFields.DestinationPort)) == FlowFields.DestinationPort
                && (traits & PlanTraits.IsReverse) == 0)
            {
                flow.IcmpTypeCode = flow.DestinationPort;
                flow.Known |= FlowFields.IcmpTypeCode;
            }
        }
        else
        {
            flow.IcmpTypeCode = 0;
            flow.Known &= ~FlowFields.IcmpTypeCode;
        }

        if (flow.Protocol is Tcp or Udp or Dccp or Sctp or UdpLite && !flow.IsLaterFragment)
            return;
        flow.SourcePort = flow.DestinationPort = 0;
        flow.Known &= ~Ports;
    }

    // The elements of the record's own protocol hold. A type without its code gets it from the destination port when that has the same type.
    private static void JoinIcmp(ref PlanScratch scratch, PlanTraits traits)
    {
        ref var flow = ref scratch.Flow;
        var elements = flow.Knows(FlowFields.Protocol)
            ? flow.Protocol switch { Icmp => scratch.IcmpIPv4, IcmpV6 => scratch.IcmpIPv6, _ => default }
            : scratch.IcmpIPv4.HasType ? scratch.IcmpIPv4 : scratch.IcmpIPv6;
        if (!elements.HasType)
            return;
        if (elements.HasCode || CodeIsInPort(flow, elements.Type, traits))
        {
            flow.IcmpTypeCode = (ushort)((elements.Type << 8) | (elements.HasCode ? elements.Code : flow.DestinationPort & 0xFF));
            flow.Known |= FlowFields.IcmpTypeCode;
        }
        else if (flow.Knows(FlowFields.Protocol))
        {
            // The port contradicts the type: it carries no code either.
            flow.DestinationPort = 0;
            flow.Known &= ~FlowFields.DestinationPort;
        }
    }

    private static bool CodeIsInPort(in FlowRecord flow, byte type, PlanTraits traits) =>
        flow.Knows(FlowFields.Protocol | FlowFields.DestinationPort) && flow.DestinationPort >> 8 == type && (traits & PlanTraits.IsReverse) == 0;

    // The uptime at export follows from the start of the uptime clock (IE 160), in the record or told by options.
    private static void ResolveUptimes(FlowPlan plan, ref PlanScratch scratch)
    {
        ref var flow = ref scratch.Flow;
        if (scratch.SystemInitMilliseconds == 0)
            return;
        var uptime = (uint)((ulong)(scratch.ExportNanoseconds / 1_000_000) - scratch.SystemInitMilliseconds);
        if (plan.StartsByUptime && scratch.FirstUptimePlusOne != 0)
        {
            flow.StartNanoseconds = FlowTime.FromUptime((uint)(scratch.FirstUptimePlusOne - 1), uptime, scratch.ExportNanoseconds);
            flow.Known |= FlowFields.Start;
        }

        if (plan.EndsByUptime && scratch.LastUptimePlusOne != 0)
        {
            flow.EndNanoseconds = FlowTime.FromUptime((uint)(scratch.LastUptimePlusOne - 1), uptime, scratch.ExportNanoseconds);
            flow.Known |= FlowFields.End;
        }
    }

    private static void AddDuration(ref PlanScratch scratch)
    {
        ref var flow = ref scratch.Flow;
        if (scratch.DurationPlusOne == 0)
            return;
        var duration = (long)(scratch.DurationPlusOne - 1);
        if (flow.Knows(FlowFields.Start) && !flow.Knows(FlowFields.End) && duration <= long.MaxValue - flow.StartNanoseconds)
        {
            flow.EndNanoseconds = flow.StartNanoseconds + duration;
            flow.Known |= FlowFields.End;
        }
        else if (flow.Knows(FlowFields.End) && !flow.Knows(FlowFields.Start))
        {
            flow.StartNanoseconds = flow.EndNanoseconds - duration;
            flow.Known |= FlowFields.Start;
        }
    }

    // A sampled frame (IE 315, 104) or packet (IE 313): its headers say what the record does not.
    private static void ReadFrame(FlowPlan plan, ref PlanScratch scratch, ReadOnlySpan<byte> frame)
    {
        var exported = scratch.Flow;
        ref var flow = ref scratch.Flow;
        var link = (plan.Traits & PlanTraits.FrameIsPacket) != 0 ? LinkType.Raw : LinkType.Ethernet;
        var size = scratch.FrameSize is > 0 and <= int.MaxValue ? (int)scratch.FrameSize : 0;
        PacketFlow.Read(frame, Math.Max(size, frame.Length), link, ref flow);
        if (size == 0)
        {
            // The length of the frame was not exported: the IP header's is what is known.
            flow.Bytes = flow.IpLength;
            if (!flow.Knows(FlowFields.IpLength))
                flow.Known &= ~FlowFields.Bytes;
        }

        FlowOverlay.Apply(exported, ref flow);
    }
}
