namespace Breakwater.Wire.Mmdb;

/// <summary>One value as it stands in a section, its size already checked against the section.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Size">Octets of a scalar, members of an array, pairs of a map, 0 or 1 of a boolean, target of a pointer.</param>
/// <param name="At">Where its payload begins.</param>
internal readonly record struct MmdbValue(MmdbType Type, int Size, int At)
{
    /// <summary>True for what contains further values.</summary>
    public bool IsContainer => Type is MmdbType.Map or MmdbType.Array;

    /// <summary>Where the next value begins; for a container, where its first member does.</summary>
    public int End => At + (IsContainer || Type is MmdbType.Pointer or MmdbType.Boolean ? 0 : Size);

    /// <summary>Values that stand between <see cref="End"/> and the next value.</summary>
    public long Members => Type switch
    {
        MmdbType.Map => 2L * Size,
        MmdbType.Array => Size,
        _ => 0,
    };
}
