namespace Breakwater.Wire.Mmdb;

/// <summary>Written bounds of the MMDB reader: whatever a file says, one lookup does at most this much work.</summary>
public static class MmdbLimits
{
    /// <summary>Maps and arrays inside each other. Databases in use have fewer than ten.</summary>
    public const int Depth = 32;

    /// <summary>Values read or passed over for one question; pointers can make a small file mean a huge record.</summary>
    public const int Values = 65_536;

    /// <summary>The metadata section with its marker ("Database Metadata": 128 KiB).</summary>
    public const int MetadataBytes = 128 * 1024;
}
