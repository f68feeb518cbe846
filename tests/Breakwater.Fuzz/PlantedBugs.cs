namespace Breakwater.Fuzz;

/// <summary>Whether this build carries the planted bugs.</summary>
internal static class PlantedBugs
{
    public static bool AreBuiltIn { get; } =
#if PLANTED_BUGS
        true;
#else
        false;
#endif
}
