namespace Breakwater.Wire.Sflow;

/// <summary>Header of an sFlow version 5 datagram (sflow_version_5.txt, <c>sample_datagram_v5</c>).</summary>
public readonly struct SflowDatagram
{
    /// <summary>The only version that is read here.</summary>
    public const uint Version = 5;

    /// <summary>Address of the sampling agent; <c>::</c> when <see cref="HasAgent"/> is false.</summary>
    public Address Agent { get; init; }

    /// <summary>False for address type 0 (unknown), which carries no address.</summary>
    public bool HasAgent { get; init; }

    /// <summary>Tells the sFlow instances of one agent apart.</summary>
    public uint SubAgentId { get; init; }

    /// <summary>Counts the datagrams of one sub-agent: see <see cref="SflowSequence"/>.</summary>
    public uint SequenceNumber { get; init; }

    /// <summary>Milliseconds since the agent started; wraps after 49.7 days.</summary>
    public uint UptimeMilliseconds { get; init; }

    /// <summary>Samples announced.</summary>
    public uint SampleCount { get; init; }
}
