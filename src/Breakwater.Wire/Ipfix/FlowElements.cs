namespace Breakwater.Wire.Ipfix;

/// <summary>What an element can give to a <see cref="FlowRecord"/>. Of several elements for one member the lowest rank wins, then the first.</summary>
/// <param name="Member">The member, or the pair of members, that it fills.</param>
/// <param name="Target">How.</param>
/// <param name="Rank">Its rank among the elements for the same member.</param>
/// <param name="IsTotal">True for counters since the flow began (IE 85, 86, …).</param>
internal readonly record struct FlowElement(FlowMember Member, PlanTarget Target, byte Rank, bool IsTotal = false);

/// <summary>Members that elements compete for.</summary>
internal enum FlowMember : byte
{
    None = 0,
    SourceIPv4,
    SourceIPv6,
    DestinationIPv4,
    DestinationIPv6,
    Bytes,
    Packets,
    InputInterface,
    OutputInterface,
    SourcePort,
    DestinationPort,
    UdpSourcePort,
    UdpDestinationPort,
    TcpSourcePort,
    TcpDestinationPort,
    IpLength,
    TcpFlags,
    IcmpIPv4,
    IcmpIPv6,
    IcmpTypeIPv4,
    IcmpCodeIPv4,
    IcmpTypeIPv6,
    IcmpCodeIPv6,
    FragmentOffset,
    FragmentFlags,
    VlanId,
    Protocol,
    TypeOfService,
    TimeToLive,
    Direction,
    ForwardingStatus,
    Start,
    End,
    SystemInit,
    Duration,
    Selector,
    FrameSize,
    Frame,
    Count,
}

/// <summary>The IANA elements that detection reads. Post-NAT and post-observation twins describe other packets and are left out.</summary>
internal static class FlowElements
{
    /// <summary>What an element gives; <see cref="FlowMember.None"/> when detection does not read it.</summary>
    internal static FlowElement Of(ushort id, ExportFormat format) => id switch
    {
        1 => new(FlowMember.Bytes, PlanTarget.Bytes, 0),
        85 => new(FlowMember.Bytes, PlanTarget.Bytes, 1, IsTotal: true),
        352 => new(FlowMember.Bytes, PlanTarget.Bytes, 2),
        353 => new(FlowMember.Bytes, PlanTarget.Bytes, 3, IsTotal: true),
        231 => new(FlowMember.Bytes, PlanTarget.Bytes, 4),
        23 => new(FlowMember.Bytes, PlanTarget.Bytes, 5),
        171 => new(FlowMember.Bytes, PlanTarget.Bytes, 6, IsTotal: true),
        2 => new(FlowMember.Packets, PlanTarget.Packets, 0),
        86 => new(FlowMember.Packets, PlanTarget.Packets, 1, IsTotal: true),
        298 => new(FlowMember.Packets, PlanTarget.Packets, 2),
        24 => new(FlowMember.Packets, PlanTarget.Packets, 3),
        172 => new(FlowMember.Packets, PlanTarget.Packets, 4, IsTotal: true),
        4 => new(FlowMember.Protocol, PlanTarget.Protocol, 0),
        5 => new(FlowMember.TypeOfService, PlanTarget.TypeOfService, 0),
        6 => new(FlowMember.TcpFlags, PlanTarget.TcpFlags, 0),
        7 => new(FlowMember.SourcePort, PlanTarget.SourcePort, 0),
        11 => new(FlowMember.DestinationPort, PlanTarget.DestinationPort, 0),
        180 => new(FlowMember.UdpSourcePort, PlanTarget.SourcePortIfZero, 0),
        181 => new(FlowMember.UdpDestinationPort, PlanTarget.DestinationPortIfZero, 0),
        182 => new(FlowMember.TcpSourcePort, PlanTarget.SourcePortIfZero, 0),
        183 => new(FlowMember.TcpDestinationPort, PlanTarget.DestinationPortIfZero, 0),
        8 => new(FlowMember.SourceIPv4, PlanTarget.SourceIPv4, 0),
        27 => new(FlowMember.SourceIPv6, PlanTarget.SourceIPv6, 0),
        12 => new(FlowMember.DestinationIPv4, PlanTarget.DestinationIPv4, 0),
        28 => new(FlowMember.DestinationIPv6, PlanTarget.DestinationIPv6, 0),
        10 => new(FlowMember.InputInterface, PlanTarget.InputInterface, 0),
        252 => new(FlowMember.InputInterface, PlanTarget.InputInterface, 1),
        14 => new(FlowMember.OutputInterface, PlanTarget.OutputInterface, 0),
        253 => new(FlowMember.OutputInterface, PlanTarget.OutputInterface, 1),
        192 => new(FlowMember.TimeToLive, PlanTarget.TimeToLive, 0),
        32 => new(FlowMember.IcmpIPv4, PlanTarget.ScratchIcmpIPv4, 0),
        139 => new(FlowMember.IcmpIPv6, PlanTarget.ScratchIcmpIPv6, 0),
        176 => new(FlowMember.IcmpTypeIPv4, PlanTarget.ScratchIcmpTypeIPv4, 0),
        177 => new(FlowMember.IcmpCodeIPv4, PlanTarget.ScratchIcmpCodeIPv4, 0),
        178 => new(FlowMember.IcmpTypeIPv6, PlanTarget.ScratchIcmpTypeIPv6, 0),
        179 => new(FlowMember.IcmpCodeIPv6, PlanTarget.ScratchIcmpCodeIPv6, 0),
        88 => new(FlowMember.FragmentOffset, PlanTarget.FragmentOffset, 0),
        197 => new(FlowMember.FragmentFlags, PlanTarget.FragmentFlags, 0),
        58 => new(FlowMember.VlanId, PlanTarget.VlanId, 0),
        243 => new(FlowMember.VlanId, PlanTarget.VlanId, 1),
        254 => new(FlowMember.VlanId, PlanTarget.VlanId, 2),
        61 => new(FlowMember.Direction, PlanTarget.Direction, 0),
        89 => new(FlowMember.ForwardingStatus, PlanTarget.ForwardingStatus, 0),
        224 => new(FlowMember.IpLength, PlanTarget.IpLength, 0),
        48 => new(FlowMember.Selector, PlanTarget.ScratchSelector, 0),
        302 => new(FlowMember.Selector, PlanTarget.ScratchSelector, 0),
        312 => new(FlowMember.FrameSize, PlanTarget.ScratchFrameSize, 0),
        315 => new(FlowMember.Frame, PlanTarget.ScratchFrame, 0),
        104 => new(FlowMember.Frame, PlanTarget.ScratchFrame, 1),
        313 => new(FlowMember.Frame, PlanTarget.ScratchFrame, 2),
        _ => OfTime(id, format),
    };

    // The most precise element wins. IPFIX has no uptime in its header: uptimes there need IE 160 and come last.
    private static FlowElement OfTime(ushort id, ExportFormat format) => id switch
    {
        156 => new(FlowMember.Start, PlanTarget.StartNtpNanoseconds, 0),
        157 => new(FlowMember.End, PlanTarget.EndNtpNanoseconds, 0),
        154 => new(FlowMember.Start, PlanTarget.StartNtpMicroseconds, 1),
        155 => new(FlowMember.End, PlanTarget.EndNtpMicroseconds, 1),
        152 => new(FlowMember.Start, PlanTarget.StartMilliseconds, 2),
        153 => new(FlowMember.End, PlanTarget.EndMilliseconds, 2),
        158 => new(FlowMember.Start, PlanTarget.StartDeltaMicroseconds, 4),
        159 => new(FlowMember.End, PlanTarget.EndDeltaMicroseconds, 4),
        150 => new(FlowMember.Start, PlanTarget.StartSeconds, 5),
        151 => new(FlowMember.End, PlanTarget.EndSeconds, 5),
        22 when format == ExportFormat.NetFlow9 => new(FlowMember.Start, PlanTarget.StartUptime, 3),
        21 when format == ExportFormat.NetFlow9 => new(FlowMember.End, PlanTarget.EndUptime, 3),
        22 => new(FlowMember.Start, PlanTarget.ScratchFirstUptime, 6),
        21 => new(FlowMember.End, PlanTarget.ScratchLastUptime, 6),
        325 => new(FlowMember.Start, PlanTarget.StartNtpNanoseconds, 7),
        324 => new(FlowMember.Start, PlanTarget.StartNtpMicroseconds, 8),
        323 => new(FlowMember.Start, PlanTarget.StartMilliseconds, 9),
        322 => new(FlowMember.Start, PlanTarget.StartSeconds, 10),
        160 => new(FlowMember.SystemInit, PlanTarget.ScratchSystemInit, 0),
        161 => new(FlowMember.Duration, PlanTarget.ScratchDurationMilliseconds, 1),
        162 => new(FlowMember.Duration, PlanTarget.ScratchDurationMicroseconds, 0),
        _ => default,
    };

    /// <summary>True when a value of this length can be read for the target; others are passed over, never guessed.</summary>
    internal static bool Accepts(PlanTarget target, int lengthBytes) => target switch
    {
        PlanTarget.SourceIPv4 or PlanTarget.DestinationIPv4 => lengthBytes == 4,
        PlanTarget.SourceIPv6 or PlanTarget.DestinationIPv6 => lengthBytes == 16,
        PlanTarget.StartNtpMicroseconds or PlanTarget.StartNtpNanoseconds or PlanTarget.EndNtpMicroseconds
            or PlanTarget.EndNtpNanoseconds => lengthBytes == 8,
        PlanTarget.ScratchFrame => lengthBytes > 0,
        _ => lengthBytes is >= 1 and <= 8,
    };

    /// <summary>The target without its choice between families.</summary>
    internal static PlanTarget Plain(PlanTarget target) => target switch
    {
        PlanTarget.SourceEitherIPv4 => PlanTarget.SourceIPv4,
        PlanTarget.SourceEitherIPv6 => PlanTarget.SourceIPv6,
        PlanTarget.DestinationEitherIPv4 => PlanTarget.DestinationIPv4,
        PlanTarget.DestinationEitherIPv6 => PlanTarget.DestinationIPv6,
        _ => target,
    };

    /// <summary>Octets that the target holds; the low ones of a wider integer are read.</summary>
    internal static int Capacity(PlanTarget target) => target switch
    {
        PlanTarget.Protocol or PlanTarget.TypeOfService or PlanTarget.TimeToLive or PlanTarget.Direction
            or PlanTarget.ForwardingStatus or PlanTarget.FragmentFlags => 1,
        PlanTarget.SourcePort or PlanTarget.DestinationPort or PlanTarget.SourcePortIfZero or PlanTarget.DestinationPortIfZero
            or PlanTarget.TcpFlags or PlanTarget.IcmpTypeCode or PlanTarget.FragmentOffset
            or PlanTarget.VlanId => 2,
        PlanTarget.InputInterface or PlanTarget.OutputInterface or PlanTarget.StartUptime or PlanTarget.EndUptime
            or PlanTarget.ScratchFirstUptime or PlanTarget.ScratchLastUptime or PlanTarget.StartDeltaMicroseconds
            or PlanTarget.EndDeltaMicroseconds => 4,
        PlanTarget.SourceIPv6 or PlanTarget.DestinationIPv6 or PlanTarget.SourceEitherIPv6 or PlanTarget.DestinationEitherIPv6 => 16,
        PlanTarget.SourceIPv4 or PlanTarget.DestinationIPv4 or PlanTarget.SourceEitherIPv4 or PlanTarget.DestinationEitherIPv4 => 4,
        _ => 8,
    };
}
