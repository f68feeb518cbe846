using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>
/// Decides after each tick how many records the next ones look at: when judging takes most of a tick again and again, or the kernel has to drop
/// datagrams, half of them are left out; when it has been quick for a while, twice as many are taken. What is left out by a hash costs accuracy,
/// which is told; what the kernel drops costs whole bursts, and what comes late costs time.
/// </summary>
internal sealed class LoadShedder
{
    /// <summary>So many long ticks one after the other are overload; a single one may be the machine's pause.</summary>
    public const int BusyTicks = 3;

    /// <summary>After so many short ticks in a row more is taken.</summary>
    public const int CalmTicks = 50;

    private const long Busy = TickClock.TickNanoseconds * 8 / 10, Calm = TickClock.TickNanoseconds * 3 / 10;

    /// <summary>Where judging is quick all the same, the kernel drops because receiving alone is too much: leaving out more does not help.</summary>
    private const int MostForDropsAlone = 3;

    private int _busy, _calm;
    private long _drops;

    /// <summary>1 in 2^level records is taken.</summary>
    public int Level { get; private set; }

    /// <summary>Notes a tick.</summary>
    /// <param name="nanoseconds">How long it was judged.</param>
    /// <param name="kernelDrops">Datagrams dropped since the start.</param>
    /// <returns>True when the level is another one from now on.</returns>
    public bool Judged(long nanoseconds, long kernelDrops)
    {
        var hasDropped = kernelDrops > _drops;
        _drops = kernelDrops;
        _busy = nanoseconds > Busy ? _busy + 1 : 0;
        _calm = nanoseconds < Calm && !hasDropped ? _calm + 1 : 0;
        var most = _busy >= BusyTicks || nanoseconds >= Calm ? Shedding.MaximumLevel : MostForDropsAlone;
        if ((_busy >= BusyTicks || hasDropped) && Level < most)
        {
            (_busy, _calm) = (0, 0);
            Level++;
            return true;
        }

        if (_calm < CalmTicks || Level == 0)
            return false;
        _calm = 0;
        Level--;
        return true;
    }
}
