namespace Breakwater.Tests;

/// <summary>Measures what an action allocates on this thread.</summary>
internal static class AllocatedBytes
{
    /// <summary>
    /// The least of several runs. A collection that other tests set off counts the unused rest of the thread's allocation buffer as
    /// allocated; what the action allocates itself shows in every run.
    /// </summary>
    public static long Least(Action action)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 8 && least > 0; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
