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
}
