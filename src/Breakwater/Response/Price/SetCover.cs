namespace Breakwater.Response.Price;

/// <summary>Chooses the few candidates that together meet most of the excess (greedy set cover, Chvátal 1979), under the limits of price and rules.</summary>
internal sealed class SetCover(TrafficTable table, PriceMeter meter, SynthesisLimits limits)
{
    private const double Enough = 0.995;
    private const double WorthARule = 0.02;

    /// <summary>Records that a further rule has to meet of an attack that is a second old or less: of the first hundred records one stray is a hundredth.</summary>
    public const int FewestRecords = 8;

    /// <summary>Of candidates that meet nearly as much the cheaper one is taken, and of equally cheap ones the plainer.</summary>
    private const double NearlyAsMuch = 0.01;

    /// <summary>Without a time before, the host's own traffic counts as attack: it may be this part.</summary>
    private const double MayBeOwn = 0.1;

    private const double SamePrice = 0.0005;
    private const int MostTried = 24;

    /// <summary>A rule that names the attack is taken before one that names all but the ordinary, when it meets nearly as much.</summary>
    private const double Naming = 0.03;

    /// <summary>Records that may be looked at for bounds, so that a hostile mix takes no longer: after that what is not bounded is not chosen.</summary>
    private const long MostWork = 2_500_000;

    private readonly Dictionary<Candidate, double> _bounds = [];
    private long _work;

    /// <summary>The best set; empty when no candidate is worth a rule under the limit.</summary>
    /// <param name="candidates">Those to choose from.</param>
    /// <param name="most">Most rules.</param>
    /// <param name="dropped">Highest upper bound of the price.</param>
    public List<Candidate> Choose(IReadOnlyList<Candidate> candidates, int most, double dropped)
    {
        var open = candidates.Where(candidate => BoundOf(candidate) <= dropped).ToList();
        List<Candidate> chosen = [];
        var met = new ulong[(table.Rows.Length + 63) / 64];
        var covered = 0.0;
        while (chosen.Count < Math.Min(most, limits.Rules) && covered < Enough * table.Excess)
        {
            // Where nothing tells the price and enough is met, what is left may be the host's own.
            if (!meter.IsKnown && covered >= limits.Covered * table.Excess)
                open.RemoveAll(candidate => candidate.Reach > chosen.Max(static known => known.Reach));
            if (Next(open, met, dropped) is not { } best)
                break;
            chosen.Add(best.Candidate);
            covered += best.Gain;
            for (var word = 0; word < met.Length; word++)
                met[word] |= best.Candidate.Met[word];
        }

        return chosen;
    }

    /// <summary>Share of the excess that a set meets.</summary>
    public double CoveredBy(List<Candidate> chosen) => Candidate.Sum(Candidate.Union(chosen, chosen[0].Met.Length), table.ExcessOf) / table.Excess;

    /// <summary>A quick upper bound of a candidate's price by itself.</summary>
    public double BoundOf(Candidate candidate)
    {
        if (!_bounds.TryGetValue(candidate, out var bound))
            _bounds.Add(candidate, bound = Bound(candidate.Met));
        return bound;
    }

    private double Bound(ulong[] met)
    {
        _work += table.Rows.Length;
        return _work > MostWork ? 1 : meter.Bound(met);
    }

    private (Candidate Candidate, double Gain)? Next(List<Candidate> open, ulong[] met, double dropped)
    {
        var isFirst = !met.AsSpan().ContainsAnyExcept(0UL);
        var gains = open.Select(candidate => ChoiceOf(candidate, isFirst ? candidate.Excess : Gain(candidate, met)))
            .Where(next => next.Gain >= (meter.IsKnown || isFirst ? WorthARule : MayBeOwn) * table.Excess && (isFirst || !table.IsShort || MeetsEnough(next.Candidate, met)))
            .OrderByDescending(static next => next.Worth);
        return meter.IsKnown ? Cheapest(gains.Take(MostTried), met, dropped, isFirst) : Narrowest([.. gains]);
    }

    private Choice ChoiceOf(Candidate candidate, double gain) => new(candidate, gain, gain - (candidate.IsComplement ? Naming * table.Excess : 0));

    /// <summary>
    /// Where nothing tells what a rule costs: of those that meet most but for what the host's own traffic may be, the one that can meet least of anybody else's, and of
    /// these the one that asks most, but for what an attacker changes first.
    /// </summary>
    private (Candidate Candidate, double Gain)? Narrowest(List<Choice> gains)
    {
        if (gains.Count == 0)
            return null;
        var narrowest = gains.TakeWhile(next => next.Worth >= gains[0].Worth - (MayBeOwn * table.Excess))
            .OrderBy(static next => next.Candidate.Reach).ThenBy(static next => next.Candidate.Evadable).ThenByDescending(static next => next.Candidate.Components).ThenByDescending(static next => next.Gain).First();
        return (narrowest.Candidate, narrowest.Gain);
    }

    private (Candidate Candidate, double Gain)? Cheapest(IEnumerable<Choice> gains, ulong[] met, double dropped, bool isFirst)
    {
        (Candidate Candidate, double Worth)? best = null;
        var bestBound = 0.0;
        foreach (var next in gains)
        {
            if (best is { } sofar && next.Worth < sofar.Worth - (NearlyAsMuch * table.Excess))
                break;
            var bound = isFirst ? BoundOf(next.Candidate) : Bound(Joined(met, next.Candidate.Met));
            if (bound > dropped)
                continue;
            var isBetter = best is null || bound < bestBound - SamePrice || (bound < bestBound + SamePrice && next.Candidate.Parts < best.Value.Candidate.Parts);
            if (isBetter)
                (best, bestBound) = ((next.Candidate, best is null ? next.Worth : Math.Max(next.Worth, best.Value.Worth)), bound);
        }

        return best is { } found ? (found.Candidate, Gain(found.Candidate, met)) : null;
    }

    private bool MeetsEnough(Candidate candidate, ulong[] met)
    {
        var left = FewestRecords;
        for (var word = 0; word < met.Length && left > 0; word++)
        {
            for (var bits = candidate.Met[word] & ~met[word]; bits != 0 && left > 0; bits &= bits - 1)
                left -= table.Rows[(word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits)].IsDuring ? 1 : 0;
        }

        return left == 0;
    }

    private double Gain(Candidate candidate, ulong[] met)
    {
        var gain = 0.0;
        for (var word = 0; word < met.Length; word++)
        {
            for (var bits = candidate.Met[word] & ~met[word]; bits != 0; bits &= bits - 1)
                gain += table.ExcessOf[(word << 6) + System.Numerics.BitOperations.TrailingZeroCount(bits)];
        }

        return gain;
    }

    private static ulong[] Joined(ulong[] left, ulong[] right)
    {
        var both = new ulong[left.Length];
        for (var word = 0; word < both.Length; word++)
            both[word] = left[word] | right[word];
        return both;
    }

    /// <summary>A candidate, what it would add, and what that is worth.</summary>
    private sealed record Choice(Candidate Candidate, double Gain, double Worth);
}
