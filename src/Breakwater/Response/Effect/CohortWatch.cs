using Breakwater.Detection;

namespace Breakwater.Response.Effect;

/// <summary>
/// Watches the cohort from the moment a filter becomes active. Routers take a filter over one by one, and hosts in their next turn, so that it may bite seconds after: each second from then on to
/// <see cref="LatestOnset"/> is looked at as the one where a fall began. The first has half of the false alarms that are allowed, the others share the rest.
/// </summary>
internal sealed class CohortWatch
{
    /// <summary>How likely all looks together may call chance a harm.</summary>
    public const double FalseAlarm = 1e-3;

    /// <summary>Looks, one a second; afterwards the day's ordinary change would be taken for harm.</summary>
    public const int MaximumLooks = 30;

    /// <summary>Fewer active clients decide nothing.</summary>
    public const int FewestClients = 20;

    /// <summary>A smaller surplus of clients that fell over those that rose, of all active, is left alone: sessions end, and the cohort is of yesterday.</summary>
    public const double SmallestFall = 0.2;

    /// <summary>As above, of clients who are not known for long: who came minutes ago may have come to leave.</summary>
    public const double SmallestFallOfYoung = 0.5;

    /// <summary>A fall that begins more seconds after the filter became active is not its doing.</summary>
    public const int LatestOnset = 5;

    /// <summary>The first look that may show harm: a shorter fall is a hiccup.</summary>
    private const int FirstLook = 2;

    /// <summary>As above, where the fall begins later than the filter: there are more seconds with which a hiccup may begin.</summary>
    private const int FirstLookOfLate = 4;

    private readonly CohortMeter _meter;
    private readonly bool _isYoung;
    private readonly CohortOnset[] _onsets;
    private readonly long _ends;

    /// <param name="meter">The cohort's packets.</param>
    /// <param name="destination">What the filter matches: clients of other hosts say nothing about it.</param>
    /// <param name="activeSecond">First whole second in which the filter was active, by the clock of the telemetry's arrival.</param>
    /// <param name="source">As the destination; null: the filter matches whatever the source.</param>
    public CohortWatch(CohortMeter meter, Prefix destination, long activeSecond, Prefix? source = null)
    {
        var places = meter.Within(destination, source);
        (_meter, _isYoung) = (meter, meter.IsYoung);
        var smallestFall = _isYoung ? SmallestFallOfYoung : SmallestFall;
        (Clients, _ends) = (places.Places.Length, activeSecond + LatestOnset + MaximumLooks);
        _onsets = [.. Enumerable.Range(0, LatestOnset + 1).Select(lag => new CohortOnset(meter, places, activeSecond + lag, lag == 0 ? FirstLook : FirstLookOfLate, FalseAlarm / 2 / (lag == 0 ? 1 : LatestOnset), smallestFall))];
    }

    /// <summary>Members that are watched.</summary>
    public int Clients { get; }

    /// <summary>The last look; null before the first.</summary>
    public CohortLook? Last { get; private set; }

    /// <summary>True when nothing new is to come: harm was seen, or its time is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Looks at all seconds that are complete and not looked at yet; stops at the first that shows harm.</summary>
    /// <param name="completeUntil">Telemetry of seconds before this one is complete.</param>
    public CohortLook? Look(long completeUntil)
    {
        if (IsOver)
            return Last;
        foreach (var onset in _onsets)
        {
            if (onset.Look(completeUntil) is not { Verdict: CohortVerdict.Hurt } harm)
                continue;
            (Last, IsOver) = (harm with { IsYoung = _isYoung }, true);
            return Last;
        }

        Last = _onsets[0].Last is not { } look ? null
            : look is { Verdict: CohortVerdict.NoHarmSeen } && _meter.IsLate ? look with { Verdict = CohortVerdict.CannotTell, IsLate = true } : look with { IsYoung = _isYoung };
        IsOver = completeUntil >= _ends;
        return Last;
    }

    /// <summary>Where harm was seen, and the clients are back since: it was a pause of theirs or of the service's, no filter's doing, and the watch goes on.</summary>
    /// <param name="completeUntil">As for <see cref="Look"/>.</param>
    /// <returns>False where they are not back, or nothing tells.</returns>
    public bool PassOverPause(long completeUntil)
    {
        if (!Array.Exists(_onsets, onset => onset.AreBack(completeUntil)))
            return false;
        foreach (var onset in _onsets)
            onset.PassOver(completeUntil);
        IsOver = false;
        return true;
    }
}
