using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>
/// Decides how many records are looked at: when judging has taken most of a second, or the kernel has had to drop datagrams, half of them are left
/// out from then on; when judging has been quick for a while, twice as many are taken. A tick that comes late for once is no reason: what
/// waits in the sockets is counted in the next. What is left out by a hash costs accuracy, which is told; what the kernel drops costs whole bursts.
/// </summary>
internal sealed class LoadShedder
{
    /// <summary>Seconds of quick judging in a row after which more is taken.</summary>
    public const int CalmSeconds = 5;

    /// <summary>Part of the time that judging may take: receivers, which wait meanwhile, need the rest.</summary>
    public const double Busy = 0.75;

    private const double Calm = 0.3;
    private const long Second = 1_000_000_000;

    /// <summary>Where judging is quick all the same, the kernel drops because receiving alone is too much: leaving out more does not help.</summary>
    private const int MostForDropsAlone = 3;

    private long _judged, _since, _drops;
    private int _calm;

    /// <summary>1 in 2^level records is taken.</summary>
    public int Level { get; private set; }

    /// <summary>Notes a tick.</summary>
    /// <param name="nanoseconds">How long judging worked; waiting for a processor is not counted.</param>
    /// <param name="now">The engine's time after that.</param>
    /// <param name="kernelDrops">Datagrams dropped since the start.</param>
    /// <returns>True when the level is another one from now on.</returns>
    public bool Judged(long nanoseconds, long now, long kernelDrops)
    {
        if (_since == 0)
            (_since, _drops) = (now - nanoseconds, kernelDrops);
        _judged += nanoseconds;
        if (now - _since < Second)
            return false;
        var (part, hasDropped, before) = ((double)_judged / (now - _since), kernelDrops > _drops, Level);
        (_judged, _since, _drops) = (0, now, kernelDrops);
        _calm = part < Calm && !hasDropped ? _calm + 1 : 0;
        if (part > Busy || hasDropped)
        {
            Level = Math.Max(Level, Math.Min(Level + 1, part < Calm ? MostForDropsAlone : Shedding.MaximumLevel));
        }
        else if (_calm >= CalmSeconds && Level > 0)
        {
            Level--;
            _calm = 0;
        }

        return Level != before;
    }
}
