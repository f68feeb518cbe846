namespace Breakwater.Wire.Ipfix;

/// <summary>One field of a template (RFC 7011 §3.2, RFC 3954 §5.2 and §6.1).</summary>
/// <param name="Id">
/// Information element without the enterprise bit; for NetFlow v9 the whole 16-bit field type, and for a NetFlow v9 scope field the
/// scope type (1 System … 5 Template).
/// </param>
/// <param name="EnterpriseNumber">Private enterprise number; 0 for IANA elements and for NetFlow v9.</param>
/// <param name="Length">Octets on the wire, or <see cref="Variable"/>.</param>
/// <param name="IsScope">True for the scope fields of an options template.</param>
public readonly record struct FieldSpecifier(ushort Id, uint EnterpriseNumber, ushort Length, bool IsScope = false)
{
    /// <summary>The length that announces a length in front of each value (RFC 7011 §7).</summary>
    public const ushort Variable = 65535;

    /// <summary>The enterprise number of reverse elements (RFC 5103 §6.1).</summary>
    public const uint ReverseEnterpriseNumber = 29305;

    /// <summary>True when each value carries its own length.</summary>
    public bool IsVariable => Length == Variable;
}
