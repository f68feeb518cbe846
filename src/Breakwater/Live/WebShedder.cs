using Breakwater.Detection.Web;

namespace Breakwater.Live;

/// <summary>
/// Decides how many clients of web logs are looked at: with lines that have waited for some seconds, half of them are left out from then on; after a
/// while without, twice as many are taken.
/// </summary>
internal sealed class WebShedder
{
    /// <summary>Lag from which on fewer are taken, seconds.</summary>
    public const double Behind = 2;

    /// <summary>Seconds without lag after which more are taken.</summary>
    public const int CalmSeconds = 10;

    /// <summary>Fewer lines a second are no load: then the machine is busy with others, which leaving out lines does not cure.</summary>
    public const int Load = 20_000;

    private const double Calm = 0.5;

    private int _calm;

    /// <summary>1 in 2^level clients is taken.</summary>
    public int Level { get; private set; }

    /// <summary>Notes the lag, once a second.</summary>
    /// <param name="lagSeconds">How long lines have waited.</param>
    /// <param name="lines">Lines that were read in the second.</param>
    /// <param name="hasShrunk">What waits is less than a second ago: it is being caught up with.</param>
    /// <returns>True when the level is another one from now on.</returns>
    public bool Note(double lagSeconds, long lines, bool hasShrunk)
    {
        var before = Level;
        _calm = lagSeconds < Calm ? _calm + 1 : 0;
        if (lagSeconds > Behind && lines >= Load && !hasShrunk)
        {
            Level = Math.Min(Level + 1, WebLimits.MaximumShedLevel);
        }
        else if (_calm >= CalmSeconds && Level > 0)
        {
            Level--;
            _calm = 0;
        }

        return Level != before;
    }
}
