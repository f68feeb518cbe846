namespace Breakwater.Samples;

/// <summary>The clock of an exporter that was started an hour before its first packet.</summary>
internal sealed class ExporterClock
{
    private const long UptimeBeforeFirstPacketNanoseconds = 3_600_000_000_000;

    private long? _bootNanoseconds;

    /// <summary>Sets the boot time by the first packet; later ones change nothing.</summary>
    public void See(long nanoseconds) => _bootNanoseconds ??= nanoseconds - UptimeBeforeFirstPacketNanoseconds;

    /// <summary>Milliseconds since boot (sysUpTime), wrapping after 49.7 days as it does in the field.</summary>
    public uint UptimeMilliseconds(long nanoseconds) => (uint)((nanoseconds - _bootNanoseconds.GetValueOrDefault()) / 1_000_000);
}
