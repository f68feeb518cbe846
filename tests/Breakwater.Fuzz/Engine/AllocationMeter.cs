namespace Breakwater.Fuzz.Engine;

/// <summary>Bytes that this thread allocated since the meter was started.</summary>
internal readonly struct AllocationMeter
{
    private readonly long _start;

    private AllocationMeter(long start) => _start = start;

    public long Bytes => GC.GetAllocatedBytesForCurrentThread() - _start;

    public static AllocationMeter Start() => new(GC.GetAllocatedBytesForCurrentThread());

    /// <summary>Runs a decoding again when it seemed to allocate: first calls pay for type loading, only a repetition is a fault.</summary>
    public static void ExpectNone(long firstBytes, Func<long> again)
    {
        if (firstBytes == 0)
            return;
        long bytes = 0;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            bytes = again();
            if (bytes == 0)
                return;
        }

        throw new FuzzFault(FaultKind.Allocation, $"{bytes} bytes allocated where none are promised");
    }
}
