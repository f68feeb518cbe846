namespace Breakwater.Wire.Ipfix;

/// <summary>Where a field's value goes, and how it is turned into what <see cref="FlowRecord"/> holds.</summary>
internal enum PlanTarget : byte
{
    None = 0,

    SourceIPv4,
    SourceIPv6,
    DestinationIPv4,
    DestinationIPv6,

    /// <summary>Templates that carry both families fill one of them: the one that is not zero counts, IPv4 first.</summary>
    SourceEitherIPv4,
    SourceEitherIPv6,
    DestinationEitherIPv4,
    DestinationEitherIPv6,

    Bytes,
    Packets,
    InputInterface,
    OutputInterface,
    SourcePort,
    DestinationPort,

    /// <summary>Ports by transport (IE 180-183): the one that is not zero counts.</summary>
    SourcePortIfZero,
    DestinationPortIfZero,

    IpLength,
    TcpFlags,
    IcmpTypeCode,
    FragmentOffset,
    FragmentFlags,
    VlanId,
    Protocol,
    TypeOfService,
    TimeToLive,
    Direction,
    ForwardingStatus,

    StartSeconds,
    StartMilliseconds,
    StartNtpMicroseconds,
    StartNtpNanoseconds,
    StartDeltaMicroseconds,
    StartUptime,
    EndSeconds,
    EndMilliseconds,
    EndNtpMicroseconds,
    EndNtpNanoseconds,
    EndDeltaMicroseconds,
    EndUptime,

    /// <summary>Kept aside until the whole record is read: see <see cref="PlanScratch"/>.</summary>
    ScratchFirstUptime,
    ScratchLastUptime,
    ScratchSystemInit,
    ScratchDurationMilliseconds,
    ScratchDurationMicroseconds,
    ScratchSelector,
    ScratchFrameSize,
    ScratchFrame,
    ScratchIcmpIPv4,
    ScratchIcmpTypeIPv4,
    ScratchIcmpCodeIPv4,
    ScratchIcmpIPv6,
    ScratchIcmpTypeIPv6,
    ScratchIcmpCodeIPv6,
}

/// <summary>One step of a plan.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Target">Where the value goes; <see cref="PlanTarget.None"/> when it is only passed over.</param>
/// <param name="Width">Octets to read: for integers at most as many as the target holds.</param>
/// <param name="Offset">From the start of the segment: of the record, or of what follows the last variable-length field.</param>
internal readonly record struct PlanStep(PlanStepKind Kind, PlanTarget Target, ushort Width, int Offset);

/// <summary>What a step does.</summary>
internal enum PlanStepKind : byte
{
    /// <summary>Reads a value at a fixed place of the segment.</summary>
    Load = 0,

    /// <summary>Checks that <see cref="PlanStep.Offset"/> octets of the segment are there.</summary>
    Require,

    /// <summary>Reads the length at the offset and begins the next segment behind the value.</summary>
    Variable,
}

/// <summary>What has to be done once a record's steps have run.</summary>
[Flags]
internal enum PlanTraits : ushort
{
    None = 0,

    /// <summary>Some targets combine several fields: the record starts from zero.</summary>
    ClearsFirst = 1 << 0,

    /// <summary>The protocol decides what ports and ICMP elements mean.</summary>
    HasProtocol = 1 << 1,

    /// <summary>Absolute times: zero means that none was set.</summary>
    AbsoluteTimes = 1 << 2,

    /// <summary>Uptimes without an uptime in the header (IPFIX).</summary>
    DeferredUptime = 1 << 3,

    /// <summary>One end of the interval and its duration.</summary>
    Duration = 1 << 4,

    /// <summary>A sampled frame or packet section, and no addresses beside it.</summary>
    Frame = 1 << 5,

    /// <summary>A selector id decides which sampling rate holds.</summary>
    Selector = 1 << 6,

    /// <summary>The frame section is a packet without link header (IE 313).</summary>
    FrameIsPacket = 1 << 7,

    /// <summary>The only ICMP element is that of ICMP for IPv4 (IE 32).</summary>
    IcmpIPv4 = 1 << 8,

    /// <summary>The only ICMP element is that of ICMPv6 (IE 139).</summary>
    IcmpIPv6 = 1 << 9,

    /// <summary>Several ICMP elements: the protocol decides which of them hold.</summary>
    IcmpApart = 1 << 10,

    /// <summary>The record counts the other direction too: it is two flows.</summary>
    Biflow = 1 << 11,

    /// <summary>The plan of the other direction: the port that came as its destination is no ICMP type and code.</summary>
    IsReverse = 1 << 12,
}
