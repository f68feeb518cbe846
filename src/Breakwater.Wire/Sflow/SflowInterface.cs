namespace Breakwater.Wire.Sflow;

/// <summary>What an input or output field of a flow sample holds (sflow_version_5.txt, <c>interface</c> and <c>interface_expanded</c>).</summary>
public enum SflowInterfaceFormat : uint
{
    /// <summary>One interface; the value is its ifIndex, 0 when unknown.</summary>
    Index = 0,

    /// <summary>The packet was discarded; the value is the reason: up to 255 an ICMP unreachable code, from 256 sFlow's own.</summary>
    Discarded = 1,

    /// <summary>Several interfaces; the value is their number, 0 when unknown.</summary>
    Multiple = 2,

    /// <summary>The fourth value of the compact form, which the specification leaves open.</summary>
    Reserved = 3,
}

/// <summary>An input or output of a flow sample.</summary>
/// <param name="Format">Tells what the value is.</param>
/// <param name="Value">ifIndex, discard reason or number of interfaces.</param>
public readonly record struct SflowInterface(SflowInterfaceFormat Format, uint Value)
{
    /// <summary>ifIndex of the exporter itself: the packet begins or ends there.</summary>
    public const uint Local = 0x3FFFFFFF;

    /// <summary>True when the value is the ifIndex of a known interface; <see cref="Local"/> counts as one.</summary>
    public bool IsKnownIndex => Format == SflowInterfaceFormat.Index && Value != 0;

    /// <summary>The compact form: two bits of format, 30 of value.</summary>
    public static SflowInterface FromCompact(uint value) => new((SflowInterfaceFormat)(value >> 30), value & 0x3FFFFFFF);

    /// <summary>True when the compact form can hold it.</summary>
    internal bool IsCompact => (uint)Format <= 3 && Value <= 0x3FFFFFFF;

    internal uint ToCompact() => ((uint)Format << 30) | (Value & 0x3FFFFFFF);
}
