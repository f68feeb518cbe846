using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>
/// From an attack's records to the filters that stop it, side by side, each with what it costs (rule 8). Pure: the same records give the same plan in whatever order
/// they come. Every rule has the target as its destination; none names a source that is not proven (rule 10).
/// </summary>
internal static class FilterPlanner
{
    private const int MostTries = 4;

    /// <summary>Networks of a service that are looked at.</summary>
    private const int MostNetworks = 64;

    public static FilterPlan Plan(FilterQuestion question)
    {
        if (Refusal(question) is { } refusal)
            return new FilterPlan([], refusal);
        return question.Networks.Length > 1 ? OfNetworks(question) : OfTarget(question, new TrafficTable(question), 1);
    }

    /// <summary>The network of a service that has most of the excess; what is covered is a share of the whole attack.</summary>
    private static FilterPlan OfNetworks(FilterQuestion question)
    {
        var (all, most) = (0.0, 0.0);
        FilterQuestion? best = null;
        TrafficTable? bestTable = null;
        foreach (var network in question.Networks.OrderBy(static network => network.Network).ThenBy(static network => network.Length).Take(MostNetworks))
        {
            var part = question with { Target = network };
            if (Refusal(part) is not null)
                continue;
            var table = new TrafficTable(part);
            all += table.Excess;
            if (best is null || table.Excess > most)
                (best, bestTable, most) = (part, table, table.Excess);
        }

        return best is null ? OfTarget(question, new TrafficTable(question), 1) : OfTarget(best, bestTable!, all > 0 ? most / all : 1);
    }

    private static FilterPlan OfTarget(FilterQuestion question, TrafficTable table, double part)
    {
        var meter = new PriceMeter(table, question.Seed);
        var alternatives = new Alternatives(question, table, meter, part);
        var cover = new SetCover(table, meter, question.Limits);
        var allowed = AllowedRows(table, question.Allow);
        var candidates = CandidateSearch.Find(table, new FilterMatch { Destination = question.Target })
            .Where(candidate => !Touches(candidate, allowed)).ToList();
        var router = Fitting(candidates, question.Profile, cover, meter, question.Limits);
        if ((question.Profile.Actions & FilterActions.Discard) != 0)
            alternatives.AddRouter(router);
        alternatives.AddProvenSources();
        alternatives.AddElsewhere(router, profile => Fitting(candidates, profile, cover, meter, question.Limits));
        alternatives.AddBlackhole();
        return alternatives.ToPlan();
    }

    /// <summary>Why there can be no rule at all; null when there can.</summary>
    private static string? Refusal(FilterQuestion question)
    {
        if (question.Target.Length == 0)
            return "no filter: the target is everything, and no rule may match everything";
        foreach (var allowed in question.Allow)
        {
            if (Overlap(allowed, question.Target))
                return $"no filter: the target {question.Target} is on the allow-list ({allowed})";
        }

        return null;
    }

    public static bool Overlap(Prefix left, Prefix right) => left.Length <= right.Length ? left.Contains(right.Network) : right.Contains(left.Network);

    /// <summary>The best set that a profile enforces: under the limit, else the one that meets most.</summary>
    private static FittingSet Fitting(List<Candidate> candidates, RouterProfile profile, SetCover cover, PriceMeter meter, SynthesisLimits limits)
    {
        var open = candidates.Where(candidate => profile.Supports(candidate.Match)).ToList();
        for (var tries = 0; tries < MostTries; tries++)
        {
            var chosen = cover.Choose(open, profile.MaxRules, limits.Dropped);
            if (chosen.Count == 0)
                break;
            var price = meter.Price(Candidate.Union(chosen, chosen[0].Met.Length));
            if (price.WorstCase <= limits.Dropped)
                return new FittingSet(chosen, price);
            // The quick bound was too low for these: without the dearest of them.
            open.Remove(chosen.MaxBy(cover.BoundOf)!);
        }

        return OverLimit([.. candidates.Where(candidate => profile.Supports(candidate.Match))], profile, cover, meter, limits);
    }

    /// <summary>Where no set is under the limit: the one that covers enough for the least that is over it, by steps.</summary>
    private static FittingSet OverLimit(List<Candidate> candidates, RouterProfile profile, SetCover cover, PriceMeter meter, SynthesisLimits limits)
    {
        List<Candidate> chosen = [];
        foreach (var dropped in (ReadOnlySpan<double>)[0.02, 0.05, 0.1, 0.2, 0.5, 1])
        {
            if (dropped <= limits.Dropped && dropped < 1)
                continue;
            chosen = cover.Choose(candidates, profile.MaxRules, dropped);
            if (chosen.Count > 0 && cover.CoveredBy(chosen) >= limits.Covered)
                break;
        }

        return chosen.Count == 0 ? new FittingSet([], FilterPrice.Unknown(0)) : new FittingSet(chosen, meter.Price(Candidate.Union(chosen, chosen[0].Met.Length)));
    }

    /// <summary>A bit for each record of an allow-listed sender from before the attack. During it such addresses may be forged.</summary>
    private static ulong[] AllowedRows(TrafficTable table, ImmutableArray<Prefix> allow)
    {
        var bits = new ulong[(table.Rows.Length + 63) / 64];
        if (allow.IsEmpty)
            return bits;
        var known = new Dictionary<Address, bool>();
        for (var index = 0; index < table.Rows.Length; index++)
        {
            ref readonly var row = ref table.Rows[index];
            if (row.IsDuring || row.IsImagined)
                continue;
            var source = row.Source;
            if (!known.TryGetValue(source, out var isAllowed))
                known.Add(source, isAllowed = allow.Any(allowed => allowed.Contains(source)));
            bits[index >> 6] |= isAllowed ? 1UL << (index & 63) : 0;
        }

        return bits;
    }

    private static bool Touches(Candidate candidate, ulong[] rows)
    {
        for (var word = 0; word < rows.Length; word++)
        {
            if ((candidate.Met[word] & rows[word]) != 0)
                return true;
        }

        return false;
    }
}

/// <summary>Matches that together meet the attack, and what dropping all that they meet costs.</summary>
internal sealed record FittingSet(List<Candidate> Chosen, FilterPrice Price);
