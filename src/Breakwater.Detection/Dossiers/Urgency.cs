using Breakwater.Detection.Hosts;

namespace Breakwater.Detection.Dossiers;

/// <summary>
/// Whether a target must be looked at in this very tick, or can wait until the second ends, when all windows are looked at.
/// </summary>
/// <remarks>
/// It can wait while no kind of traffic brings, within a tick, a tenth of what its floor allows a second; of a kind that was above its floor in the second before,
/// less than twice what it brought a tick can wait too. A record of a longer time brings a tick its share, unless three or more of a kind together outdo
/// all of the second before: something begins. However much a packet of a thin sample stands for, two of them prove no rate.
/// </remarks>
/// <param name="limits"><see cref="WatchGroups.TickLimits"/> of the target's floors.</param>
internal sealed class Urgency(uint[] limits)
{
    /// <summary>Packets of a kind seen in two seconds, and records in a tick, without which no rate can be told.</summary>
    private const uint FewestSeen = 3;

    private GroupCounts _now, _before, _seenNow, _seenBefore;
    private long _second = long.MinValue, _lastUrgentSecond = long.MinValue / 2, _lastBusySecond = long.MinValue / 2;

    /// <summary>No tick of this second and the one before brought as much as any window above a floor has in one of its ticks.</summary>
    public bool IsFarFromAlarm => _second - _lastBusySecond > 1;

    /// <summary>Takes in a tick; true when the target must be looked at now.</summary>
    /// <param name="sums">What its records come to.</param>
    /// <param name="tick">The tick.</param>
    public bool Note(in TickSums sums, long tick)
    {
        var second = tick / 10;
        if (second != _second)
            Turn(second);
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            ref readonly var sum = ref sums[group];
            if (sum.Units == 0)
                continue;
            if (sum.Units > limits[group])
                _lastBusySecond = second;
            _seenNow[group] = (uint)Math.Min(uint.MaxValue, (ulong)_seenNow[group] + sum.Seen);
            if (IsUrgent(in sum, group))
                _lastUrgentSecond = second;
            _now[group] = (uint)Math.Min(uint.MaxValue, (ulong)_now[group] + sum.Units);
        }
        // What came in a burst is looked at until the second after is over.
        return second - _lastUrgentSecond <= 1;
    }

    private bool IsUrgent(in GroupSums sum, int group) => sum.Units > limits[group] && (ulong)_seenNow[group] + _seenBefore[group] >= FewestSeen
        && ((sum.Records >= FewestSeen && sum.Units > _before[group]) || IsBurst(sum.InTick, group));

    private bool IsBurst(uint inTick, int group) =>
        inTick > limits[group] && (_before[group] <= 10UL * limits[group] || inTick * 5UL > _before[group]);

    private void Turn(long second)
    {
        (_before, _seenBefore) = second == _second + 1 ? (_now, _seenNow) : default;
        (_now, _seenNow, _second) = (default, default, second);
    }
}
