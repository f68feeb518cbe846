namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>What comparing one golden with our decoding of the same input gave.</summary>
internal sealed record ExportComparison(
    string Tool,
    string Format,
    int Records,
    int UndecodedSets,
    int Compared,
    int Agreed,
    int NotElements,
    IReadOnlyList<Difference> Differences);

/// <summary>Compares a whole golden: its records with our lines, its undecodable sets with ours.</summary>
internal static class ExportComparer
{
    public static ExportComparison Compare(
        string tool,
        NameMap map,
        GoldenExport golden,
        IReadOnlyList<DecodedRecord> ours,
        IReadOnlyList<UndecodedSet> undecoded)
    {
        var comparer = new RecordComparer(map, tool switch
        {
            GoldenTool.Telegraf => ElementChoice.Last,
            GoldenTool.Pmacct => ElementChoice.FirstSet,
            _ => ElementChoice.All,
        });
        var ordered = tool == GoldenTool.Tshark;
        var pairs = ordered
            ? RecordAligner.InOrder(golden.Records, ours, comparer.Compare)
            : RecordAligner.AnyOrder(golden.Records, ours, comparer.Compare);
        var differences = new List<Difference>();
        var (compared, agreed, notElements) = (0, 0, 0);
        foreach (var pair in pairs)
        {
            if (pair.Golden is null || pair.Ours is null)
            {
                differences.Add(Unpaired(pair, golden));
                continue;
            }

            if (pair.OutOfOrder)
                differences.Add(new Difference(pair.Ours.Format, "record", DifferenceKind.RecordOrder, "", "", ""));
            var comparison = comparer.Compare(pair.Golden, pair.Ours);
            compared += comparison.Compared;
            agreed += comparison.Agreed;
            notElements += comparison.NotElements;
            differences.AddRange(comparison.Differences);
        }

        var format = ours.Select(o => o.Format).Concat(golden.Records.Select(r => r.Format)).FirstOrDefault(f => f.Length > 0) ?? golden.Format;
        // A tool without undecodable sets in its output says nothing about them.
        if (tool == GoldenTool.Tshark)
        {
            var decoded = pairs.Where(p => p.Golden is null).Select(p => p.Ours!.SetId).OfType<int>().ToHashSet();
            CompareSets(format, golden, undecoded, decoded, differences);
        }

        return new ExportComparison(
            tool, format, golden.Records.Count, golden.Undecoded.Count, compared, agreed, notElements, differences);
    }

    private static Difference Unpaired(AlignedPair pair, GoldenExport export)
    {
        if (pair.Golden is { } golden)
        {
            var fields = string.Join(' ', golden.Fields.Take(8).Select(f => f.Name + "=" + f.Value));
            return new Difference(golden.Format, "record", DifferenceKind.RecordMissingInOurs, $"set {golden.SetId}", fields, "");
        }

        var ours = pair.Ours!;
        var text = string.Join(' ', ours.Elements.Take(12).Select(e => e.Name + "=" + ValueForms.OurText(e.Value)));
        var kind = ours.SetId is not { } set ? DifferenceKind.RecordMissingInGolden
            : export.Undecoded.Any(u => u.SetId == set) ? DifferenceKind.RecordOfUndecodedSet
            : export.Records.Any(r => r.IsCutOff && r.SetId == set) ? DifferenceKind.RecordBehindMalformed
            : export.Records.Any(r => r.SetId is null || r.SetId == set) ? DifferenceKind.RecordMissingInGolden
            : DifferenceKind.RecordOfUnshownSet;
        return new Difference(ours.Format, "record", kind, $"set {ours.SetId}", "", text);
    }

    /// <summary>As multisets: id and length say which set it was, the order is that of the file on both sides.</summary>
    private static void CompareSets(
        string format, GoldenExport golden, IReadOnlyList<UndecodedSet> ours, HashSet<int> decoded, List<Difference> differences)
    {
        var left = ours.ToList();
        foreach (var set in golden.Undecoded.Where(u => !left.Remove(u)))
        {
            var kind = decoded.Contains(set.SetId) ? DifferenceKind.SetDecodedByUs : DifferenceKind.SetUndecodedInGolden;
            differences.Add(new Difference(format, "set", kind, $"set {set.SetId}", $"{set.LengthBytes} octets", ""));
        }

        foreach (var set in golden.Beyond ?? [])
            differences.Add(new Difference(format, "set", DifferenceKind.SetBeyondMessage, $"set {set.SetId}", $"{set.LengthBytes} octets", ""));
        foreach (var set in left)
            differences.Add(new Difference(format, "set", DifferenceKind.SetUndecodedInOurs, $"set {set.SetId}", "", $"{set.LengthBytes} octets"));
    }
}
