using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Commands;

/// <summary><c>incidents</c>, <c>services</c> and <c>exporters</c>: what a running Breakwater knows, over its local socket.</summary>
internal static class ClientCommands
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<Command> Create()
    {
        var state = new Option<string>("--state") { Description = "open, suspected, active, quiet, reopened or closed", DefaultValueFactory = static _ => "open" };
        state.AcceptOnlyFromAmong("open", "suspected", "active", "quiet", "reopened", "closed", "all");
        var incidents = Command("incidents", "List the incidents of a running Breakwater", parsed => Incidents(parsed.GetValue(state)!), "incidents", Incident);
        incidents.Options.Add(state);
        yield return incidents;
        yield return Command("services", "List what a running Breakwater protects, and how it does", static _ => "api/v1/services", "services", Service);
        yield return Command("exporters", "List what sends telemetry to a running Breakwater, and how far it can be relied on", static _ => "api/v1/exporters", "exporters", Exporter);
    }

    private static string Incidents(string state) => state == "all" ? "api/v1/incidents" : $"api/v1/incidents?state={state}";

    private static Command Command(string name, string description, Func<ParseResult, string> path, string list, Func<JsonObject, string> line)
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "The configuration of the running Breakwater", Required = true };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var command = new Command(name, description) { config, format };
        command.SetAction(parsed =>
        {
            if (LocalClient.LoadConfig(parsed.GetValue(config)!) is not { } loaded)
                return ExitCode.BadUsage;
            try
            {
                using var client = LocalClient.To(loaded);
                var document = client.Get(path(parsed));
                Write(parsed.GetValue(format) == "json" ? document.ToJsonString(_readable) : Lines(document[list], line));
                return ExitCode.Done;
            }
            catch (ClientException error)
            {
                System.Console.Error.WriteLine($"breakwater: {error.Message}");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    private static string Lines(JsonNode? list, Func<JsonObject, string> line)
    {
        var lines = (list as JsonArray ?? []).OfType<JsonObject>().Select(line).ToList();
        return lines.Count == 0 ? "none" : string.Join('\n', lines);
    }

    private static string Incident(JsonObject incident) => $"{Text(incident["id"])}  {Text(incident["openedAt"])}  {Text(incident["state"]),-9}  {Text(incident["sentence"])}";

    private static string Service(JsonObject service) =>
        $"{Text(service["name"]),-24}  {Text(service["status"]),-8}  {Text(service["traffic"]?["packetsPerSecond"]),12} packets/s  {Text(service["traffic"]?["bitsPerSecond"]),16} bit/s";

    private static string Exporter(JsonObject exporter)
    {
        var conditions = (exporter["conditions"] as JsonArray ?? []).Select(static condition => Text(condition?["sentence"])).ToList();
        return $"{Text(exporter["name"]),-24}  {Text(exporter["records"]),12} records  {(conditions.Count == 0 ? "healthy" : string.Join("; ", conditions))}";
    }

    private static string Text(JsonNode? node) => node?.ToString() ?? "-";

    private static void Write(string text)
    {
        using var output = new StandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text + "\n"));
    }
}
