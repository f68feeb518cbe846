namespace Breakwater.Commands;

/// <summary>What scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Done: at least one record was read.</summary>
    public const int Done = 0;

    /// <summary>What <c>--fail-on</c> names was found.</summary>
    public const int Found = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int BadUsage = 2;

    /// <summary>Nothing readable.</summary>
    public const int NothingReadable = 3;

    /// <summary>The output could not be written, or Breakwater itself has a fault.</summary>
    public const int Failed = 4;
}
