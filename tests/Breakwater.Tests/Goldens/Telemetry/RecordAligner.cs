namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>A golden record and the line of ours that it is compared with; one of them is null when it has no partner.</summary>
internal sealed record AlignedPair(GoldenRecord? Golden, DecodedRecord? Ours, bool OutOfOrder = false);

/// <summary>Finds the partner of each record: records of different sets are never partners.</summary>
internal static class RecordAligner
{
    /// <summary>Above this many comparisons records without a partner are only looked for within their set.</summary>
    private const int MaxComparisons = 1_000_000;

    /// <summary>For tools that print records in the order of the datagrams.</summary>
    public static IReadOnlyList<AlignedPair> InOrder(
        IReadOnlyList<GoldenRecord> golden,
        IReadOnlyList<DecodedRecord> ours,
        Func<GoldenRecord, DecodedRecord, Comparison> compare)
    {
        if (golden.Count == ours.Count && golden.Zip(ours).All(p => Compatible(p.First, p.Second)))
            return [.. OneByOne(golden, ours, compare)];
        if ((long)golden.Count * ours.Count > MaxComparisons)
            return AnyOrder(golden, ours, compare);

        var pairs = LongestCommon(golden, ours, compare);
        return Reunite(pairs, compare);
    }

    /// <summary>Records pair up by place; within a datagram whose order the golden lost, by content.</summary>
    private static IEnumerable<AlignedPair> OneByOne(
        IReadOnlyList<GoldenRecord> golden,
        IReadOnlyList<DecodedRecord> ours,
        Func<GoldenRecord, DecodedRecord, Comparison> compare)
    {
        for (var i = 0; i < golden.Count;)
        {
            var end = i + 1;
            while (golden[i].Unordered is { } datagram && end < golden.Count && golden[end].Unordered == datagram)
                end++;
            var (left, right) = (golden.Skip(i).Take(end - i).ToList(), ours.Skip(i).Take(end - i).ToList());
            foreach (var pair in end - i == 1 ? [new AlignedPair(left[0], right[0])] : AnyOrder(left, right, compare))
                yield return pair;
            i = end;
        }
    }

    /// <summary>For tools that print records in any order: equal ones first, then the nearest.</summary>
    public static IReadOnlyList<AlignedPair> AnyOrder(
        IReadOnlyList<GoldenRecord> golden,
        IReadOnlyList<DecodedRecord> ours,
        Func<GoldenRecord, DecodedRecord, Comparison> compare)
    {
        var free = ours.ToList();
        var partner = new DecodedRecord?[golden.Count];
        for (var i = 0; i < golden.Count; i++)
        {
            var equal = free.FindIndex(o => Compatible(golden[i], o) && compare(golden[i], o).Differences.Count == 0);
            if (equal >= 0)
                partner[i] = Take(free, equal);
        }

        for (var i = 0; i < golden.Count; i++)
        {
            if (partner[i] is not null)
                continue;
            var best = free.Select((o, index) => (Score: Compatible(golden[i], o) ? Score(compare(golden[i], o)) : int.MinValue, index))
                .OrderByDescending(c => c.Score).FirstOrDefault((Score: int.MinValue, index: -1));
            if (best.Score > 0)
                partner[i] = Take(free, best.index);
        }

        return [.. golden.Select((g, i) => new AlignedPair(g, partner[i])), .. free.Select(o => new AlignedPair(null, o))];
    }

    private static DecodedRecord Take(List<DecodedRecord> free, int index)
    {
        var taken = free[index];
        free.RemoveAt(index);
        return taken;
    }

    private static bool Compatible(GoldenRecord golden, DecodedRecord ours) =>
        (golden.Format.Length == 0 || golden.Format == ours.Format) && (golden.SetId is null || golden.SetId == ours.SetId);

    private static bool SameDomain(GoldenRecord golden, DecodedRecord ours) =>
        golden.DomainId is null || ours.DomainId is null || golden.DomainId == ours.DomainId;

    /// <summary>Above 0 when more agrees than differs.</summary>
    private static int Score(Comparison comparison) =>
        (2 * comparison.Agreed) + 1 - comparison.Differences.Count(d => d.Kind != DifferenceKind.MissingBehindMalformed);

    private static List<AlignedPair> LongestCommon(
        IReadOnlyList<GoldenRecord> golden,
        IReadOnlyList<DecodedRecord> ours,
        Func<GoldenRecord, DecodedRecord, Comparison> compare)
    {
        var scores = new int[golden.Count, ours.Count];
        var best = new int[golden.Count + 1, ours.Count + 1];
        for (var i = golden.Count - 1; i >= 0; i--)
        {
            for (var j = ours.Count - 1; j >= 0; j--)
            {
                scores[i, j] = Compatible(golden[i], ours[j]) && SameDomain(golden[i], ours[j]) ? Math.Max(0, Score(compare(golden[i], ours[j]))) : 0;
                best[i, j] = Math.Max(best[i + 1, j + 1] + scores[i, j], Math.Max(best[i + 1, j], best[i, j + 1]));
            }
        }

        var pairs = new List<AlignedPair>();
        var (g, o) = (0, 0);
        while (g < golden.Count && o < ours.Count)
        {
            if (scores[g, o] > 0 && best[g, o] == best[g + 1, o + 1] + scores[g, o])
                pairs.Add(new AlignedPair(golden[g++], ours[o++]));
            else if (best[g, o] == best[g + 1, o])
                pairs.Add(new AlignedPair(golden[g++], null));
            else
                pairs.Add(new AlignedPair(null, ours[o++]));
        }

        for (; g < golden.Count; g++)
            pairs.Add(new AlignedPair(golden[g], null));
        for (; o < ours.Count; o++)
            pairs.Add(new AlignedPair(null, ours[o]));
        return pairs;
    }

    /// <summary>A record missed at one place and left over at another is the same record out of order.</summary>
    private static List<AlignedPair> Reunite(List<AlignedPair> pairs, Func<GoldenRecord, DecodedRecord, Comparison> compare)
    {
        var left = pairs.Where(p => p.Golden is null).ToList();
        foreach (var missed in pairs.Where(p => p.Ours is null).ToList())
        {
            var found = left.Find(p => Compatible(missed.Golden!, p.Ours!) && compare(missed.Golden!, p.Ours!).Differences.Count == 0);
            if (found is null)
                continue;
            left.Remove(found);
            pairs.Remove(found);
            pairs[pairs.IndexOf(missed)] = new AlignedPair(missed.Golden, found.Ours, OutOfOrder: true);
        }

        return pairs;
    }
}
