namespace Breakwater.Console;

/// <summary>
/// Has the whole heap looked at, beside the program's threads, once it has grown by a tenth since that was done last: the runtime by itself waits until it has
/// grown by up to four fifths, and a day of quiet growth looks like a leak to whoever watches the process.
/// </summary>
internal sealed class HeapCare : IDisposable
{
    private const double MostGrowth = 1.1;

    private static readonly TimeSpan _step = TimeSpan.FromSeconds(30);

    private readonly ITimer _timer;

    public HeapCare(TimeProvider time) => _timer = time.CreateTimer(_ => Look(), null, _step, _step);

    public void Dispose() => _timer.Dispose();

    private static void Look()
    {
        var (last, full) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        var found = last.Index > full.Index ? last : full;
        // Holes between what is in use are not in use: they are there to be filled before the heap grows.
        if (GC.GetTotalMemory(forceFullCollection: false) > MostGrowth * (found.HeapSizeBytes - found.FragmentedBytes))
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }
}
