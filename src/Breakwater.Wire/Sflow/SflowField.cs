namespace Breakwater.Wire.Sflow;

/// <summary>XDR types (RFC 4506) that sFlow structures are made of.</summary>
public enum SflowFieldType : byte
{
    /// <summary>unsigned int, enum or percentage: 32 bits.</summary>
    UInt32 = 0,

    /// <summary>int: 32 bits, two's complement.</summary>
    Int32,

    /// <summary>unsigned hyper: 64 bits.</summary>
    UInt64,

    /// <summary>IEEE single.</summary>
    Float,

    /// <summary>opaque[6], padded to 8.</summary>
    Mac,

    /// <summary>ip_v4.</summary>
    IPv4,

    /// <summary>ip_v6.</summary>
    IPv6,

    /// <summary>address: a type (0 unknown, 1 IPv4, 2 IPv6), then the address.</summary>
    Address,

    /// <summary>string: a length, then as many octets, padded to 4.</summary>
    String,

    /// <summary>opaque of variable length: as a string, but not text.</summary>
    Opaque,

    /// <summary>opaque[4].</summary>
    Opaque4,

    /// <summary>opaque[16].</summary>
    Opaque16,

    /// <summary>A count, then as many elements.</summary>
    Array,
}

/// <summary>One field of an sFlow structure.</summary>
/// <param name="Name">The specification's name; empty for the element of an array of a plain type.</param>
/// <param name="Type">How it stands on the wire.</param>
/// <param name="Elements">For an array, the fields of each element.</param>
public sealed record SflowField(string Name, SflowFieldType Type, IReadOnlyList<SflowField> Elements)
{
    /// <summary>True for an array whose elements are plain values, not structures.</summary>
    public bool IsPlainArray => Type == SflowFieldType.Array && Elements is [{ Name: "" }];

    /// <summary>Bytes that the field takes at least.</summary>
    internal int MinimumBytes => Type switch
    {
        SflowFieldType.UInt64 or SflowFieldType.Mac => 8,
        SflowFieldType.IPv6 or SflowFieldType.Opaque16 => 16,
        _ => 4,
    };
}

/// <summary>The value of a field: which member holds it follows from <see cref="SflowField.Type"/>.</summary>
public readonly ref struct SflowValue
{
    /// <summary>UInt32, Int32 (sign-extended: cast to long) and UInt64; for Float its 32 bits.</summary>
    public ulong Number { get; init; }

    /// <summary>The value of a Float.</summary>
    public float Float => BitConverter.UInt32BitsToSingle((uint)Number);

    /// <summary>IPv4, IPv6 and Address.</summary>
    public Address Address { get; init; }

    /// <summary>False for an Address of type 0 (unknown).</summary>
    public bool HasAddress { get; init; }

    /// <summary>Mac (6 octets), String, Opaque, Opaque4 and Opaque16, without padding.</summary>
    public ReadOnlySpan<byte> Bytes { get; init; }
}

/// <summary>Takes the fields of a structure, in order. References and spans are valid only during the call.</summary>
public interface ISflowFieldSink
{
    void OnField(SflowField field, scoped SflowValue value);

    /// <summary>Begins an array; <see cref="OnElementBegin"/> and <see cref="OnElementEnd"/> follow for each element.</summary>
    void OnArrayBegin(SflowField field, int count);

    /// <summary>Begins an element; its fields follow (one with an empty name when <see cref="SflowField.IsPlainArray"/>).</summary>
    void OnElementBegin(SflowField field);

    void OnElementEnd(SflowField field);

    void OnArrayEnd(SflowField field);
}
