using System.Globalization;

namespace Breakwater.Response.Effect;

/// <summary>What a filter does to clients that were good before the attack.</summary>
internal enum CohortVerdict
{
    /// <summary>Too few of them, or nothing seen of them.</summary>
    CannotTell,

    /// <summary>No fall that chance would not explain.</summary>
    NoHarmSeen,

    /// <summary>Their traffic fell when the filter became active, and not before.</summary>
    Hurt,

    /// <summary>It fell, and had been falling before: the attack may do that as well.</summary>
    FellBefore,
}

/// <summary>One look at the cohort.</summary>
/// <param name="Verdict">The word.</param>
/// <param name="Fell">Clients with fewer packets since the filter became active than in as long a time before.</param>
/// <param name="Rose">Clients with more.</param>
/// <param name="Active">Clients with any packet in either time.</param>
/// <param name="Probability">Of at least so many that fell, were falling and rising equally likely; uncorrected.</param>
internal sealed record CohortLook(CohortVerdict Verdict, int Fell, int Rose, int Active, double Probability)
{
    public string Why => Verdict switch
    {
        CohortVerdict.Hurt => Text($"{Fell} of {Active} known-good clients fell since the filter became active, {Rose} rose"),
        CohortVerdict.FellBefore => Text($"{Fell} of {Active} known-good clients fell, as they did before the filter became active"),
        CohortVerdict.NoHarmSeen => Text($"of {Active} known-good clients {Fell} fell and {Rose} rose"),
        _ => Text($"only {Active} known-good clients are seen"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Watches the cohort from the moment a filter becomes active. At second L after it, each client's packets of those L seconds are compared with its packets of the L seconds before:
/// the client is the unit, so a busy one counts once. Without harm falling and rising are equally likely, so the sign test is exact; look L may spend
/// <see cref="FalseAlarm"/>/(L(L+1)), which adds up to <see cref="FalseAlarm"/> over all looks. Clients are not independent where a server pauses or an export is late, so a fall has to last,
/// to be greater than any before, and to have begun with the filter (decision 046).
/// </summary>
/// <param name="meter">The cohort's packets; running for minutes already, or its past cannot speak for the filter.</param>
/// <param name="activeSecond">First whole second in which the filter was active, by the telemetry's clock.</param>
internal sealed class CohortWatch(CohortMeter meter, long activeSecond)
{
    /// <summary>How likely all looks together may call chance a harm.</summary>
    public const double FalseAlarm = 1e-3;

    /// <summary>Looks, one a second; afterwards the day's ordinary change would be taken for harm.</summary>
    public const int MaximumLooks = 30;

    /// <summary>Fewer active clients decide nothing.</summary>
    public const int FewestClients = 20;

    /// <summary>The first look that may show harm: a shorter fall is a hiccup.</summary>
    private const int FirstLook = 2;

    /// <summary>A smaller surplus of clients that fell over those that rose, of all active, is left alone: sessions end, and the cohort is of yesterday.</summary>
    private const double SmallestFall = 0.2;

    /// <summary>How unlikely chance has to be where it is only asked whether a fall goes on, or had begun before.</summary>
    private const double Doubt = 0.01;

    /// <summary>As above, where each shorter look is asked whether it lacks the fall: they share their seconds.</summary>
    private const double DoubtOfAny = 0.05;

    private readonly int[] _since = new int[meter.Clients];
    private readonly int[] _before = new int[meter.Clients];
    private readonly List<(int Fell, int Rose)> _looks = [];

    /// <summary>The last look; null before the first.</summary>
    public CohortLook? Last { get; private set; }

    /// <summary>Looks at all seconds that are complete and not looked at yet; stops at the first that shows harm.</summary>
    /// <param name="completeUntil">Telemetry of seconds before this one is complete.</param>
    public CohortLook? Look(long completeUntil)
    {
        var most = Math.Min(completeUntil - activeSecond, MaximumLooks);
        while (_looks.Count < most && Last is not { Verdict: CohortVerdict.Hurt })
            Last = LookAfter(_looks.Count + 1);
        return Last;
    }

    private CohortLook LookAfter(int seconds)
    {
        meter.AddTo(_since, activeSecond + seconds - 1);
        meter.AddTo(_before, activeSecond - seconds);
        var (fell, rose, active) = Compare(_before, _since);
        _looks.Add((fell, rose));
        var probability = SignTest.UpperTail(fell, rose);
        var look = new CohortLook(CohortVerdict.NoHarmSeen, fell, rose, active, probability);
        if (active < FewestClients)
            return look with { Verdict = CohortVerdict.CannotTell };
        var surplus = (double)(fell - rose) / active;
        if (seconds < FirstLook || probability > FalseAlarm / (seconds * (seconds + 1.0)) || surplus < SmallestFall || !Lasts(seconds) || surplus <= GreatestBefore(seconds))
            return look;
        return look with { Verdict = BeganBefore((double)fell / (fell + rose)) ? CohortVerdict.FellBefore : CohortVerdict.Hurt };
    }

    /// <summary>The later half of the time alone shows the fall too.</summary>
    private bool Lasts(int seconds)
    {
        var half = (seconds + 1) / 2;
        var (fell, rose, active) = Compare(Sum(activeSecond - half, half), Sum(activeSecond + seconds - half, half));
        return SignTest.UpperTail(fell, rose) <= Doubt && fell - rose >= SmallestFall * active;
    }

    /// <summary>The greatest surplus of falling clients between two times as long as these, one after the other, in the past that is kept.</summary>
    private double GreatestBefore(int seconds)
    {
        var greatest = 0.0;
        var oldest = activeSecond + seconds - CohortMeter.MaximumSeconds;
        for (var change = activeSecond - seconds; change - seconds >= oldest; change -= (seconds + 1) / 2)
        {
            var (fell, rose, active) = Compare(Sum(change - seconds, seconds), Sum(change, seconds));
            if (active >= FewestClients)
                greatest = Math.Max(greatest, (double)(fell - rose) / active);
        }

        return greatest;
    }

    /// <summary>A fall that began with the filter shows in the shortest times around it as well; one that began seconds before shows in longer ones alone.</summary>
    /// <param name="falls">Share of falling clients among those that changed, at this look.</param>
    private bool BeganBefore(double falls)
    {
        var almost = ((2 * falls) + 0.5) / 3;
        return _looks.Any(look => SignTest.LowerTail(look.Fell, look.Rose, almost) <= DoubtOfAny);
    }

    private int[] Sum(long from, int seconds)
    {
        var sums = new int[meter.Clients];
        for (var second = from; second < from + seconds; second++)
            meter.AddTo(sums, second);
        return sums;
    }

    private static (int Fell, int Rose, int Active) Compare(int[] before, int[] since)
    {
        var (fell, rose, active) = (0, 0, 0);
        for (var number = 0; number < before.Length; number++)
        {
            fell += before[number] > since[number] ? 1 : 0;
            rose += before[number] < since[number] ? 1 : 0;
            active += before[number] + since[number] > 0 ? 1 : 0;
        }

        return (fell, rose, active);
    }
}
