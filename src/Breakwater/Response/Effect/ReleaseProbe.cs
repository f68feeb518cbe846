using Breakwater.Response.Rules;

namespace Breakwater.Response.Effect;

/// <summary>What is to be done with a filter now.</summary>
internal enum ReleaseStep
{
    /// <summary>Leave it as it is.</summary>
    Hold,

    /// <summary>Let a sample through for the time of the gap: <see cref="ReleaseProbe.Sample"/>, or nothing where that is null.</summary>
    Open,

    /// <summary>Set the filter again as it was.</summary>
    Close,

    /// <summary>Take it back for good.</summary>
    Release,
}

/// <summary>
/// Taking a filter back without being fooled: an attack that is dropped upstream of all telemetry looks like none. So before a filter goes, a sample is let through for a few
/// seconds. What is seen of the attack closes the gap at once, and the next one comes later each time; a gap in which nobody could have seen it ends nothing.
/// </summary>
internal sealed class ReleaseProbe
{
    /// <summary>How long a gap lasts.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(3);

    /// <summary>How long the attack has to look gone before the first gap.</summary>
    public static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(15);

    /// <summary>How many sampled packets a gap has to show of an attack that is there.</summary>
    private const double WantedSamples = 20;

    /// <summary>The narrowest sample: a limit below it lets no packet of full size through.</summary>
    private const long LeastBytesPerSecond = 15_000;

    private TimeSpan? _quietSince;
    private TimeSpan? _openedAt;
    private TimeSpan _nextGap;
    private TimeSpan _pause = _firstPause;

    /// <summary>Gaps so far.</summary>
    public int Gaps { get; private set; }

    /// <summary>A sample is let through at the moment.</summary>
    public bool IsOpen => _openedAt is not null;

    /// <summary>To be asked once a second or so.</summary>
    /// <param name="now">By a clock that only goes forward.</param>
    /// <param name="isToGo">Somebody or something wants the filter taken back: its incident is quiet, or its time is up.</param>
    /// <param name="arrival">All measures together; while the gap is open, of what came through or in front of it.</param>
    public ReleaseStep Next(TimeSpan now, bool isToGo, Arrival arrival)
    {
        if (_openedAt is { } opened)
            return InGap(now, opened, arrival);
        if (!isToGo || arrival == Arrival.StillArriving)
        {
            _quietSince = null;
            return ReleaseStep.Hold;
        }

        _quietSince ??= now;
        if (now - _quietSince < QuietBefore || now < _nextGap)
            return ReleaseStep.Hold;
        _openedAt = now;
        Gaps++;
        return ReleaseStep.Open;
    }

    /// <summary>The filter to set while a gap is open: a limit that lets so much through that an attack is seen, and not more; null: none at all.</summary>
    /// <param name="rule">The filter.</param>
    /// <param name="packetsPerSample">N of telemetry that counts 1 in N packets; null while unknown.</param>
    /// <param name="packetBytes">Mean length of the attack's packets.</param>
    public static FilterRule? Sample(FilterRule rule, double? packetsPerSample, double packetBytes)
    {
        // A blackhole is a route, and knows no limit; without a known sampling no limit is known to be enough.
        if (rule.Action.Kind is FilterActionKind.Blackhole or FilterActionKind.Mark || packetsPerSample is not { } sampling)
            return null;
        var bytes = WantedSamples * sampling * packetBytes / Gap.TotalSeconds;
        var limit = Math.Max(LeastBytesPerSecond, (long)bytes);
        return rule.Action.Kind == FilterActionKind.RateLimit && rule.Action.Value >= limit ? rule : rule with { Action = FilterAction.RateLimit(limit) };
    }

    private ReleaseStep InGap(TimeSpan now, TimeSpan opened, Arrival arrival)
    {
        var isOver = now - opened >= Gap;
        if (arrival != Arrival.StillArriving && !isOver)
            return ReleaseStep.Hold;
        _openedAt = null;
        if (arrival == Arrival.Gone)
            return ReleaseStep.Release;
        _quietSince = null;
        _nextGap = now + _pause;
        _pause = _pause * 2 < _longestPause ? _pause * 2 : _longestPause;
        return ReleaseStep.Close;
    }
}
