namespace Breakwater.Wire.Bgp;

/// <summary>What a FlowSpec component matches (RFC 8955 §4.2.2, RFC 8956 §3); the numbers are those on the wire, and their order is the order of a rule.</summary>
public enum FlowSpecComponent : byte
{
    DestinationPrefix = 1,
    SourcePrefix = 2,

    /// <summary>IPv4: protocol. IPv6: the upper-layer protocol (RFC 8956 §3.3).</summary>
    Protocol = 3,

    /// <summary>Source or destination port.</summary>
    Port = 4,
    DestinationPort = 5,
    SourcePort = 6,
    IcmpType = 7,
    IcmpCode = 8,

    /// <summary>A bitmask of the octets of the header that hold the flags.</summary>
    TcpFlags = 9,

    /// <summary>Total length of the IP packet, without the link's header.</summary>
    PacketLength = 10,
    Dscp = 11,

    /// <summary>A bitmask of <see cref="FlowSpecFragment"/>.</summary>
    Fragment = 12,

    /// <summary>IPv6 only (RFC 8956 §3.7).</summary>
    FlowLabel = 13,
}

/// <summary>The operators of a numeric match (RFC 8955 §4.2.1.1).</summary>
[Flags]
public enum NumericOperators : byte
{
    /// <summary>No comparison: false whatever the value.</summary>
    None = 0,
    Equal = 1 << 0,
    GreaterThan = 1 << 1,
    LessThan = 1 << 2,

    /// <summary>Joined with the match before by AND, else by OR.</summary>
    And = 1 << 6,
}

/// <summary>The operators of a bitmask match (RFC 8955 §4.2.1.2).</summary>
[Flags]
public enum BitmaskOperators : byte
{
    /// <summary>Any of the bits is set.</summary>
    None = 0,

    /// <summary>All of the bits are set.</summary>
    All = 1 << 0,

    /// <summary>The result is negated.</summary>
    Not = 1 << 1,

    /// <summary>Joined with the match before by AND, else by OR.</summary>
    And = 1 << 6,
}

/// <summary>The bits of the fragment component (RFC 8955 §4.2.2.12); IPv6 has no <see cref="DontFragment"/> (RFC 8956 §3.6).</summary>
[Flags]
public enum FlowSpecFragment : byte
{
    None = 0,
    DontFragment = 1 << 0,

    /// <summary>A fragment other than the first.</summary>
    IsFragment = 1 << 1,
    FirstFragment = 1 << 2,
    LastFragment = 1 << 3,
}

/// <summary>One comparison of a numeric component.</summary>
public readonly record struct NumericMatch(NumericOperators Operators, ulong Value);

/// <summary>One comparison of a bitmask component.</summary>
public readonly record struct BitmaskMatch(BitmaskOperators Operators, ulong Value);

/// <summary>Takes a rule's components in the order in which they stand.</summary>
public interface IFlowSpecSink
{
    /// <summary>A prefix; <paramref name="offset"/> is 0 for IPv4, else the first bit that is compared (RFC 8956 §3.1).</summary>
    void OnPrefix(FlowSpecComponent type, Address network, int length, int offset);

    /// <summary>One comparison of a numeric component; several of one type follow each other.</summary>
    void OnNumeric(FlowSpecComponent type, NumericMatch match);

    /// <summary>One comparison of a bitmask component.</summary>
    void OnBitmask(FlowSpecComponent type, BitmaskMatch match);
}
