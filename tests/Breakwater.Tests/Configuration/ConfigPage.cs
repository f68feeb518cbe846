using System.Collections.Immutable;
using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Tests.Configuration;

/// <summary>Writes the tables of docs/reference/configuration.md from the table of keys: one between each pair of marks.</summary>
internal static class ConfigPage
{
    private const string Begin = "<!-- keys: ";
    private const string End = "<!-- end of keys -->";

    public static string Reload(ConfigKey key) => key.Reload == ConfigReload.Live ? "live" : "restart";

    /// <summary>Section (dotted path, "breakwater.yaml" for the file) → its table.</summary>
    public static IReadOnlyDictionary<string, string> Tables()
    {
        var tables = new Dictionary<string, string>(StringComparer.Ordinal) { ["breakwater.yaml"] = Table(RootKeys.All, inherits: null) };
        foreach (var (path, key) in Configurations.AllKeys())
        {
            if (Below(key) is { } keys)
                tables[path] = Table(keys, (key as SectionKey)?.Inherits);
        }

        return tables;
    }

    /// <summary>The page with every table as the code has it, and the names of the marks in it.</summary>
    public static (string Text, List<string> Sections) Fill(string page)
    {
        var tables = Tables();
        var text = new StringBuilder();
        var sections = new List<string>();
        var isInside = false;
        foreach (var line in page.TrimEnd('\n').Split('\n'))
        {
            if (line == End)
                isInside = false;
            if (!isInside)
                text.Append(line).Append('\n');
            if (!line.StartsWith(Begin, StringComparison.Ordinal))
                continue;
            isInside = true;
            var section = line[Begin.Length..^" -->".Length];
            sections.Add(section);
            text.Append(tables.GetValueOrDefault(section, "no such section\n"));
        }

        return (text.ToString(), sections);
    }

    private static ImmutableArray<ConfigKey>? Below(ConfigKey key) => key switch
    {
        SectionKey section => section.Keys,
        SectionListKey list => list.Keys,
        _ => null,
    };

    private static string Table(ImmutableArray<ConfigKey> keys, string? inherits)
    {
        var table = new StringBuilder("| Key | Meaning | Values | Unit | Default | Reload |\n|---|---|---|---|---|---|\n");
        foreach (var key in keys.Where(static key => key is not UnsupportedKey))
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{key.Name}` | {key.Meaning} | {Values(key)} | {Unit(key)} | {(inherits is null ? Default(key) : $"that of `{inherits}`")} | {Reload(key)} |\n");
        return table.ToString();
    }

    private static string Values(ConfigKey key) => key switch
    {
        ScalarKey scalar => scalar.AnyValue.Range,
        ListKey list => $"list: {list.AnyItem.Range}",
        SectionListKey => "list of sections",
        _ => "section",
    };

    private static string Unit(ConfigKey key) => key is ScalarKey { AnyValue.Unit: { Length: > 0 } unit } ? unit : "—";

    private static string Default(ConfigKey key)
    {
        if (key.IsRequired)
            return "required";
        return key.DefaultText is { } text ? $"`{text}`" : "not set";
    }
}
