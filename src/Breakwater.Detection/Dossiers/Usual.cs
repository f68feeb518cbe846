namespace Breakwater.Detection.Dossiers;

/// <summary>
/// What is usual for a target: its rates of the last hour by minutes, and of each hour of the week. Median and median absolute deviation,
/// so that a short attack moves neither; minutes of an incident, and minutes far above the usual, are not learned at all.
/// </summary>
internal sealed partial class Usual
{
    /// <summary>Fewest minutes from which on anything is called usual.</summary>
    public const int FewestMinutes = 10;

    private const int Minutes = 60;
    private const int HoursOfWeek = 168;
    private const int TicksPerMinute = 600;

    private readonly long[] _packets = new long[Minutes];
    private readonly long[] _requests = new long[Minutes];
    private readonly long[] _scratch = new long[Minutes];
    private readonly (long Median, long Deviation)[] _week = new (long, long)[HoursOfWeek];
    private int _count, _next;
    private long _minute = long.MinValue, _second = long.MinValue;
    private long _minutePackets, _minuteRequests, _secondPackets;
    private (long Median, long Deviation) _usualPackets;
    private long _usualRequests;

    /// <summary>Cumulated excess of the seconds so far, in robust standard deviations (CUSUM with a slack of one half).</summary>
    public double Excess { get; private set; }

    /// <summary>Usual packets per second; 0 while unknown.</summary>
    public double PacketsPerSecond => _usualPackets.Median / 60.0;

    public bool IsKnown => _count >= FewestMinutes || _usualPackets.Median > 0;

    /// <summary>Adds what came in one tick, asked for or not.</summary>
    public void Add(long tick, ulong packets, ulong requests, bool inIncident)
    {
        if (tick / 10 != _second)
            CloseSecond(tick / 10);
        if (tick / TicksPerMinute != _minute)
            CloseMinute(tick / TicksPerMinute, inIncident);
        _secondPackets += (long)packets;
        _minutePackets += (long)packets;
        _minuteRequests += (long)requests;
    }

    /// <summary>How many times the usual rate this is; 0 while nothing is known.</summary>
    public double TimesUsualRequests(double perSecond) => IsKnown ? perSecond / Math.Max(1, _usualRequests / 60.0) : 0;

    /// <inheritdoc cref="TimesUsualRequests"/>
    public double TimesUsualPackets(double perSecond) => IsKnown ? perSecond / Math.Max(1, PacketsPerSecond) : 0;

    private void CloseSecond(long second)
    {
        if (_second != long.MinValue && IsKnown)
        {
            // The robust z-score of the second; a deviation is never taken for less than a tenth of the median.
            var median = _usualPackets.Median / 60.0;
            var deviation = Math.Max(_usualPackets.Deviation / 60.0, Math.Max(median / 10, 1));
            var idle = Math.Min(600, second - _second - 1);
            Excess = Math.Max(0, Excess + (0.6745 * (_secondPackets - median) / deviation) - 0.5);
            Excess = Math.Max(0, Math.Min(Excess, 1e6) - idle);
        }
        (_second, _secondPackets) = (second, 0);
    }

    private void CloseMinute(long minute, bool inIncident)
    {
        var isFar = IsKnown && _minutePackets > 3 * Math.Max(_usualPackets.Median, 600) && Excess > 8;
        if (_minute != long.MinValue && !inIncident && !isFar)
        {
            (_packets[_next], _requests[_next]) = (_minutePackets, _minuteRequests);
            _next = (_next + 1) % Minutes;
            _count = Math.Min(Minutes, _count + 1);
            Learn(minute);
        }
        (_minute, _minutePackets, _minuteRequests) = (minute, 0, 0);
    }

    private void Learn(long minute)
    {
        if (_count < FewestMinutes)
            return;
        var recent = Robust(_packets);
        var hour = (int)(minute / 60 % HoursOfWeek);
        // The same hour of earlier weeks is the better guide once there is one; it moves by a third each week.
        _usualPackets = _week[hour].Median > 0
            ? ((recent.Median + (2 * _week[hour].Median)) / 3, Math.Max(recent.Deviation, _week[hour].Deviation)) : recent;
        _usualRequests = Robust(_requests).Median;
        if (minute % 60 == 0)
            _week[hour] = _week[hour].Median == 0 ? recent : ((recent.Median + (2 * _week[hour].Median)) / 3, (recent.Deviation + (2 * _week[hour].Deviation)) / 3);
    }

    private (long Median, long Deviation) Robust(long[] values)
    {
        var sorted = _scratch.AsSpan(0, _count);
        values.AsSpan(0, _count).CopyTo(sorted);
        sorted.Sort();
        var median = sorted[_count / 2];
        for (var index = 0; index < _count; index++)
            sorted[index] = Math.Abs(sorted[index] - median);
        sorted.Sort();
        return (median, sorted[_count / 2]);
    }
}
