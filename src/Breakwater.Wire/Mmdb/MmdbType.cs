namespace Breakwater.Wire.Mmdb;

/// <summary>Types of the data section, with the numbers of the specification ("Output Data Section").</summary>
public enum MmdbType : byte
{
    Extended = 0,
    Pointer = 1,
    Utf8 = 2,
    Double = 3,
    Bytes = 4,
    UInt16 = 5,
    UInt32 = 6,
    Map = 7,
    Int32 = 8,
    UInt64 = 9,
    UInt128 = 10,
    Array = 11,
    DataCacheContainer = 12,
    EndMarker = 13,
    Boolean = 14,
    Float = 15,
}
