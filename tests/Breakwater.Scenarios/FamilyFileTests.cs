using Breakwater.Detection;

namespace Breakwater.Scenarios;

public sealed class FamilyFileTests
{
    private static readonly string[] _verdicts = ["attack", "flash-crowd", "undetermined", "insufficient-evidence"];
    private static readonly string[] _shapes = ["host", "carpet", "pulse"];

    public static TheoryData<string> FamilyNames => [.. Families.All.Select(static family => family.Family)];

    [Theory]
    [MemberData(nameof(FamilyNames))]
    public void Family_IsWellFormed(string name) => Assert.Empty(Faults(Families.All.Single(family => family.Family == name)));

    [Fact]
    public void Files_AreNamedAfterTheirFamilies() => Assert.Equal(
        Families.All.Select(static family => family.Family + ".json"),
        Directory.GetFiles(Families.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Names_OfScenarios_AreUnique() =>
        Assert.Equal(Families.Scenarios.Length, Families.Scenarios.Select(static scenario => scenario.Name).Distinct().Count());

    [Fact]
    public void Seeds_HalfAreForTheClosingFiguresAndThreeFamiliesWhole()
    {
        Assert.Equal(3, Families.All.Count(static family => family.ClosingOnly));
        foreach (var family in Families.All.Where(static family => !family.ClosingOnly))
            Assert.Equal(family.Seeds.Tuning.Length, family.Seeds.Closing.Length);
        Assert.True(Families.Of(ScenarioSet.Closing).Count() >= Families.Of(ScenarioSet.Tuning).Count());
    }

    [Fact]
    public void Scenarios_SpanSamplingTellingsAndShapes()
    {
        Assert.Superset(new HashSet<uint> { 1, 10, 100, 1_000, 10_000 }, Families.Scenarios.Select(static scenario => scenario.Sampling).ToHashSet());
        Assert.Equal(4, Families.Scenarios.Select(static scenario => scenario.Telling).Distinct().Count());
        Assert.Superset(_shapes.ToHashSet(), Families.Scenarios.SelectMany(static scenario => scenario.Expected).Select(static expected => expected.Shape).ToHashSet());
        Assert.Contains(Families.Scenarios, static scenario => scenario.Expected.IsEmpty);
    }

    [Fact]
    public void MustPass_LinesNameScenariosOfTheTuningHalf() => Assert.All(
        Families.MustPass, static line => Assert.Contains(Families.Of(ScenarioSet.Tuning), scenario => scenario.Name.StartsWith(line, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"family":"a","about":"b","seeds":{"tuning":[1],"closing":[2]},"variants":[],"other":1}""")]
    [InlineData("""{"family":"a","seeds":{"tuning":[1],"closing":[2]},"variants":[]}""")]
    [InlineData("""{"family":"a","about":"b","seeds":{"tuning":[1],"closing":[2]},"variants":[{"name":"x","speed":"1kpps"}]}""")]
    public void Parse_UnknownOrMissingMember_IsRefused(string json) =>
        Assert.Throws<System.Text.Json.JsonException>(() => FamilyFile.Parse(json));

    [Theory]
    [InlineData("""{"name":"x","kind":"quiet-mix","rates":["1kpps"]}""", "x: expects neither incidents nor none")]
    [InlineData("""{"name":"x","kind":"syn-flood","rates":["1kpps"],"expected":[{"vectors":["sin-flood"]}]}""", "x: 'sin-flood' is no vector")]
    [InlineData("""{"name":"x","kind":"syn-flood","rates":["1kpps"],"expected":[{"vectors":["syn-flood"],"verdicts":["sure"]}]}""", "x: 'sure' is no verdict")]
    [InlineData("""{"name":"x","kind":"syn-flood","rates":[],"expected":[]}""", "x: has no rate")]
    [InlineData("""{"name":"x","kind":"syn-flood","rates":["1kpps"],"expected":[{"vectors":["syn-flood"],"target":"203.0.113.300"}]}""", "x: '203.0.113.300' is no target")]
    [InlineData("""{"name":"x","kind":"syn-flood","rates":["1000"],"expected":[]}""", "f/x@1000/1:1/packets#1: --rate '1000' is no packet rate with a unit, such as 800pps or 5kpps")]
    public void Faults_PlantedMistake_IsFound(string variant, string fault)
    {
        var family = FamilyFile.Parse($$"""{"family":"f","about":"b","seeds":{"tuning":[1],"closing":[2]},"variants":[{{variant}}]}""");
        Assert.Equal([fault], Faults(family));
    }

    private static List<string> Faults(FamilyFile family)
    {
        var faults = new List<string>();
        if (family.Seeds.Tuning.Intersect(family.Seeds.Closing).Any())
            faults.Add("a seed stands in both halves");
        if (family.ClosingOnly && family.Seeds.Tuning.Length > 0)
            faults.Add("a closing family has tuning seeds");
        foreach (var variant in family.Variants.Select(row => row.Over(family.Defaults)))
            faults.AddRange(Faults(variant).Select(fault => $"{variant.Name}: {fault}"));
        if (faults.Count > 0)
            return faults;
        try
        {
            Assert.NotEmpty(ScenarioCase.Expand(family).ToList());
        }
        catch (FormatException error)
        {
            faults.Add(error.Message);
        }

        return faults;
    }

    private static IEnumerable<string> Faults(Variant variant)
    {
        if (variant.Rates is not { Length: > 0 })
            yield return "has no rate";
        if (variant.Expected is null)
            yield return "expects neither incidents nor none";
        foreach (var verdict in (variant.Tolerated ?? []).Concat((variant.Expected ?? []).SelectMany(static expected => expected.Verdicts)))
        {
            if (!_verdicts.Contains(verdict))
                yield return $"'{verdict}' is no verdict";
        }

        foreach (var expected in variant.Expected ?? [])
        {
            if (expected.Vectors.Length == 0)
                yield return "expects an incident without a vector";
            foreach (var name in expected.Vectors.Concat(expected.AllowedVectors).Where(static name => !Vectors.TryParse(name, out _)))
                yield return $"'{name}' is no vector";
            if (!Prefix.TryParse(expected.Target, out _))
                yield return $"'{expected.Target}' is no target";
            if (!_shapes.Contains(expected.Shape) || expected.Direction is not (Finding.Inbound or Finding.Outbound))
                yield return "has no such shape or direction";
        }
    }
}
