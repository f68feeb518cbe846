namespace Breakwater.Response.Price;

/// <summary>Chooses the few candidates that together meet most of the excess (greedy set cover, Chvátal 1979), under the limits of price and rules.</summary>
internal sealed class SetCover(TrafficTable table, PriceMeter meter, SynthesisLimits limits)
{
    private const double Enough = 0.995;
    private const double WorthARule = 0.02;

    /// <summary>Of candidates that meet nearly as much the cheaper one is taken, and of equally cheap ones the plainer.</summary>
    private const double NearlyAsMuch = 0.01;

    private const double SamePrice = 0.0005;
    private const int MostTried = 24;

    private readonly Dictionary<Candidate, double> _bounds = [];

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
            _bounds.Add(candidate, bound = meter.Bound(candidate.Met));
        return bound;
    }

    private (Candidate Candidate, double Gain)? Next(List<Candidate> open, ulong[] met, double dropped)
    {
        var gains = open.Select(candidate => (Candidate: candidate, Gain: Gain(candidate, met)))
            .Where(next => next.Gain >= WorthARule * table.Excess)
            .OrderByDescending(static next => next.Gain)
            .Take(MostTried);
        (Candidate Candidate, double Gain)? best = null;
        var bestBound = 0.0;
        foreach (var next in gains)
        {
            if (best is { } sofar && next.Gain < sofar.Gain - (NearlyAsMuch * table.Excess))
                break;
            var bound = meter.Bound(Joined(met, next.Candidate.Met));
            if (bound > dropped)
                continue;
            var isBetter = best is null || bound < bestBound - SamePrice || (bound < bestBound + SamePrice && next.Candidate.Parts < best.Value.Candidate.Parts);
            if (isBetter)
                (best, bestBound) = ((next.Candidate, best is null ? next.Gain : Math.Max(next.Gain, best.Value.Gain)), bound);
        }

        return best is { } found ? (found.Candidate, Gain(found.Candidate, met)) : null;
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
}
