namespace Breakwater.Live;

/// <summary>
/// Tells a log of another zone from one whose lines are merely late: by its latest lines of many rounds, never by one line. A request that took ten
/// minutes is logged with the time of its begin, and says nothing of the clock.
/// </summary>
internal sealed class LogClock
{
    private const long Second = 1_000_000_000;

    /// <summary>Zones differ by whole quarters of an hour (<see href="https://www.iana.org/time-zones">tz database</see>).</summary>
    private const long QuarterSeconds = 900;

    /// <summary>Farther from a whole quarter, the difference is no zone.</summary>
    private const long ToleratedSeconds = 150;

    /// <summary>Lines are looked at for so long, and for so many; of a log with few lines, for <see cref="LongestSeconds"/>.</summary>
    private const long UsualSeconds = 30, UsualLines = 300;

    private const long LongestSeconds = 300, FewestLines = 10;

    private long _began, _lines, _least = long.MaxValue;

    /// <summary>Takes a piece of lines.</summary>
    /// <param name="now">When it was read, nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="newest">The latest time of its lines, as written, nanoseconds.</param>
    /// <param name="lines">How many lines.</param>
    public void Note(long now, long newest, long lines)
    {
        if (_lines == 0 || now < _began)
            (_began, _lines, _least) = (now, 0, long.MaxValue);
        _lines += lines;
        _least = Math.Min(_least, now - newest);
    }

    /// <summary>Lines wait: how late those are that were read says nothing.</summary>
    public void Forget() => _lines = 0;

    /// <summary>What is to be added to the log's times from now on, seconds.</summary>
    /// <param name="now">Nanoseconds since 1970-01-01 UTC.</param>
    /// <param name="skew">What is added now, seconds.</param>
    public int Judge(long now, int skew)
    {
        var seconds = (now - _began) / Second;
        if (!(seconds >= UsualSeconds && _lines >= UsualLines) && !(seconds >= LongestSeconds && _lines >= FewestLines))
            return skew;
        _lines = 0;
        var late = _least / Second;
        var quarters = (int)Math.Clamp(Math.Round(late / (double)QuarterSeconds), int.MinValue / QuarterSeconds, int.MaxValue / QuarterSeconds);
        return Math.Abs(late - (quarters * QuarterSeconds)) <= ToleratedSeconds ? (int)(quarters * QuarterSeconds) : 0;
    }
}
