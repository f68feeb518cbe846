namespace Breakwater.Wire.Ipfix;

/// <summary>Where a plan writes: the record, and values that gain their meaning only beside others.</summary>
internal struct PlanScratch
{
    internal FlowRecord Flow;

    /// <summary><see cref="FlowFields.ReceivedAt"/> when the set's arrival is known: part of what each of its records knows.</summary>
    internal FlowFields KnownOfSet;

    /// <summary>Export time of the message, nanoseconds since 1970-01-01 UTC.</summary>
    internal long ExportNanoseconds;

    /// <summary>Uptime of the message's header, or computed from the start of the uptime clock.</summary>
    internal uint SysUptimeMilliseconds;

    /// <summary>Uptime of the first packet, plus 1; 0 when the record has none.</summary>
    internal ulong FirstUptimePlusOne;

    /// <summary>Uptime of the last packet, plus 1; 0 when the record has none.</summary>
    internal ulong LastUptimePlusOne;

    internal ulong SystemInitMilliseconds;

    /// <summary>Duration in nanoseconds, plus 1; 0 when the record has none.</summary>
    internal ulong DurationPlusOne;
    internal ulong Selector;
    internal ulong FrameSize;

    /// <summary>Place of the frame section in the record.</summary>
    internal int FrameOffset;
    internal int FrameLength;

    /// <summary>What the elements of ICMP for IPv4 say.</summary>
    internal IcmpElements IcmpIPv4;

    /// <summary>What the elements of ICMPv6 say.</summary>
    internal IcmpElements IcmpIPv6;
}

/// <summary>Type and code of one of the two protocols, each when it was exported.</summary>
internal struct IcmpElements
{
    internal byte Type;
    internal byte Code;
    internal bool HasType;
    internal bool HasCode;

    internal void SetType(byte type) => (Type, HasType) = (type, true);

    internal void SetCode(byte code) => (Code, HasCode) = (code, true);

    internal void Set(ushort typeCode)
    {
        SetType((byte)(typeCode >> 8));
        SetCode((byte)typeCode);
    }
}
