using System.Collections.Immutable;
using System.Numerics;

namespace Breakwater.Detection.Web;

/// <summary>
/// Conjunctions of at most three fields that meet much of a surge and little of the time before, from samples of both. A beam search: the best
/// conditions, then the best pairs with them, then triples; what the first rule meets is set aside before the next is looked for.
/// </summary>
internal static class RuleMiner
{
    /// <summary>Values of a field that are tried, the commonest of the surge.</summary>
    public const int Candidates = 14;

    // With all others 64 conditions, a bit each.
    private const int OriginCandidates = 7;
    private const int Rules = 3;
    private const int Beam = 10;
    private const double FewestCovered = 0.1;
    private const double MostTouched = 0.2;
    private const double PriceOfTouched = 3;
    private const int FewestSamples = 50;

    /// <param name="surge">The surge, and the time before it.</param>
    /// <param name="origins">Countries and systems of clients; null: no rule asks for them.</param>
    public static ImmutableArray<WebRule> Mine(WebSurge surge, ClientOrigins? origins)
    {
        if (!surge.Verdict!.Measures.HasBefore)
            return [];
        var during = surge.During.Sample.Rows(out _);
        var before = surge.Before.Sample.Rows(out _);
        if (during.Length < FewestSamples || before.Length < FewestSamples)
            return [];
        var conditions = ConditionsOf(surge, during, origins);
        var search = new Search(surge, Marked(during, conditions), Marked(before, conditions), conditions);
        var rules = ImmutableArray.CreateBuilder<WebRule>();
        while (rules.Count < Rules && search.Best() is var best and not 0)
        {
            rules.Add(search.Price(best));
            search.SetAside(best);
        }

        return rules.ToImmutable();
    }

    private static List<Condition> ConditionsOf(WebSurge surge, RequestRow[] during, ClientOrigins? origins)
    {
        var children = surge.During.Groups.Rows(out _).GroupBy(static row => row.Parent).ToDictionary(static group => group.Key, static group => group.Count());
        var conditions = new List<Condition>();
        bool IsFolded(in WebEntry entry) => children.GetValueOrDefault(entry.Parent) > WebLimits.FoldedChildren;
        Add(WebField.Path, entry => IsFolded(in entry) ? entry.Parent : entry.Group, surge.NameOf, hash => surge.HasName(hash) && surge.NameOf(hash).StartsWith('/'));
        Add(WebField.UserAgent, static entry => entry.Agent, surge.NameOf, hash => hash == 0 || surge.HasName(hash));
        Add(WebField.Network, static entry => NetworkOf(entry), null, static _ => true);
        foreach (var (field, flags) in new[] { (WebField.Query, WebFlags.Query), (WebField.Referer, WebFlags.Referer), (WebField.Writes, WebFlags.Writes) })
        {
            conditions.Add(new Condition(field, entry => entry.Has(flags), "1"));
            conditions.Add(new Condition(field, entry => !entry.Has(flags), "0"));
        }

        conditions.Add(new Condition(WebField.HttpVersion, static entry => entry.Has(WebFlags.Http1), "1"));
        conditions.Add(new Condition(WebField.HttpVersion, static entry => entry.Has(WebFlags.Http2), "2"));
        if (origins is not null)
            AddOrigins(conditions, during, new RuleNetworks(surge, origins), origins);
        return conditions;

        void Add(WebField field, Func<WebEntry, ulong> key, Func<ulong, string>? name, Func<ulong, bool> isNamed)
        {
            foreach (var group in during.GroupBy(row => key(row.Entry)).OrderByDescending(static group => group.Sum(static row => row.Requests)).ThenBy(static group => group.Key).Take(Candidates))
            {
                var value = group.Key;
                if (isNamed(value))
                    conditions.Add(new Condition(field, entry => key(entry) == value, name is null ? NetworkText(group.First().Entry) : name(value)));
            }
        }
    }

    /// <summary>Countries and systems, the commonest of the surge, as the networks that stand for them in a proxy.</summary>
    private static void AddOrigins(List<Condition> conditions, RequestRow[] during, RuleNetworks networks, ClientOrigins origins)
    {
        foreach (var field in (ReadOnlySpan<WebField>)[WebField.Country, WebField.System])
        {
            ulong OriginOf(RequestRow row) => field == WebField.Country ? origins.Of(row.Entry.Client).Country.Packed : origins.Of(row.Entry.Client).SystemNumber;
            foreach (var group in during.GroupBy(OriginOf).OrderByDescending(static group => group.Sum(static row => row.Requests)).ThenBy(static group => group.Key).Take(OriginCandidates))
            {
                var listed = networks.Of(field, group.Key);
                if (listed.IsEmpty)
                    continue;
                var known = listed.ToHashSet();
                bool IsListed(WebEntry entry) => known.Contains(ClientOrigins.NetworkOf(entry.Client));
                var share = group.Sum(row => IsListed(row.Entry) ? row.Requests : 0) / (double)group.Sum(static row => row.Requests);
                conditions.Add(new Condition(field, IsListed, RuleNetworks.NameOf(field, group.Key)) { Networks = listed, NetworksShare = Math.Round(share, 4) });
            }
        }
    }

    private static ulong NetworkOf(in WebEntry entry)
    {
        var network = ClientOrigins.NetworkOf(entry.Client).Network;
        return network.High ^ BitOperations.RotateLeft(network.Low, 32);
    }

    private static string NetworkText(in WebEntry entry) => ClientOrigins.NetworkOf(entry.Client).ToString();

    /// <summary>For each request the conditions that hold, as bits.</summary>
    private static Row[] Marked(RequestRow[] rows, List<Condition> conditions) => Array.ConvertAll(rows, row =>
    {
        ulong bits = 0;
        for (var index = 0; index < conditions.Count; index++)
            bits |= conditions[index].Holds(row.Entry) ? 1UL << index : 0;
        return new Row(bits, row.Requests, row.Entry.Client);
    });

    private sealed record Condition(WebField Field, Func<WebEntry, bool> Holds, string Value)
    {
        public ImmutableArray<Prefix> Networks { get; init; } = [];

        public double? NetworksShare { get; init; }

        public WebCondition Told => new(Field, Value) { Networks = Networks, NetworksShare = NetworksShare };
    }

    private readonly record struct Row(ulong Bits, long Requests, Wire.Address Client);

    /// <summary>The samples, and what is left of the surge's.</summary>
    private sealed class Search(WebSurge surge, Row[] during, Row[] before, List<Condition> conditions)
    {
        private const double MostOrdinary = 0.95;

        /// <summary>What would have come anyway is known from the time before, and may have become half as much again, or two thirds, since.</summary>
        private const double Drift = 1.5;

        private readonly double _total = during.Sum(static row => (double)row.Requests);
        private readonly double _beforeTotal = before.Sum(static row => (double)row.Requests);

        // Of the surge's requests, those that the time before would have brought.
        private readonly double _ordinary = Math.Min(MostOrdinary, surge.Before.Sums.Requests / (double)surge.Before.Seconds * surge.During.Seconds / surge.During.Sums.Requests);
        private readonly List<Row> _left = [.. during];

        /// <summary>The best conjunction of what is left, as bits; 0 when none is good enough.</summary>
        public ulong Best()
        {
            var (best, bestScore) = (0UL, 0.0);
            List<ulong> beam = [0];
            for (var length = 1; length <= 3; length++)
            {
                var scored = new SortedSet<(double Score, ulong Bits)>();
                foreach (var stem in beam)
                {
                    for (var index = 0; index < conditions.Count; index++)
                    {
                        var bits = stem | (1UL << index);
                        if (bits == stem || HasField(stem, conditions[index].Field))
                            continue;
                        scored.Add((Score(bits), bits));
                        if (scored.Count > Beam)
                            scored.Remove(scored.Min);
                    }
                }

                beam = [.. scored.Select(static entry => entry.Bits)];
                // A further condition has to be worth its while.
                if (scored.Count > 0 && scored.Max.Score > bestScore + 0.02)
                    (bestScore, best) = (scored.Max.Score, scored.Max.Bits);
            }

            return best != 0 && Price(best) is { ExcessCovered.Value: >= FewestCovered, LegitimateTouched.Value: <= MostTouched } ? best : 0;
        }

        public void SetAside(ulong bits) => _left.RemoveAll(row => (row.Bits & bits) == bits);

        public WebRule Price(ulong bits)
        {
            var parts = Enumerable.Range(0, conditions.Count).Where(index => (bits >> index & 1) != 0).Select(index => conditions[index].Told);
            var seen = Proportion(during, bits);
            var usual = Proportion(before, bits);
            var covered = Covered(seen.Value!.Value, usual.Value!.Value, _ordinary);
            var width = Math.Sqrt(Math.Pow(seen.High!.Value - seen.Low!.Value, 2) + Math.Pow((usual.High!.Value - usual.Low!.Value) * _ordinary, 2)) / (2 * (1 - _ordinary));
            var (fewer, more) = (Covered(seen.Value!.Value, usual.Value!.Value, _ordinary / Drift), Covered(seen.Value!.Value, usual.Value!.Value, Math.Min(MostOrdinary, _ordinary * Drift)));
            var (low, high) = (Math.Min(covered, Math.Min(fewer, more)) - width, Math.Max(covered, Math.Max(fewer, more)) + width);
            return new WebRule(
                [.. parts.OrderBy(static part => part.Field)],
                Rounded(new Estimate(covered, Math.Max(0, low), Math.Min(1, high), seen.Samples)), Rounded(usual), Rounded(ClientsTouched(bits)));
        }

        /// <summary>The part of the excess that a rule meets.</summary>
        /// <param name="part">Of the surge's requests.</param>
        /// <param name="usual">Of the requests before.</param>
        /// <param name="ordinary">Of the surge's requests, the part that would have come anyway.</param>
        private static double Covered(double part, double usual, double ordinary) => Math.Clamp((part - (usual * ordinary)) / (1 - ordinary), 0, 1);

        private double Score(ulong bits)
        {
            double met = 0, touched = 0;
            foreach (var row in _left)
                met += (row.Bits & bits) == bits ? row.Requests : 0;
            foreach (ref readonly var row in before.AsSpan())
                touched += (row.Bits & bits) == bits ? row.Requests : 0;
            touched /= _beforeTotal;
            return (((met / _total) - (touched * _ordinary)) / (1 - _ordinary)) - (PriceOfTouched * touched);
        }

        private bool HasField(ulong bits, WebField field)
        {
            for (var index = 0; index < conditions.Count; index++)
            {
                if ((bits >> index & 1) != 0 && conditions[index].Field == field)
                    return true;
            }

            return false;
        }

        private Estimate ClientsTouched(ulong bits)
        {
            var met = before.Where(row => (row.Bits & bits) == bits).Select(static row => row.Client).Distinct().Count();
            var all = before.Select(static row => row.Client).Distinct().Count();
            return Interval(met / (double)all, all, all);
        }

        /// <summary>The part of a sample's requests that meet the conditions; requests alike weigh as one sample would, only more.</summary>
        private static Estimate Proportion(Row[] rows, ulong bits)
        {
            double met = 0, sum = 0, squares = 0;
            foreach (ref readonly var row in rows.AsSpan())
            {
                sum += row.Requests;
                squares += (double)row.Requests * row.Requests;
                met += (row.Bits & bits) == bits ? row.Requests : 0;
            }

            return Interval(met / sum, sum * sum / squares, rows.Length);
        }

        /// <summary>Agresti and Coull's interval (1998), of samples that come in bunches: two requests of a page count as one.</summary>
        private static Estimate Interval(double part, double count, long samples)
        {
            var effective = Math.Max(1, count / 2) + 4;
            var centre = ((part * (effective - 4)) + 2) / effective;
            var half = 1.96 * Math.Sqrt(centre * (1 - centre) / effective);
            return new Estimate(part, Math.Max(0, Math.Min(part, centre - half)), Math.Min(1, Math.Max(part, centre + half)), samples);
        }

        private static Estimate Rounded(Estimate estimate) => new(
            Math.Round(estimate.Value!.Value, 4), Math.Round(estimate.Low!.Value, 4), Math.Round(estimate.High!.Value, 4), estimate.Samples);
    }
}
