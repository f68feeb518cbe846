using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.HouseRules;

/// <summary>Every bound in the code stands in docs/reference/limits.md with its value, and no other.</summary>
public sealed partial class LimitsPageTests
{
    private const string Page = "docs/reference/limits.md";

    [Fact]
    public void Page_HoldsEveryLimitWithItsValue()
    {
        var code = InCode([typeof(FlowRecord).Assembly, typeof(Vectors).Assembly, Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "breakwater.dll"))]);
        Assert.NotEmpty(code);
        code["ExporterState.MemoryBoundBytes"] = new Breakwater.Wire.Ipfix.ExporterState().MemoryBoundBytes;
        Rule.Holds(Differences(code, InPage(SourceTree.Read(Page))));
    }

    [Fact]
    public void Differences_PlantedOnes_AreFound()
    {
        Assert.Equal(8, InCode([typeof(PlantedLimits).Assembly])["PlantedLimits.Hosts"]);
        Assert.Equal(9, InCode([typeof(PlantedLimits).Assembly])["PlantedLimits.MaxThings"]);
        var page = InPage("| `A.Same` | 1,024 | x |\n| `A.Other` | 2 | x |\n| `A.Gone` | 3 | x |\n");
        var code = new Dictionary<string, long>(StringComparer.Ordinal) { ["A.Same"] = 1024, ["A.Other"] = 7, ["A.New"] = 1_000_000 };
        Assert.Equal(
            ["| `A.New` | 1,000,000 | is missing", "| `A.Other` | 7 | stands as 2", "| `A.Gone` | is in no code"],
            Differences(code, page));
    }

    /// <summary>Constants and default values that bound something: all of types called …Limits, and what is called Max… or Limit elsewhere, defaults of
    /// …Options included (a MaxLength is part of a format).</summary>
    private static Dictionary<string, long> InCode(IEnumerable<Assembly> assemblies)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var type in assemblies.SelectMany(assembly => assembly.GetTypes()))
        {
            var isLimits = type.Name.EndsWith("Limits", StringComparison.Ordinal);
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            {
                if (field.IsLiteral && IsNumber(field.FieldType) && !type.IsEnum && (isLimits || BoundName().IsMatch(field.Name)))
                    found[$"{type.Name}.{field.Name}"] = Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);
            }

            if (!(isLimits || type.Name.EndsWith("Options", StringComparison.Ordinal)) || type.GetConstructor(Type.EmptyTypes) is null)
                continue;
            var defaults = Activator.CreateInstance(type);
            foreach (var property in type.GetProperties().Where(property => IsNumber(property.PropertyType) && (isLimits || BoundName().IsMatch(property.Name))))
                found[$"{type.Name}.{property.Name}"] = Convert.ToInt64(property.GetValue(defaults), CultureInfo.InvariantCulture);
        }

        return found;
    }

    private static bool IsNumber(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(uint) || type == typeof(ushort);

    private static Dictionary<string, long> InPage(string page) => Row().Matches(page).ToDictionary(
        match => match.Groups[1].Value,
        match => long.Parse(match.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture),
        StringComparer.Ordinal);

    private static List<string> Differences(Dictionary<string, long> code, Dictionary<string, long> page) =>
    [
        .. from entry in code.OrderBy(entry => entry.Key, StringComparer.Ordinal)
           where !page.TryGetValue(entry.Key, out var stands) || stands != entry.Value
           let number = entry.Value.ToString("N0", CultureInfo.InvariantCulture)
           select $"| `{entry.Key}` | {number} | {(page.TryGetValue(entry.Key, out var wrong) ? $"stands as {wrong}" : "is missing")}",
        .. page.Keys.Where(name => !code.ContainsKey(name)).Select(name => $"| `{name}` | is in no code"),
    ];

    [GeneratedRegex(@"^\| `([A-Za-z0-9]+\.[A-Za-z0-9]+)` \| ([0-9,]+) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex("^(Max|Maximum|Limit)(?!Length$)([A-Z].*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex BoundName();

    internal sealed record PlantedLimits
    {
        public const int MaxThings = 9;
        public int Hosts { get; init; } = 8;
    }
}
