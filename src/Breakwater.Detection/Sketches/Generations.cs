namespace Breakwater.Detection.Sketches;

/// <summary>Counts the generations of something that keeps the present one and the one before.</summary>
internal struct Generations
{
    private long? _present;

    /// <summary>How often to rotate for this generation to be the present one: not at all for one that has been, twice, which forgets all, after a gap.</summary>
    public int Pass(long generation)
    {
        var rotations = _present is not { } present || generation > present + 1 ? 2 : generation > present ? 1 : 0;
        if (rotations > 0)
            _present = generation;
        return rotations;
    }
}
