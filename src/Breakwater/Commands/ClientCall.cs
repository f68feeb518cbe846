using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Commands;

/// <summary>A command that asks a running Breakwater one thing and prints the answer, as text or JSON.</summary>
internal static class ClientCall
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="command">Gets --config, --format and what it does.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="text">The answer as text.</param>
    /// <param name="code">The exit code of an answer; null: done.</param>
    public static void AddTo(Command command, Func<LocalClient, ParseResult, JsonObject> ask, Func<JsonObject, string> text, Func<JsonObject, int>? code = null)
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "The configuration of the running Breakwater", Required = true };
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = static _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        command.Options.Add(config);
        command.Options.Add(format);
        command.SetAction(parsed =>
        {
            if (LocalClient.LoadConfig(parsed.GetValue(config)!) is not { } loaded)
                return ExitCode.BadUsage;
            try
            {
                using var client = LocalClient.To(loaded);
                var document = ask(client, parsed);
                using var output = new StandardOutput();
                output.Write(Encoding.UTF8.GetBytes((parsed.GetValue(format) == "json" ? document.ToJsonString(_readable) : text(document)) + "\n"));
                return code?.Invoke(document) ?? ExitCode.Done;
            }
            catch (ClientException error)
            {
                System.Console.Error.WriteLine($"breakwater: {error.Message}");
                return ExitCode.Failed;
            }
        });
    }

    public static string Lines(JsonNode? list, Func<JsonObject, string> line)
    {
        var lines = (list as JsonArray ?? []).OfType<JsonObject>().Select(line).ToList();
        return lines.Count == 0 ? "none" : string.Join('\n', lines);
    }
}
