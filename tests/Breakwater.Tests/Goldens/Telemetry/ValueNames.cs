using System.Globalization;
using System.Numerics;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Texts that goldens print for numbers, as data: <c>Maps/values.tsv</c>, columns enumeration, text, number.</summary>
internal static class ValueNames
{
    private static readonly ILookup<(string Enumeration, string Text), BigInteger> s_values = File
        .ReadLines(Path.Combine(NameMap.Folder, "values.tsv"))
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => l.Split('\t'))
        .ToLookup(c => (c[0], c[1]), c => BigInteger.Parse(c[2], CultureInfo.InvariantCulture));

    private static readonly HashSet<string> s_enumerations = s_values.Select(g => g.Key.Enumeration).ToHashSet(StringComparer.Ordinal);

    public static bool Has(string enumeration) => s_enumerations.Contains(enumeration);

    /// <summary>True when the text stands for the number; a number without a name is printed as itself by every tool.</summary>
    public static bool Agree(string enumeration, string text, BigInteger number) =>
        s_values[(enumeration, text)].Contains(number) || ValueForms.GoldenInteger(text) == number;
}
