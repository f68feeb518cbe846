namespace Breakwater.Wire.Mmdb;

/// <summary>
/// Takes the values of a record in the order of the file, pointers already followed. Implemented by structs, so a call costs no dispatch.
/// Octets are valid only during the call; text is as it stands in the file, and not checked to be UTF-8.
/// </summary>
public interface IMmdbSink
{
    /// <summary>A map begins: so many pairs follow, each a key and a value.</summary>
    void OnMap(int pairs);

    /// <summary>An array begins: so many values follow.</summary>
    void OnArray(int members);

    /// <summary>The map or array that began last and has not ended, ends.</summary>
    void OnEnd();

    /// <summary>A key of the map.</summary>
    void OnKey(ReadOnlySpan<byte> utf8);

    /// <summary>A utf8 string.</summary>
    void OnText(ReadOnlySpan<byte> utf8);

    /// <summary>Octets without a meaning of their own.</summary>
    void OnBytes(ReadOnlySpan<byte> octets);

    /// <summary>An unsigned integer of 16, 32, 64 or 128 bits, as <paramref name="type"/> says.</summary>
    void OnUnsigned(MmdbType type, UInt128 value);

    /// <summary>A signed integer of 32 bits.</summary>
    void OnSigned(int value);

    /// <summary>An IEEE 754 number of 64 bits.</summary>
    void OnDouble(double value);

    /// <summary>An IEEE 754 number of 32 bits.</summary>
    void OnFloat(float value);

    /// <summary>True or false.</summary>
    void OnBoolean(bool value);
}
