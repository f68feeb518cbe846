namespace Breakwater.Detection.Incidents;

/// <summary>
/// Whether an attack comes in pulses: at least three bursts of at most half a minute with pauses between. A pause counts only when it is
/// long enough that, sampled as the traffic is, the burst's rate would have shown in it.
/// </summary>
internal sealed class PulseTrain
{
    private const int FewestBursts = 3;
    private const long LongestBurstTicks = 330;
    private const double FewestExpected = 12;
    private long _burstBegin = long.MinValue, _lastOn = long.MinValue, _longest;
    private int _bursts;

    public bool IsPulse => _bursts >= FewestBursts && Math.Max(_longest, _lastOn - _burstBegin) <= LongestBurstTicks;

    /// <summary>Notes a tick in which the attack was on.</summary>
    /// <param name="tick">The tick.</param>
    /// <param name="samplesPerTick">Packets seen per tick while it is on.</param>
    public void On(long tick, double samplesPerTick)
    {
        if (_lastOn == long.MinValue || IsPause(tick - _lastOn - 1, samplesPerTick))
        {
            _longest = _lastOn == long.MinValue ? 0 : Math.Max(_longest, _lastOn - _burstBegin);
            _burstBegin = tick;
            _bursts++;
        }
        _lastOn = tick;
    }

    private static bool IsPause(long ticks, double samplesPerTick) => ticks >= 8 && ticks * samplesPerTick >= FewestExpected;
}
