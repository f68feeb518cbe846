namespace Breakwater.Wire.Sflow;

/// <summary>Sample types of enterprise 0 (sflow_version_5.txt; discarded packets: sflow_drops.txt).</summary>
public static class SflowSampleType
{
    public const uint Flow = 1;
    public const uint Counters = 2;
    public const uint ExpandedFlow = 3;
    public const uint ExpandedCounters = 4;
    public const uint DiscardedPacket = 5;
}

/// <summary>Where samples are taken (sFlowDataSource). The sampler is agent + sub-agent + this.</summary>
/// <param name="Type">0 ifIndex, 1 smonVlanDataSource, 2 entPhysicalEntry, 3 logical entity (host extensions).</param>
/// <param name="Index">ifIndex, VLAN or entity index.</param>
public readonly record struct SflowSource(uint Type, uint Index);

/// <summary>One sampled packet (<c>flow_sample</c>, <c>flow_sample_expanded</c>).</summary>
public readonly ref struct SflowFlowSample
{
    /// <summary>Counts the flow samples of one source.</summary>
    public uint SequenceNumber { get; init; }

    public SflowSource Source { get; init; }

    /// <summary>1 in this many packets is sampled; may change from sample to sample.</summary>
    public uint SamplingRate { get; init; }

    /// <summary>Packets that could have been sampled so far; wraps.</summary>
    public uint SamplePool { get; init; }

    /// <summary>Samples that the agent lost for lack of resources so far.</summary>
    public uint Drops { get; init; }

    public SflowInterface Input { get; init; }

    public SflowInterface Output { get; init; }

    /// <summary>True for the expanded form.</summary>
    public bool IsExpanded { get; init; }

    /// <summary>What is known of the packet; several records may describe the same packet.</summary>
    public SflowRecords Records { get; init; }
}

/// <summary>Counters of one source (<c>counters_sample</c>, <c>counters_sample_expanded</c>).</summary>
public readonly ref struct SflowCounterSample
{
    /// <summary>Counts the counter samples of one source.</summary>
    public uint SequenceNumber { get; init; }

    public SflowSource Source { get; init; }

    /// <summary>True for the expanded form.</summary>
    public bool IsExpanded { get; init; }

    public SflowRecords Records { get; init; }
}

/// <summary>One packet that the agent's device discarded (sflow_drops.txt, <c>discarded_packet</c>): every one, not a sample.</summary>
public readonly ref struct SflowDiscardedPacket
{
    /// <summary>Counts the discarded packet records of one source.</summary>
    public uint SequenceNumber { get; init; }

    public SflowSource Source { get; init; }

    /// <summary>Records that the agent could not send (rate limit, resources) so far.</summary>
    public uint Drops { get; init; }

    /// <summary>ifIndex where the packet came in; 0 when unknown.</summary>
    public uint InputIfIndex { get; init; }

    /// <summary>ifIndex for drops on the way out; 0 otherwise.</summary>
    public uint OutputIfIndex { get; init; }

    /// <summary>Why: the specification's drop_reason.</summary>
    public uint Reason { get; init; }

    public SflowRecords Records { get; init; }
}

/// <summary>A sample of a type that this decoder does not read: passed over by its length.</summary>
public readonly ref struct SflowUnknownSample
{
    public SflowTag Tag { get; init; }

    public ReadOnlySpan<byte> Body { get; init; }
}

/// <summary>Takes what a datagram holds, in order. References and spans are valid only during the call.</summary>
public interface ISflowSink
{
    /// <summary>Comes first, once, when the header could be read.</summary>
    void OnDatagram(in SflowDatagram datagram);

    void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample);

    void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample);

    void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample);

    void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample);
}
