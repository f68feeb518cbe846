using Breakwater.Wire;

namespace Breakwater.Detection.Samples;

/// <summary>One record of a standing sample: what a filter can match on, and what the record stands for.</summary>
public readonly record struct SampledRecord
{
    /// <summary>Seeded hash of the record: the smallest stay.</summary>
    public required ulong Hash { get; init; }

    public required long FirstNanoseconds { get; init; }

    public required Address Source { get; init; }

    public required Address Destination { get; init; }

    public required ulong Bytes { get; init; }

    public required uint Packets { get; init; }

    /// <summary>0 while unknown.</summary>
    public required uint SamplingRate { get; init; }

    public required ushort SourcePort { get; init; }

    public required ushort DestinationPort { get; init; }

    public required byte Protocol { get; init; }

    /// <summary>What it would count towards if it were part of an attack; see <see cref="Vectors"/>, 60 and above are no vectors.</summary>
    public required byte Class { get; init; }

    public required Direction Direction { get; init; }

    /// <summary>Length of the IP packet in bytes where the record is exactly one; 0 otherwise, and when not known.</summary>
    public ushort PacketLength { get; init; }

    /// <summary>TCP flags of all packets of the record, FIN 1 to URG 32; only where <see cref="Known"/> says so.</summary>
    public byte TcpFlags { get; init; }

    /// <summary>ICMP or ICMPv6 type; only where <see cref="Known"/> says so.</summary>
    public byte IcmpType { get; init; }

    /// <summary>ICMP or ICMPv6 code, beside the type.</summary>
    public byte IcmpCode { get; init; }

    public FragmentPlace Fragment { get; init; }

    public SampledFields Known { get; init; }
}

/// <summary>Where a packet stands among the fragments of one.</summary>
public enum FragmentPlace : byte
{
    /// <summary>A whole packet, or nothing is known of fragments.</summary>
    Whole,

    /// <summary>The first of several; it has the ports. Where records do not tell fragments, a UDP datagram as large as one.</summary>
    First,

    /// <summary>One of the others, which have no ports.</summary>
    Later,
}

/// <summary>Which members of a <see cref="SampledRecord"/> hold values.</summary>
[Flags]
public enum SampledFields : byte
{
    None = 0,
    Ports = 1,
    TcpFlags = 2,
    Icmp = 4,
}
