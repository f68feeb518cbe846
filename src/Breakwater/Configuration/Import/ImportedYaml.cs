using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Configuration.Import;

/// <summary>What is known of a configuration that is being imported.</summary>
/// <param name="Listen">Null: no telemetry is taken.</param>
/// <param name="Exporters">What sends telemetry.</param>
/// <param name="Services">What is protected.</param>
/// <param name="Allow">Sources that are never acted upon.</param>
/// <param name="Floors">Of all services without floors of their own.</param>
/// <param name="Script">Called for attacks; null: none.</param>
internal sealed record ImportedParts(
    ImmutableArray<ListenEndpoint>? Listen, ImmutableArray<ImportedExporter> Exporters, ImmutableArray<ImportedService> Services, ImmutableArray<Prefix> Allow,
    FastNetMonFloors Floors, string? Script);

internal sealed record ImportedExporter(string Name, Address Address, long? Sampling);

/// <param name="Name">Of the service.</param>
/// <param name="Addresses">At least one.</param>
/// <param name="Floors">Null: those of the file.</param>
internal sealed record ImportedService(string Name, ImmutableArray<Prefix> Addresses, FastNetMonFloors? Floors);

/// <summary>Writes the imported configuration. Nothing of the foreign file stands in it unquoted but numbers, addresses and checked names.</summary>
internal static class ImportedYaml
{
    public static string Write(string path, ImportedParts parts, ImportFindings findings)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# From {ConfigMistakes.Quote(Path.GetFileName(path))} by 'breakwater config import'. All keys: docs/reference/configuration.md\n");
        if (!findings.Notes.IsEmpty)
            text.Append("#\n# What is otherwise than it was:\n");
        foreach (var note in findings.Notes)
            text.Append(CultureInfo.InvariantCulture, $"# - {(note.Place.Line == 0 ? "" : $"{ConfigMistakes.Printable(Path.GetFileName(note.Place.File))}:{note.Place.Line}: ")}{note.Sentence}\n");
        if (findings.LeftOut > 0)
            text.Append(CultureInfo.InvariantCulture, $"# - and {findings.LeftOut} more\n");
        text.Append("version: 1\n");
        if (parts.Listen is { } listen)
            text.Append(CultureInfo.InvariantCulture, $"\nlisten:\n  telemetry: [{string.Join(", ", listen.Select(static endpoint => $"\"{endpoint}\""))}]\n");
        text.Append(parts.Exporters.IsEmpty ? "\n# Nothing is read until your routers stand here: - {name: router-1, address: 192.0.2.1}\nexporters: []\n" : "\nexporters:\n");
        foreach (var exporter in parts.Exporters)
            text.Append(CultureInfo.InvariantCulture, $"  - {{name: {exporter.Name}, address: \"{exporter.Address}\"{(exporter.Sampling is { } sampling ? $", sampling: {sampling}" : "")}}}\n");
        text.Append(parts.Services.IsEmpty ? "\nservices: []\n" : "\nservices:\n");
        foreach (var service in parts.Services)
            Write(text, service, parts.Floors);
        Write(text, "detection", "  ", parts.Floors.Lines(null));
        if (!parts.Allow.IsEmpty)
            text.Append(CultureInfo.InvariantCulture, $"\nallow:\n{Items(parts.Allow, "  ")}");
        if (parts.Script is { } script)
            text.Append(CultureInfo.InvariantCulture, $"\nnotify:\n  scripts: [{Quoted(script)}]\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, ImportedService service, FastNetMonFloors floors)
    {
        text.Append(CultureInfo.InvariantCulture, $"  - name: {service.Name}\n    addresses:\n{Items(service.Addresses, "      ")}");
        if (service.Floors is not { } own || own.Lines(floors).ToList() is not { Count: > 0 } lines)
            return;
        text.Append("    floors:\n");
        foreach (var (key, value) in lines)
            text.Append(CultureInfo.InvariantCulture, $"      {key}: {value}\n");
    }

    private static void Write(StringBuilder text, string section, string indent, IEnumerable<(string Key, string Value)> floors)
    {
        var lines = floors.ToList();
        if (lines.Count == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n# Below FastNetMon's thresholds nothing was an attack, so nothing is here. Breakwater's own floors are lower: without these lines it sees more.\n{section}:\n{indent}floors:\n");
        foreach (var (key, value) in lines)
            text.Append(CultureInfo.InvariantCulture, $"{indent}  {key}: {value}\n");
    }

    private static string Items(ImmutableArray<Prefix> networks, string indent) => string.Concat(networks.Select(network => $"{indent}- \"{network}\"\n"));

    /// <summary>A path in single quotes, which YAML reads as it stands but for the quote itself.</summary>
    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
