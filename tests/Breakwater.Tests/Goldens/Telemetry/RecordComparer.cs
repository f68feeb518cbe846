using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

internal enum DifferenceKind
{
    /// <summary>Both have the value and the values differ.</summary>
    Value,

    /// <summary>The golden has a value that our line does not have.</summary>
    MissingInOurs,

    /// <summary>Our line has a value that the golden does not have.</summary>
    MissingInGolden,

    /// <summary>Our line has a value of an inner header that the golden does not have.</summary>
    InnerMissingInGolden,

    /// <summary>The name map does not know the golden's field.</summary>
    UnknownName,

    /// <summary>A whole record, sample or aggregate.</summary>
    RecordMissingInOurs,
    RecordMissingInGolden,

    /// <summary>Our record is of a set that the golden shows as undecodable.</summary>
    RecordOfUndecodedSet,

    /// <summary>Our record is of a set that the golden does not show at all.</summary>
    RecordOfUnshownSet,

    /// <summary>As <see cref="MissingInGolden"/>, in the record at which the golden stopped: it calls the datagram malformed.</summary>
    MissingBehindMalformed,

    /// <summary>Our record is of the set at which the golden stopped.</summary>
    RecordBehindMalformed,

    /// <summary>The same record at another place.</summary>
    RecordOrder,

    /// <summary>A set that only one side could not decode.</summary>
    SetUndecodedInGolden,
    SetUndecodedInOurs,

    /// <summary>The golden could not decode a set of which we have records.</summary>
    SetDecodedByUs,

    /// <summary>The golden reads a set behind the end of the message.</summary>
    SetBeyondMessage,
}

/// <summary>One difference between a golden and our decoding.</summary>
internal sealed record Difference(string Format, string Element, DifferenceKind Kind, string GoldenName, string Golden, string Ours)
{
    public override string ToString() => $"{Format} {Element} {Kind}: {GoldenName}={Golden} ours={Ours}";
}

/// <summary>What comparing one record gave.</summary>
internal sealed record Comparison(int Compared, int Agreed, int NotElements, IReadOnlyList<Difference> Differences);

/// <summary>What a tool prints when several elements of a record have one name in it.</summary>
internal enum ElementChoice
{
    /// <summary>All of them, in wire order.</summary>
    All,

    /// <summary>The last: it keeps fields in a map by name.</summary>
    Last,

    /// <summary>One that is set: its columns have room for one value, 0 when there is none.</summary>
    FirstSet,
}

/// <summary>Compares one golden record with one of our lines, field by field, both ways.</summary>
/// <param name="map">The tool's names.</param>
/// <param name="choice">What the tool prints of several elements that have one name in it.</param>
internal sealed class RecordComparer(NameMap map, ElementChoice choice)
{
    private const string Unnamed = "octets";

    /// <summary>Elements that say the same as another element of the line, or nothing that was in the datagram.</summary>
    private static readonly HashSet<string> s_derived = new(StringComparer.Ordinal) { "packetDeltaCount", "tunnel" };

    public Comparison Compare(GoldenRecord golden, DecodedRecord ours)
    {
        var state = new State(golden, ours);
        var open = new List<Queue<GoldenField>>();
        foreach (var group in golden.Fields.GroupBy(f => f.Name, StringComparer.Ordinal))
        {
            var parts = map.Find(ours.Format, group.Key);
            if (parts.Count == 0)
                state.Differences.Add(new Difference(ours.Format, "-", DifferenceKind.UnknownName, group.Key, group.First().Value, ""));
            foreach (var part in parts)
            {
                if (part[0].Element == "-")
                    state.NotElements += group.Count();
                else if (part[0].Element == "*")
                    open.Add(new Queue<GoldenField>(group));
                else
                    ComparePart(state, part, group.ToList());
            }
        }

        CompareRest(state, open);
        return new Comparison(state.Compared, state.Agreed, state.NotElements, state.Differences);
    }

    private void ComparePart(State state, IReadOnlyList<NameRule> rules, List<GoldenField> golden)
    {
        var candidates = new List<(int Index, NameRule Rule)>();
        for (var i = 0; i < state.Ours.Elements.Count; i++)
        {
            foreach (var rule in rules)
            {
                if (rule.Element == state.Ours.Elements[i].Name)
                    candidates.Add((i, rule));
            }
        }

        if (choice == ElementChoice.Last)
            candidates.ForEach(c => state.Taken[c.Index] = true);
        if (choice == ElementChoice.FirstSet)
        {
            candidates = [.. candidates.OrderBy(c => ValueForms.IsEmpty(state.Ours.Elements[c.Index].Value))];
            candidates.Skip(golden.Count).Where(c => ValueForms.IsEmpty(state.Ours.Elements[c.Index].Value)).ToList().ForEach(c => state.Taken[c.Index] = true);
        }

        if (rules.All(r => ValueTransforms.IsOptional(r.Transform)))
        {
            CompareOptional(state, candidates, golden);
            return;
        }

        var offset = choice == ElementChoice.Last ? Math.Max(0, candidates.Count - golden.Count) : 0;
        for (var i = 0; i < golden.Count; i++)
        {
            if (offset + i < candidates.Count)
                CompareValue(state, candidates[offset + i].Index, candidates[offset + i].Rule, golden[i]);
            else if (rules.Any(r => r.Absent == golden[i].Value))
                state.NotElements++;
            else
                state.Differ(rules[0].Element, DifferenceKind.MissingInOurs, golden[i], null);
        }
    }

    /// <summary>The golden prints such a value for every record, computed when the record has no such element.</summary>
    private static void CompareOptional(State state, List<(int Index, NameRule Rule)> candidates, List<GoldenField> golden)
    {
        foreach (var (index, rule) in candidates)
        {
            var element = state.Ours.Elements[index];
            var match = golden.Find(g => ValueTransforms.Agree(rule.Transform, g.Value, element.Value, state.Golden));
            CompareValue(state, index, rule, match ?? golden[0]);
        }

        if (candidates.Count == 0)
            state.NotElements += golden.Count;
    }

    /// <summary>Fields that the golden prints without a name of their own take, in wire order, what no other field took.</summary>
    private static void CompareRest(State state, List<Queue<GoldenField>> open)
    {
        var missing = state.Golden.IsCutOff ? DifferenceKind.MissingBehindMalformed : DifferenceKind.MissingInGolden;
        for (var i = 0; i < state.Ours.Elements.Count; i++)
        {
            var element = state.Ours.Elements[i];
            if (state.Taken[i] || element.Name[0] == '@' || s_derived.Contains(element.Name))
                continue;
            if (Next(open, element, state.Golden) is { } golden)
                CompareValue(state, i, new NameRule(element.Name, Unnamed), golden);
            else
                state.Differences.Add(new Difference(state.Ours.Format, element.Name, element.IsInner ? DifferenceKind.InnerMissingInGolden : missing, "", "", ValueForms.OurText(element.Value)));
        }

        foreach (var golden in open.SelectMany(q => q))
            state.Differ("*", DifferenceKind.MissingInOurs, golden, null);
    }

    /// <summary>
    /// The golden's next value without a name for an element of ours. There may be several such names, each with its values in order.
    /// </summary>
    private static GoldenField? Next(List<Queue<GoldenField>> open, DecodedElement element, GoldenRecord record)
    {
        var fronts = open.Where(q => q.Count > 0).ToList();
        // A field without octets is not printed; it must not take the next field's value.
        if (ValueForms.OurText(element.Value).Length == 0)
            fronts = fronts.FindAll(q => q.Peek().Value.Length == 0);
        return (fronts.Find(q => ValueTransforms.Agree(Unnamed, q.Peek().Value, element.Value, record)) ?? fronts.FirstOrDefault())?.Dequeue();
    }

    private static void CompareValue(State state, int index, NameRule rule, GoldenField golden)
    {
        var element = state.Ours.Elements[index];
        state.Taken[index] = true;
        state.Compared++;
        if (ValueTransforms.Agree(rule.Transform, golden.Value, element.Value, state.Golden))
            state.Agreed++;
        else
            state.Differ(element.Name, DifferenceKind.Value, golden, element.Value);
    }

    private sealed class State(GoldenRecord golden, DecodedRecord ours)
    {
        public GoldenRecord Golden { get; } = golden;

        public DecodedRecord Ours { get; } = ours;

        public bool[] Taken { get; } = new bool[ours.Elements.Count];

        public List<Difference> Differences { get; } = [];

        public int Compared { get; set; }

        public int Agreed { get; set; }

        public int NotElements { get; set; }

        public void Differ(string element, DifferenceKind kind, GoldenField field, JsonElement? value) =>
            Differences.Add(new Difference(Ours.Format, element, kind, field.Name, field.Value, value is { } v ? ValueForms.OurText(v) : ""));
    }
}
