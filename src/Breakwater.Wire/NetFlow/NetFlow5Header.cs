using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>The header of a NetFlow version 5 packet (Cisco, "NetFlow Export Datagram Format", table B-3).</summary>
public readonly struct NetFlow5Header
{
    /// <summary>Records announced; those present may be fewer when the datagram is cut.</summary>
    public ushort Count { get; init; }

    /// <summary>Milliseconds since the exporter started, modulo 2³².</summary>
    public uint SysUptimeMilliseconds { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC at export.</summary>
    public uint UnixSeconds { get; init; }

    /// <summary>Residual nanoseconds of the export time.</summary>
    public uint UnixNanoseconds { get; init; }

    /// <summary>Flows seen before this packet, modulo 2³².</summary>
    public uint FlowSequence { get; init; }

    /// <summary>Type of the flow-switching engine.</summary>
    public byte EngineType { get; init; }

    /// <summary>Slot of the flow-switching engine.</summary>
    public byte EngineId { get; init; }

    /// <summary>The sampling field as it stands: two bits of mode, 14 bits of interval.</summary>
    public ushort SamplingField { get; init; }

    /// <summary>Arrival, nanoseconds since 1970-01-01 UTC; 0 when unknown.</summary>
    public long ReceivedNanoseconds { get; init; }

    /// <summary>The rate that holds for the records: the header's, else the configured one.</summary>
    public Sampling Sampling { get; init; }

    /// <summary>Sampling mode, the top two bits.</summary>
    public int SamplingMode => SamplingField >> 14;

    /// <summary>Sampling interval, 0 when none is told.</summary>
    public int SamplingInterval => SamplingField & 0x3FFF;

    /// <summary>Engine type × 256 + engine id: what numbers its own sequence.</summary>
    public uint DomainId => ((uint)EngineType << 8) | EngineId;

    /// <summary>Export time, nanoseconds since 1970-01-01 UTC.</summary>
    public long ExportNanoseconds => (UnixSeconds * 1_000_000_000L) + UnixNanoseconds;
}
