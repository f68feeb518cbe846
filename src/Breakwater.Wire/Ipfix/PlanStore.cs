namespace Breakwater.Wire.Ipfix;

/// <summary>Stores one value: the interpreter's whole work, and the compiled plan's for values of variable length.</summary>
internal static class PlanStore
{
    // IE 197 fragmentFlags: reserved, DF, MF from the top bit.
    internal const byte MoreFragments = 0x20;

    /// <summary>Stores a value whose length the target accepts.</summary>
    internal static void Store(ref PlanScratch scratch, PlanTarget target, ReadOnlySpan<byte> value, int offset)
    {
        switch (target)
        {
            case PlanTarget.SourceIPv4 or PlanTarget.SourceIPv6:
                Address.TryRead(value, out scratch.Flow.Source);
                break;
            case PlanTarget.DestinationIPv4 or PlanTarget.DestinationIPv6:
                Address.TryRead(value, out scratch.Flow.Destination);
                break;
            case PlanTarget.SourceEitherIPv4 or PlanTarget.SourceEitherIPv6:
                StoreEither(ref scratch.Flow.Source, value);
                break;
            case PlanTarget.DestinationEitherIPv4 or PlanTarget.DestinationEitherIPv6:
                StoreEither(ref scratch.Flow.Destination, value);
                break;
            case PlanTarget.ScratchFrame:
                scratch.FrameOffset = offset;
                scratch.FrameLength = value.Length;
                break;
            default:
                var number = UnsignedInteger.Read(value);
                if (target >= PlanTarget.StartSeconds)
                    StoreTime(ref scratch, target, number);
                else
                    StoreNumber(ref scratch.Flow, target, number);
                break;
        }
    }

    /// <summary>Stores a value of variable length; what its target does not accept is passed over and stays unknown.</summary>
    internal static void StoreVariable(ref PlanScratch scratch, ReadOnlySpan<byte> value, PlanTarget target, int offset)
    {
        if (!FlowElements.Accepts(FlowElements.Plain(target), value.Length))
            return;
        Store(ref scratch, target, value, offset);
        scratch.Flow.Known |= FlowPlanBuilder.FieldOf(target);
    }

    /// <summary>The address of the family that the exporter filled: not zero, IPv4 first, whatever order they come in.</summary>
    internal static void StoreEither(ref Address address, ReadOnlySpan<byte> value)
    {
        Address.TryRead(value, out var candidate);
        if (candidate.IsIPv4 ? candidate.IPv4 != 0 || address == default : candidate != default && !(address.IsIPv4 && address.IPv4 != 0))
            address = candidate;
    }

    private static void StoreNumber(ref FlowRecord flow, PlanTarget target, ulong number)
    {
        switch (target)
        {
            case PlanTarget.Bytes: flow.Bytes = number; break;
            case PlanTarget.Packets: flow.Packets = number; break;
            case PlanTarget.InputInterface: flow.InputInterface = (uint)number; break;
            case PlanTarget.OutputInterface: flow.OutputInterface = (uint)number; break;
            case PlanTarget.SourcePort: flow.SourcePort = (ushort)number; break;
            case PlanTarget.DestinationPort: flow.DestinationPort = (ushort)number; break;
            case PlanTarget.SourcePortIfZero: flow.SourcePort = flow.SourcePort != 0 ? flow.SourcePort : (ushort)number; break;
            case PlanTarget.DestinationPortIfZero:
                flow.DestinationPort = flow.DestinationPort != 0 ? flow.DestinationPort : (ushort)number;
                break;
            case PlanTarget.IpLength: flow.IpLength = LimitIpLength(number); break;
            case PlanTarget.TcpFlags: flow.TcpFlags = (ushort)number; break;
            case PlanTarget.IcmpTypeCode: flow.IcmpTypeCode = (ushort)number; break;
            case PlanTarget.FragmentOffset: flow.FragmentOffset = (ushort)number; break;
            case PlanTarget.FragmentFlags: flow.MoreFragments = (number & MoreFragments) != 0; break;
            case PlanTarget.VlanId: flow.VlanId = (ushort)number; break;
            case PlanTarget.Protocol: flow.Protocol = (byte)number; break;
            case PlanTarget.TypeOfService: flow.TypeOfService = (byte)number; break;
            case PlanTarget.TimeToLive: flow.TimeToLive = (byte)number; break;
            case PlanTarget.Direction: flow.Direction = (byte)number; break;
            case PlanTarget.ForwardingStatus: flow.ForwardingStatus = (byte)number; break;
        }
    }

    private static void StoreTime(ref PlanScratch scratch, PlanTarget target, ulong number)
    {
        ref var flow = ref scratch.Flow;
        switch (target)
        {
            case PlanTarget.StartSeconds: flow.StartNanoseconds = FlowTime.FromSeconds(number); break;
            case PlanTarget.StartMilliseconds: flow.StartNanoseconds = FlowTime.FromMilliseconds(number); break;
            case PlanTarget.StartNtpMicroseconds: flow.StartNanoseconds = FlowTime.FromNtpMicroseconds(number); break;
            case PlanTarget.StartNtpNanoseconds: flow.StartNanoseconds = FlowTime.FromNtpNanoseconds(number); break;
            case PlanTarget.StartDeltaMicroseconds:
                flow.StartNanoseconds = FlowTime.FromDeltaMicroseconds((uint)number, scratch.ExportNanoseconds);
                break;
            case PlanTarget.StartUptime:
                flow.StartNanoseconds = FlowTime.FromUptime((uint)number, scratch.SysUptimeMilliseconds, scratch.ExportNanoseconds);
                break;
            case PlanTarget.EndSeconds: flow.EndNanoseconds = FlowTime.FromSeconds(number); break;
            case PlanTarget.EndMilliseconds: flow.EndNanoseconds = FlowTime.FromMilliseconds(number); break;
            case PlanTarget.EndNtpMicroseconds: flow.EndNanoseconds = FlowTime.FromNtpMicroseconds(number); break;
            case PlanTarget.EndNtpNanoseconds: flow.EndNanoseconds = FlowTime.FromNtpNanoseconds(number); break;
            case PlanTarget.EndDeltaMicroseconds:
                flow.EndNanoseconds = FlowTime.FromDeltaMicroseconds((uint)number, scratch.ExportNanoseconds);
                break;
            case PlanTarget.EndUptime:
                flow.EndNanoseconds = FlowTime.FromUptime((uint)number, scratch.SysUptimeMilliseconds, scratch.ExportNanoseconds);
                break;
            case PlanTarget.ScratchFirstUptime: scratch.FirstUptimePlusOne = (uint)number + 1UL; break;
            case PlanTarget.ScratchLastUptime: scratch.LastUptimePlusOne = (uint)number + 1UL; break;
            case PlanTarget.ScratchSystemInit: scratch.SystemInitMilliseconds = number; break;
            case PlanTarget.ScratchDurationMilliseconds: scratch.DurationPlusOne = Duration(number, 1_000_000); break;
            case PlanTarget.ScratchDurationMicroseconds: scratch.DurationPlusOne = Duration(number, 1_000); break;
            case PlanTarget.ScratchSelector: scratch.Selector = number; break;
            case PlanTarget.ScratchFrameSize: scratch.FrameSize = number; break;
            default: StoreIcmp(ref scratch, target, number); break;
        }
    }

    private static void StoreIcmp(ref PlanScratch scratch, PlanTarget target, ulong number)
    {
        switch (target)
        {
            case PlanTarget.ScratchIcmpIPv4: scratch.IcmpIPv4.Set((ushort)number); break;
            case PlanTarget.ScratchIcmpTypeIPv4: scratch.IcmpIPv4.SetType((byte)number); break;
            case PlanTarget.ScratchIcmpCodeIPv4: scratch.IcmpIPv4.SetCode((byte)number); break;
            case PlanTarget.ScratchIcmpIPv6: scratch.IcmpIPv6.Set((ushort)number); break;
            case PlanTarget.ScratchIcmpTypeIPv6: scratch.IcmpIPv6.SetType((byte)number); break;
            case PlanTarget.ScratchIcmpCodeIPv6: scratch.IcmpIPv6.SetCode((byte)number); break;
        }
    }

    // Jumbograms are longer than the member: it then holds its largest value.
    internal static ushort LimitIpLength(ulong number) => (ushort)Math.Min(number, ushort.MaxValue);

    private static ulong Duration(ulong number, ulong nanoseconds) =>
        number > long.MaxValue / 1_000_000 ? 0 : (number * nanoseconds) + 1;
}
