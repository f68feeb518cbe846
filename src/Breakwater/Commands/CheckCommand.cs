using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Breakwater.Configuration;
using Breakwater.Detection.Rules;
using Breakwater.Reports;

namespace Breakwater.Commands;

/// <summary><c>check --config F</c>: reads a configuration, tells all of its mistakes, and starts nothing.</summary>
internal static class CheckCommand
{
    private const string Schema = "breakwater.check/1";

    public static Command Create()
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "The configuration to check, such as breakwater.yaml", Required = true };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command("check", "Say whether a configuration is good, and if not, every mistake with its cure") { config, format };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(config)!;
            var result = ConfigLoader.Load(path, ConfigLoader.ProcessEnvironment(), DetectorNames.All);
            if (parsed.GetValue(format) == "json")
                WriteJson(path, result);
            else if (result.Config is { } good)
                WriteLine(Summary(path, good));
            else
                TellMistakes(path, result);
            return result.Config is null ? ExitCode.BadUsage : ExitCode.Done;
        });
        return command;
    }

    /// <summary>What an operator compares with what was meant.</summary>
    internal static string Summary(string path, BreakwaterConfig config)
    {
        var parts = new[]
        {
            Count(config.Services.Length, "service"),
            Count(config.Exporters.Length, "exporter"),
            Count(config.Allow.Length, "allowed network"),
            $"hash {config.Hash[..12]}",
        };
        return string.Join('\n', config.Services.Select(service => Summary(service, config.Detection.Floors)).Prepend($"{path}: good: {string.Join(", ", parts)}"));
    }

    /// <summary>A service with its profile, and the floors that differ from the general ones by it or by the file.</summary>
    private static string Summary(ServiceConfig service, FloorsConfig general)
    {
        var differences = ServiceProfiles.Differences(service.Floors, general);
        return $"  {service.Name}: profile {ServiceKeys.Profile.Value.Spell(service.Profile)}, floors {(differences.Length == 0 ? "as in detection.floors" : differences)}";
    }

    private static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>All mistakes on standard error.</summary>
    public static void TellMistakes(string path, ConfigResult result) => TellMistakes(path, result, System.Console.Error.WriteLine);

    /// <summary>All mistakes, a line each.</summary>
    public static void TellMistakes(string path, ConfigResult result, Action<string> line)
    {
        foreach (var mistake in result.Mistakes)
            line(mistake.ToString());
        line($"{path}: {Count(result.Mistakes.Length, "mistake")}");
    }

    private static void WriteLine(string text)
    {
        using var output = new StandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text + "\n"));
    }

    private static void WriteJson(string path, ConfigResult result)
    {
        using var buffer = new MemoryStream();
        // Text goes to terminals and files, never into HTML: names and signs stay readable.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteString("version", AnalysisReport.Version);
            json.WriteString("path", path);
            json.WriteBoolean("good", result.Config is not null);
            WriteCounts(json, result.Config);
            WriteProfiles(json, result.Config);
            json.WriteStartArray("mistakes");
            foreach (var mistake in result.Mistakes)
                Write(json, mistake);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        using var output = new StandardOutput();
        output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Null when the configuration is not good: nothing is known of it then.</summary>
    private static void WriteCounts(Utf8JsonWriter json, BreakwaterConfig? config)
    {
        json.WriteString("configHash", config?.Hash);
        json.WriteNumberOrNull("services", config?.Services.Length);
        json.WriteNumberOrNull("exporters", config?.Exporters.Length);
        json.WriteNumberOrNull("allowedNetworks", config?.Allow.Length);
    }

    private static void WriteProfiles(Utf8JsonWriter json, BreakwaterConfig? config)
    {
        json.WriteStartArray("profiles");
        foreach (var service in config?.Services ?? [])
        {
            json.WriteStartObject();
            json.WriteString("service", service.Name);
            json.WriteString("profile", ServiceKeys.Profile.Value.Spell(service.Profile));
            json.WriteString("expects", ServiceProfiles.Of(service.Profile).Expectation);
            json.WriteString("floors", ServiceProfiles.Differences(service.Floors, config!.Detection.Floors));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ConfigMistake mistake)
    {
        var (source, line, column, isEnvironment) = mistake.Place;
        json.WriteStartObject();
        json.WriteString("path", isEnvironment ? null : source);
        json.WriteNumberOrNull("line", line == 0 ? null : line);
        json.WriteNumberOrNull("column", column == 0 ? null : column);
        json.WriteString("variable", isEnvironment ? source : null);
        json.WriteString("problem", mistake.What);
        json.WriteString("cure", mistake.Cure);
        json.WriteEndObject();
    }
}
