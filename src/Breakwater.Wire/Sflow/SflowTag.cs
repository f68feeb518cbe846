namespace Breakwater.Wire.Sflow;

/// <summary>An sFlow data_format: the enterprise that defined a structure in the top 20 bits, its number in the lower 12.</summary>
/// <param name="Value">The 32 bits as they stand on the wire.</param>
public readonly record struct SflowTag(uint Value)
{
    /// <summary>SMI Private Enterprise Number; 0 for the structures of sflow.org.</summary>
    public uint Enterprise => Value >> 12;

    /// <summary>Number of the structure; it may mean different things in samples, flow records and counter records.</summary>
    public uint Format => Value & 0xFFF;
}
