namespace Breakwater.Wire.Ipfix;

/// <summary>The template-based (and fixed) flow export formats; the value is the version field of the header.</summary>
public enum ExportFormat : byte
{
    Unknown = 0,

    /// <summary>Cisco NetFlow version 5: fixed 48-byte records, no templates.</summary>
    NetFlow5 = 5,

    /// <summary>Cisco NetFlow version 9 (RFC 3954).</summary>
    NetFlow9 = 9,

    /// <summary>IP Flow Information Export (RFC 7011).</summary>
    Ipfix = 10,
}
