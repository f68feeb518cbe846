using System.Text.Json;
using System.Text.RegularExpressions;
using Breakwater.Configuration;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Configuration;

/// <summary>The reference page and the editors' schema say what the table of keys says. BREAKWATER_WRITE_DOCS=1 writes both anew.</summary>
public sealed class DocumentTests
{
    private const string Page = "docs/reference/configuration.md";
    private const string Schema = "docs/reference/breakwater.schema.json";

    [Fact]
    public void Page_HasTheTableOfEverySection()
    {
        var (filled, sections) = ConfigPage.Fill(SourceTree.Read(Page));
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, Page), filled);
        Assert.Equal(ConfigPage.Tables().Keys.Order(StringComparer.Ordinal), sections.Order(StringComparer.Ordinal));
        Assert.Equal(filled, SourceTree.Read(Page));
    }

    /// <summary>The table of profiles is that of the code.</summary>
    [Fact]
    public void Page_HasTheTableOfProfiles()
    {
        const string begin = "<!-- profiles -->\n", end = "<!-- end of profiles -->";
        var page = SourceTree.Read(Page);
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal) + begin.Length, page.IndexOf(end, StringComparison.Ordinal));
        var table = "| Profile | What is ordinary | Floors, times the general one |\n|---|---|---|\n" + string.Concat(ServiceProfiles.All.Select(static entry =>
            $"| `{ServiceKeys.Profile.Value.Spell(entry.Profile)}` | {entry.Expectation} | {(entry.Factors.IsEmpty ? "—" : string.Join(", ", entry.Factors.Select(static factor => $"`{factor.Floor}` × {factor.Factor}")))} |\n"));
        var filled = page[..from] + table + page[to..];
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, Page), filled);
        Assert.Equal(filled, SourceTree.Read(Page));
        Assert.Equal(Enum.GetValues<ServiceProfile>().Order(), ServiceProfiles.All.Select(static entry => entry.Profile).Order());
    }

    [Fact]
    public void Page_WithAnotherValue_IsNotTheTableOfTheCode()
    {
        var page = SourceTree.Read(Page);
        var planted = page.Replace("| `1kpps` |", "| `2kpps` |", StringComparison.Ordinal);
        Assert.NotEqual(page, planted);
        Assert.NotEqual(planted, ConfigPage.Fill(planted).Text);
    }

    [Fact]
    public void Page_TellsTheKeysOfLaterVersions() =>
        Assert.All(RootKeys.All.OfType<UnsupportedKey>(), key => Assert.Contains($"`{key.Name}`", SourceTree.Read(Page), StringComparison.Ordinal));

    [Fact]
    public void Tables_HaveEveryKeyWithDefaultRangeUnitAndReload()
    {
        var tables = ConfigPage.Tables();
        Assert.Contains(
            "| `quiet` | An incident closes after this long below its floor | 10s to 1h | ms, s, m, h or d | `1m` | live |\n", tables["detection"], StringComparison.Ordinal);
        Assert.Contains("| `hosts` | Most destination hosts counted at a time | 1024 to 16777216 | hosts | `1048576` | restart |\n", tables["limits"], StringComparison.Ordinal);
        Assert.Contains("| `name` | What reports call it; no two are equal | ", tables["services"], StringComparison.Ordinal);
        Assert.Contains("| pps, kpps, Mpps or Gpps | that of `detection.floors` | live |\n", tables["services[].floors"], StringComparison.Ordinal);
        foreach (var (_, key) in Configurations.AllKeys().Where(entry => entry.Key is not UnsupportedKey))
            Assert.Contains(tables.Values, table => table.Contains($"| `{key.Name}` | {key.Meaning} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Schema_IsThatOfTheTableOfKeys()
    {
        var written = SchemaWriter.Write();
        if (Environment.GetEnvironmentVariable("BREAKWATER_WRITE_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, Schema), written);
        Assert.Equal(written, SourceTree.Read(Schema));
    }

    /// <summary>What the reader accepts, the schema accepts as well: shown for every default and example spelling.</summary>
    [Fact]
    public void Schema_AcceptsEveryDefault()
    {
        foreach (var (path, key) in Configurations.AllKeys())
        {
            if (key is ScalarKey { DefaultText: { } text } scalar)
                Assert.True(Accepts(SchemaWriter.Value(scalar.AnyValue).ToJsonString(), text), path);
        }

        Assert.True(Accepts(SchemaWriter.Value(RootKeys.Allow.Item).ToJsonString(), "2001:db8::/32"));
        Assert.False(Accepts(SchemaWriter.Value(RootKeys.Allow.Item).ToJsonString(), "example.net"));
        Assert.False(Accepts(SchemaWriter.Value(DetectionKeys.Quiet.Value).ToJsonString(), "60"));
        Assert.False(Accepts(SchemaWriter.Value(LimitKeys.Hosts.Value).ToJsonString(), "5"));
        Assert.False(Accepts(SchemaWriter.Value(ServiceKeys.Profile.Value).ToJsonString(), "printer"));
    }

    /// <summary>As much of JSON Schema as the writer uses for single values.</summary>
    private static bool Accepts(string schema, string text)
    {
        using var document = JsonDocument.Parse(schema);
        return Accepts(document.RootElement, text);
    }

    private static bool Accepts(JsonElement schema, string text)
    {
        if (schema.TryGetProperty("anyOf", out var either))
            return either.EnumerateArray().Any(one => Accepts(one, text));
        if (schema.TryGetProperty("const", out var only))
            return only.ToString() == text;
        if (schema.TryGetProperty("enum", out var words))
            return words.EnumerateArray().Any(word => word.ValueKind == JsonValueKind.String && word.GetString() == text);
        if (schema.TryGetProperty("pattern", out var pattern))
            return Regex.IsMatch(text, pattern.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        if (!schema.TryGetProperty("minimum", out var minimum))
            return text.Length > 0;
        return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= minimum.GetDouble() && number <= schema.GetProperty("maximum").GetDouble();
    }
}
