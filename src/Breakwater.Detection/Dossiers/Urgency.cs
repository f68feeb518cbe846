using Breakwater.Detection.Hosts;

namespace Breakwater.Detection.Dossiers;

/// <summary>
/// Whether a target must be looked at in this very tick, or can wait until the second ends. It can while no kind of traffic brings, within
/// a tick, a tenth of what its floor allows a second: no window can newly exceed the floor then. Of a kind that was above its floor
/// in the second before, at whose end all windows were looked at, less than twice what it brought a tick can wait too. A record of a longer time brings a tick its
/// share, unless three of a kind together outdo all of the second before: that begins something. Of which hardly anything was seen can wait as well:
/// whatever a packet of a thin sample stands for, two of them are not evidence of any rate.
/// </summary>
/// <param name="limits"><see cref="WatchGroups.TickLimits"/> of the target's floors.</param>
internal sealed class Urgency(uint[] limits)
{
    /// <summary>Packets seen in two seconds, and records in a tick, without which no rate can be told.</summary>
    private const uint FewestSeen = 3;

    private GroupCounts _now, _before;
    private (uint Now, uint Before) _seen;
    private long _second = long.MinValue, _lastUrgentSecond = long.MinValue / 2;

    /// <summary>Takes in a tick; true when the target must be looked at now.</summary>
    /// <param name="sums">What its records come to.</param>
    /// <param name="tick">The tick.</param>
    public bool Note(in TickSums sums, long tick)
    {
        var second = tick / 10;
        if (second != _second)
            Turn(second);
        _seen.Now = (uint)Math.Min(uint.MaxValue / 2, (ulong)_seen.Now + sums.Seen);
        var isEvidence = _seen.Now + _seen.Before >= FewestSeen;
        var units = sums.Units;
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            if (isEvidence && units[group] > limits[group] && (IsBurst(sums.InTick[group], group) || (sums.Records[group] >= FewestSeen && units[group] > _before[group])))
                _lastUrgentSecond = second;
            _now[group] = (uint)Math.Min(uint.MaxValue, (ulong)_now[group] + units[group]);
        }
        // What came in a burst is looked at until the second after is over.
        return second - _lastUrgentSecond <= 1;
    }

    private bool IsBurst(uint inTick, int group) =>
        inTick > limits[group] && (_before[group] <= 10UL * limits[group] || inTick * 5UL > _before[group]);

    private void Turn(long second)
    {
        (_before, _seen.Before) = second == _second + 1 ? (_now, _seen.Now) : default;
        (_now, _seen.Now, _second) = (default, 0, second);
    }
}
