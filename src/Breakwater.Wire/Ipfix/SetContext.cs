namespace Breakwater.Wire.Ipfix;

/// <summary>Where a set stands: the header of its message, and the state that gives it meaning. Valid during the sink's call only.</summary>
public readonly struct SetContext
{
    /// <summary>NetFlow v9 or IPFIX.</summary>
    public ExportFormat Format { get; init; }

    /// <summary>IPFIX observation domain or NetFlow v9 source id.</summary>
    public uint DomainId { get; init; }

    /// <summary>IPFIX export time, NetFlow v9 unix seconds: seconds since 1970-01-01 UTC.</summary>
    public uint ExportTimeSeconds { get; init; }

    /// <summary>NetFlow v9 only: milliseconds since the exporter started, modulo 2³².</summary>
    public uint SysUptimeMilliseconds { get; init; }

    /// <summary>Sequence number of the header: packets in NetFlow v9, data records in IPFIX, modulo 2³².</summary>
    public uint Sequence { get; init; }

    /// <summary>Set id: the template id for data sets.</summary>
    public ushort SetId { get; init; }

    /// <summary>When the datagram arrived, nanoseconds since 1970-01-01 UTC; 0 when unknown.</summary>
    public long ReceivedNanoseconds { get; init; }

    /// <summary>Complete records in the set that is being handed over.</summary>
    public int RecordCount { get; init; }

    /// <summary>True for a set that waited for its template; the other members are those of its own message.</summary>
    public bool HasWaited { get; init; }

    /// <summary>The exporter's state.</summary>
    public ExporterState State { get; init; }

    /// <summary>The sampling rate that holds for one record: its own fields, else what options records said, else the configured rate.</summary>
    public Sampling SamplingFor(Template template, ReadOnlySpan<byte> record) => State.Samplers.For(in this, template, record);
}
