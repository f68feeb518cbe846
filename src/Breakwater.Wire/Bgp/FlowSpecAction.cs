namespace Breakwater.Wire.Bgp;

/// <summary>What a router does with the packets of a rule (RFC 8955 §7).</summary>
public enum FlowSpecActionKind : byte
{
    /// <summary>No action of FlowSpec.</summary>
    None = 0,

    /// <summary>§7.1: octets per second; 0 discards.</summary>
    RateBytes,

    /// <summary>§7.2: packets per second; 0 discards.</summary>
    RatePackets,

    /// <summary>§7.3: bit 0 goes on with further rules (terminal action unset ends), bit 1 samples.</summary>
    TrafficAction,

    /// <summary>§7.4: into the routing instance of a route target: AS of two octets.</summary>
    RedirectTwoOctetAs,

    /// <summary>§7.4: route target of an IPv4 address.</summary>
    RedirectIPv4,

    /// <summary>§7.4: route target of an AS of four octets.</summary>
    RedirectFourOctetAs,

    /// <summary>§7.5: sets the DSCP.</summary>
    Mark,
}

/// <summary>One action, as an extended community (RFC 4360 §2: type 2, value 6).</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Administrator">The AS (0 for marks and traffic actions), or the IPv4 address of a route target.</param>
/// <param name="Value">Rate in the unit of the kind, bits, assigned number, or DSCP.</param>
public readonly record struct FlowSpecAction(FlowSpecActionKind Kind, uint Administrator, double Value)
{
    private const ushort RateBytesType = 0x8006;
    private const ushort TrafficActionType = 0x8007;
    private const ushort RedirectTwoType = 0x8008;
    private const ushort MarkType = 0x8009;
    private const ushort RatePacketsType = 0x800C;
    private const ushort RedirectIPv4Type = 0x8108;
    private const ushort RedirectFourType = 0x8208;

    /// <summary>Discards what matches; the number of the AS is only told, it decides nothing.</summary>
    public static FlowSpecAction Discard(uint asNumber) => new(FlowSpecActionKind.RateBytes, asNumber, 0);

    /// <summary>Lets so many octets per second pass.</summary>
    public static FlowSpecAction LimitBytes(uint asNumber, double bytesPerSecond) => new(FlowSpecActionKind.RateBytes, asNumber, bytesPerSecond);

    /// <summary>Reads an extended community; <see cref="FlowSpecActionKind.None"/> when it is none of these actions.</summary>
    public static FlowSpecAction FromCommunity(ulong community)
    {
        var value = (uint)community;
        var two = (uint)(ushort)(community >> 32);
        var four = (uint)(community >> 16);
        return (ushort)(community >> 48) switch
        {
            RateBytesType => new FlowSpecAction(FlowSpecActionKind.RateBytes, two, BitConverter.UInt32BitsToSingle(value)),
            RatePacketsType => new FlowSpecAction(FlowSpecActionKind.RatePackets, two, BitConverter.UInt32BitsToSingle(value)),
            TrafficActionType => new FlowSpecAction(FlowSpecActionKind.TrafficAction, 0, value & 3),
            RedirectTwoType => new FlowSpecAction(FlowSpecActionKind.RedirectTwoOctetAs, two, value),
            RedirectIPv4Type => new FlowSpecAction(FlowSpecActionKind.RedirectIPv4, four, (ushort)community),
            RedirectFourType => new FlowSpecAction(FlowSpecActionKind.RedirectFourOctetAs, four, (ushort)community),
            MarkType => new FlowSpecAction(FlowSpecActionKind.Mark, 0, value & 0x3F),
            _ => default,
        };
    }

    /// <summary>The extended community; 0 for no action. A rate is a single, so it is rounded to 24 bits; AS numbers above 65535 become AS_TRANS.</summary>
    public ulong ToCommunity()
    {
        var number = Administrator > ushort.MaxValue ? BgpOpen.AsTrans : Administrator;
        return Kind switch
        {
            FlowSpecActionKind.RateBytes => Two(RateBytesType, number, BitConverter.SingleToUInt32Bits((float)Value)),
            FlowSpecActionKind.RatePackets => Two(RatePacketsType, number, BitConverter.SingleToUInt32Bits((float)Value)),
            FlowSpecActionKind.TrafficAction => Two(TrafficActionType, 0, (uint)Value & 3),
            FlowSpecActionKind.RedirectTwoOctetAs => Two(RedirectTwoType, number, (uint)Value),
            FlowSpecActionKind.RedirectIPv4 => Four(RedirectIPv4Type, (uint)Value),
            FlowSpecActionKind.RedirectFourOctetAs => Four(RedirectFourType, (uint)Value),
            FlowSpecActionKind.Mark => Two(MarkType, 0, (uint)Value & 0x3F),
            _ => 0,
        };
    }

    private static ulong Two(ushort type, uint administrator, uint value) => ((ulong)type << 48) | ((ulong)administrator << 32) | value;

    private ulong Four(ushort type, uint value) => ((ulong)type << 48) | ((ulong)Administrator << 16) | (ushort)value;
}
