namespace Breakwater.Response.Effect;

/// <summary>
/// Whether the cohort fell at one second. At second L after it, each client's packets of those L seconds are compared with its packets of the L seconds before:
/// the client is the unit, so a busy one counts once. Without harm falling and rising are equally likely, so the sign test is exact; look L may spend
/// a share 1/(L(L+1)) of the false alarms, which adds up to all of them over all looks. Clients are not independent where a server pauses or an export is late, so a fall has to last,
/// to be greater than any before, and to have begun at that second (decision 046). All is asked without the one network that speaks loudest for a fall: who owns it has none alone.
/// </summary>
/// <param name="meter">The cohort's packets; running for minutes already, or its past cannot speak for the filter.</param>
/// <param name="clients">Who is looked at. Before a client is counted it says nothing.</param>
/// <param name="onset">The second.</param>
/// <param name="firstLook">The first look that may show harm.</param>
/// <param name="falseAlarm">How likely all looks together may call chance a fall.</param>
/// <param name="smallestFall">A smaller surplus, of all active clients, is left alone.</param>
internal sealed class CohortOnset(CohortMeter meter, CohortPlaces clients, long onset, int firstLook, double falseAlarm, double smallestFall)
{
    /// <summary>How unlikely chance has to be where it is only asked whether a fall goes on, or had begun before.</summary>
    private const double Doubt = 0.01;

    /// <summary>As above, where each shorter look is asked whether it lacks the fall: they share their seconds.</summary>
    private const double DoubtOfAny = 0.05;

    /// <summary>Looks at so many seconds and more are asked for the fall in quarters, shorter ones in halves.</summary>
    private const int LongLook = 12;

    private int _firstLook = firstLook;
    private readonly int[] _since = new int[clients.Places.Length];
    private readonly int[] _before = new int[clients.Places.Length];
    private readonly Change[] _networks = new Change[clients.Networks.DefaultIfEmpty(-1).Max() + 1];

    /// <summary>Each without its loudest network.</summary>
    private readonly List<Change> _looks = [];

    /// <summary>The last look; null before the first.</summary>
    public CohortLook? Last { get; private set; }

    /// <summary>Looks at all seconds that are complete and not looked at yet; stops at the first that shows harm.</summary>
    public CohortLook? Look(long completeUntil)
    {
        var most = Math.Min(completeUntil - onset, CohortWatch.MaximumLooks);
        while (_looks.Count < most && Last is not { Verdict: CohortVerdict.Hurt })
            Last = LookAfter(_looks.Count + 1);
        return Last;
    }

    /// <summary>True where a look showed harm, and the later half of the time since it shows clearly fewer clients fall: they are back.</summary>
    /// <param name="completeUntil">As for <see cref="Look"/>.</param>
    public bool AreBack(long completeUntil)
    {
        if (Last is not { Verdict: CohortVerdict.Hurt } harm || completeUntil <= onset + harm.Seconds)
            return false;
        var seconds = (int)Math.Min((completeUntil - onset - harm.Seconds + 1) / 2, CohortWatch.MaximumLooks);
        var (_, now) = Compare(Sum(onset - seconds, seconds), Sum(completeUntil - seconds, seconds), onset - seconds);
        return SignTest.LowerTail(now.Fell, now.Rose, Almost(_looks[harm.Seconds - 1])) <= DoubtOfAny;
    }

    /// <summary>Looks on; those at seconds that are complete show no harm.</summary>
    /// <inheritdoc cref="AreBack"/>
    public void PassOver(long completeUntil)
    {
        _firstLook = (int)Math.Max(_firstLook, completeUntil - onset + 1);
        if (Last is { Verdict: CohortVerdict.Hurt } harm)
            Last = harm with { Verdict = CohortVerdict.NoHarmSeen };
    }

    private CohortLook LookAfter(int seconds)
    {
        meter.AddTo(_since, clients.Places, onset + seconds - 1);
        meter.AddTo(_before, clients.Places, onset - seconds);
        var (all, rest) = Compare(_before, _since, onset - seconds);
        _looks.Add(rest);
        var probability = SignTest.UpperTail(rest.Fell, rest.Rose);
        var look = new CohortLook(
            CohortVerdict.NoHarmSeen, seconds, _before.Count(static packets => packets > 0), _since.Count(static packets => packets > 0), all.Fell, all.Rose, all.Active, probability);
        if (all.Active < CohortWatch.FewestClients)
            return look with { Verdict = CohortVerdict.CannotTell };
        if (seconds < _firstLook || probability > falseAlarm / (seconds * (seconds + 1.0)) || rest.Surplus < smallestFall || !Lasts(seconds))
            return look;
        if (BeganBefore(rest))
            return look with { Verdict = CohortVerdict.FellBefore };
        return rest.Surplus > GreatestBefore(seconds) ? look with { Verdict = CohortVerdict.Hurt } : look;
    }

    /// <summary>Every later part of the time alone shows the fall too: a pause at its begin and another's fall at its end are no fall that lasts.</summary>
    private bool Lasts(int seconds)
    {
        var parts = seconds < LongLook ? 2 : 4;
        for (var part = 1; part < parts; part++)
        {
            var (from, until) = (seconds * part / parts, seconds * (part + 1) / parts);
            var (_, rest) = Compare(Sum(onset - (until - from), until - from), Sum(onset + from, until - from), onset - (until - from));
            if (SignTest.UpperTail(rest.Fell, rest.Rose) > Doubt || rest.Surplus < smallestFall)
                return false;
        }

        return true;
    }

    /// <summary>The greatest surplus of falling clients between two times as long as these, one after the other, in the past that is kept.</summary>
    private double GreatestBefore(int seconds)
    {
        var greatest = 0.0;
        var oldest = onset + seconds - CohortMeter.MaximumSeconds;
        for (var change = onset - seconds; change - seconds >= oldest; change -= (seconds + 1) / 2)
        {
            var (all, rest) = Compare(Sum(change - seconds, seconds), Sum(change, seconds), change - seconds);
            if (all.Active >= CohortWatch.FewestClients)
                greatest = Math.Max(greatest, rest.Surplus);
        }

        return greatest;
    }

    /// <summary>A fall that began at the onset shows in the shortest times around it as well; one that began seconds before shows in longer ones alone.</summary>
    /// <param name="fall">What this look shows.</param>
    private bool BeganBefore(Change fall)
    {
        var almost = Almost(fall);
        return _looks.Any(look => SignTest.LowerTail(look.Fell, look.Rose, almost) <= DoubtOfAny);
    }

    /// <summary>A share of falling clients, among those that changed, that is nearly that of a fall.</summary>
    private static double Almost(Change fall) => ((2.0 * fall.Fell / (fall.Fell + fall.Rose)) + 0.5) / 3;

    private int[] Sum(long from, int seconds)
    {
        var sums = new int[clients.Places.Length];
        for (var second = from; second < from + seconds; second++)
            meter.AddTo(sums, clients.Places, second);
        return sums;
    }

    /// <summary>How all changed, and how those did who are left without the network whose clients make the share of falling ones greatest.</summary>
    /// <param name="before">Packets of the earlier time.</param>
    /// <param name="after">Packets of the later one.</param>
    /// <param name="from">Begin of the earlier time: who was not counted by then is left out.</param>
    private (Change All, Change Others) Compare(int[] before, int[] after, long from)
    {
        Array.Clear(_networks);
        var all = default(Change);
        for (var number = 0; number < before.Length; number++)
        {
            if (clients.Since[number] > from)
                continue;
            var one = Change.Of(before[number], after[number]);
            all += one;
            _networks[clients.Networks[number]] += one;
        }

        var rest = all;
        foreach (var network in _networks)
        {
            if (network.Active > 0 && (all - network) is var others && others.Surplus < rest.Surplus)
                rest = others;
        }

        return (all, rest);
    }

    /// <summary>Clients with fewer packets than before, with more, and with any in either time.</summary>
    private readonly record struct Change(int Fell, int Rose, int Active)
    {
        /// <summary>Share of the active by which more fell than rose; 0: nobody is active.</summary>
        public double Surplus => Active == 0 ? 0 : (double)(Fell - Rose) / Active;

        public static Change Of(int before, int after) => new(before > after ? 1 : 0, before < after ? 1 : 0, before + after > 0 ? 1 : 0);

        public static Change operator +(Change left, Change right) => new(left.Fell + right.Fell, left.Rose + right.Rose, left.Active + right.Active);

        public static Change operator -(Change left, Change right) => new(left.Fell - right.Fell, left.Rose - right.Rose, left.Active - right.Active);
    }
}
