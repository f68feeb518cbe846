using System.Collections.Concurrent;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Where one value of a golden is found in our line and how the two are brought to one form.</summary>
/// <param name="Element">The element, or "-" (none, the transform says why) or "*" (what no other field took).</param>
/// <param name="Transform">A name of <see cref="ValueTransforms"/>.</param>
/// <param name="Absent">What the golden prints when the record has no such element; null when it then prints nothing.</param>
internal sealed record NameRule(string Element, string Transform, string? Absent = null);

/// <summary>
/// One tool's field names as data: <c>Maps/TOOL*.tsv</c>, columns format, golden field, part, element, transform, and where the
/// tool prints something for an absent element, that text. Rules with the same
/// field and part are alternatives (whichever elements the record has, in wire order); another part is compared besides.
/// </summary>
internal sealed class NameMap
{
    private readonly bool _namesReverseAlike;
    private readonly Dictionary<string, List<(string Format, string Part, NameRule Rule)>> _exact = new(StringComparer.Ordinal);
    private readonly List<(string Format, string Prefix, NameRule Rule)> _prefixes = [];
    private readonly ConcurrentDictionary<(string Format, string Name), IReadOnlyList<IReadOnlyList<NameRule>>> _found = new();

    public static string Folder { get; } =
        Path.Combine(SharedData.RepositoryRoot, "tests", "Breakwater.Tests", "Goldens", "Telemetry", "Maps");

    /// <summary>Number of rules, for the tests of the map itself.</summary>
    public int Count => _exact.Sum(e => e.Value.Count) + _prefixes.Count;

    /// <summary>Every transform that the map names.</summary>
    public IEnumerable<string> Transforms =>
        _exact.Values.SelectMany(r => r.Select(x => x.Rule)).Concat(_prefixes.Select(p => p.Rule))
            .Where(r => r.Element != "-").Select(r => r.Transform).Distinct(StringComparer.Ordinal);

    private NameMap(bool namesReverseAlike)
    {
        _namesReverseAlike = namesReverseAlike;
    }

    public static NameMap Load(string tool)
    {
        var map = new NameMap(namesReverseAlike: tool == GoldenTool.Tshark);
        foreach (var file in Directory.EnumerateFiles(Folder, tool + "*.tsv").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
                map.Add(line);
        }

        return map;
    }

    private void Add(string line)
    {
        if (line.Length == 0 || line[0] == '#')
            return;
        var columns = line.Split('\t');
        if (columns.Length is not (5 or 6))
            throw new FormatException($"A map line has 5 or 6 columns: {line}");
        var rule = new NameRule(columns[3], columns[4], columns.Length == 6 ? columns[5] : null);
        if (columns[1].EndsWith('*'))
        {
            _prefixes.Add((columns[0], columns[1][..^1], rule));
            return;
        }

        if (!_exact.TryGetValue(columns[1], out var rules))
            _exact.Add(columns[1], rules = []);
        rules.Add((columns[0], columns[2], rule));
    }

    /// <summary>The rules for a golden field, grouped by part; empty when the map does not know the name.</summary>
    public IReadOnlyList<IReadOnlyList<NameRule>> Find(string format, string name) =>
        _found.GetOrAdd((format, name), key => Search(key.Format, key.Name));

    private IReadOnlyList<IReadOnlyList<NameRule>> Search(string format, string name)
    {
        var known = _exact.TryGetValue(name, out var rules)
            ? rules.Where(r => Matches(r.Format, format)).ToList()
            : [];
        if (known.Count > 0)
        {
            // A format can say that the field has no element there, although other formats map it.
            if (known.Find(r => r.Format == format && r.Rule.Element == "-") is { Rule: not null } none)
                return [[none.Rule]];
            return known.GroupBy(r => r.Part, StringComparer.Ordinal)
                .Select(IReadOnlyList<NameRule> (g) => g.Select(r => r.Rule).SelectMany(r => WithReverse(format, r)).ToList())
                .ToList();
        }

        var prefix = _prefixes.Find(p => Matches(p.Format, format) && name.StartsWith(p.Prefix, StringComparison.Ordinal));
        if (prefix.Rule is not null)
            return [[prefix.Rule]];
        return VendorName(name) is { } vendor ? [[vendor]] : [];
    }

    /// <summary>A rule is for one format, for several (comma), or for any ("*").</summary>
    private static bool Matches(string formats, string format) =>
        formats == "*" || formats == format || formats.Split(',').Contains(format, StringComparer.Ordinal);

    /// <summary>tshark prints a reverse element (RFC 5103) under the forward element's name.</summary>
    private IEnumerable<NameRule> WithReverse(string format, NameRule rule)
    {
        yield return rule;
        if (_namesReverseAlike && format == "ipfix" && char.IsAsciiLetter(rule.Element[0]) && !rule.Element.StartsWith("reverse", StringComparison.Ordinal))
            yield return rule with { Element = "reverse" + char.ToUpperInvariant(rule.Element[0]) + rule.Element[1..] };
    }

    /// <summary>telegraf's names for elements it has no name for: <c>type_ID</c>, <c>type_PEN_ID</c>, <c>type_PEN_rev_ID</c>.</summary>
    private static NameRule? VendorName(string name)
    {
        var parts = name.Split('_');
        if (parts[0] != "type" || !parts.Skip(1).All(p => p == "rev" || int.TryParse(p, out _)))
            return null;
        return parts.Length switch
        {
            2 => new NameRule("0/" + parts[1], "octets"),
            // Among options fields it keeps the enterprise bit in the element id.
            3 => new NameRule(parts[1] + "/" + (int.Parse(parts[2], null) & 0x7FFF), "octets"),
            // The tool takes bit 14 of the element id for a reverse flag.
            4 => new NameRule(parts[1] + "/" + (int.Parse(parts[3], null) | 0x4000), "octets"),
            _ => null,
        };
    }
}
