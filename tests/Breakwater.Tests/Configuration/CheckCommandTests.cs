using System.Diagnostics;
using System.Text.Json;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Configuration;

/// <summary><c>check --config</c> from outside.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private const string Example = "samples/breakwater.yaml";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("breakwater-check-");

    [Fact]
    public void Example_IsGood()
    {
        var (code, output, errors) = Check(SourceTree.Root, Example);
        Assert.Equal((0, ""), (code, errors));
        var hash = Configurations.Good(SourceTree.Read(Example)).Hash;
        Assert.Equal(
            $"""
            {Example}: good: 3 services, 2 exporters, 2 allowed networks, hash {hash[..12]}
              name-servers: profile dns, floors fragments 2kpps, queries 20kpps, connections 400cps
              offices: profile generic, floors as in detection.floors
              portal: profile web, floors syn 1kpps, udp 4kpps, connections 1kcps, requests 2krps

            """,
            output);
    }

    [Fact]
    public void Example_AsJson_IsGood()
    {
        var (code, output, errors) = Check(SourceTree.Root, Example, "--format", "json");
        Assert.Equal((0, ""), (code, errors));
        using var document = JsonDocument.Parse(output);
        var root = document.RootElement;
        Assert.Equal("breakwater.check/1", root.GetProperty("schema").GetString());
        Assert.Equal(Example, root.GetProperty("path").GetString());
        Assert.True(root.GetProperty("good").GetBoolean());
        Assert.Equal(Configurations.Good(SourceTree.Read(Example)).Hash, root.GetProperty("configHash").GetString());
        Assert.Equal(3, root.GetProperty("services").GetInt32());
        Assert.Equal(2, root.GetProperty("exporters").GetInt32());
        Assert.Equal(2, root.GetProperty("allowedNetworks").GetInt32());
        Assert.Equal(["dns", "generic", "web"], root.GetProperty("profiles").EnumerateArray().Select(static entry => entry.GetProperty("profile").GetString()));
        Assert.Equal(0, root.GetProperty("mistakes").GetArrayLength());
    }

    [Fact]
    public void File_WithMistakes_TellsAllOnStandardErrorAndExitsWithTwo()
    {
        Write("version: 1\nservces: []\ndetection: {quiet: 30}\n");
        var (code, output, errors) = Check(_folder.FullName, "bad.yaml");
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(
            """
            bad.yaml:2:1: unknown key 'servces'; did you mean 'services'?
            bad.yaml:3:20: 'detection.quiet': the duration '30' has no unit; add one of ms, s, m, h or d, such as 1m
            bad.yaml: 2 mistakes

            """,
            errors);
    }

    [Fact]
    public void File_WithMistakes_AsJson_HasTheirPlaces()
    {
        Write("version: 1\nservces: []\n");
        var (code, output, errors) = Check(_folder.FullName, "bad.yaml", "--format", "json");
        Assert.Equal((2, ""), (code, errors));
        using var document = JsonDocument.Parse(output);
        Assert.False(document.RootElement.GetProperty("good").GetBoolean());
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("configHash").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("services").ValueKind);
        Assert.Equal(
            """
            [{"path":"bad.yaml","line":2,"column":1,"variable":null,"problem":"unknown key 'servces'","cure":"did you mean 'services'?"},{"path":null,"line":null,"column":null,"variable":"BREAKWATER__limits__hosts","problem":"'limits.hosts': '7' is out of range","cure":"write 1024 to 16777216 (hosts)"}]
            """,
            JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(
                Check(_folder.FullName, "bad.yaml", "--format", "json", ("BREAKWATER__limits__hosts", "7")).Output).GetProperty("mistakes"), _relaxed));
    }

    [Fact]
    public void Environment_OfTheProcess_IsRead()
    {
        Write("version: 1\n");
        Assert.Equal(0, Check(_folder.FullName, "bad.yaml").Code);
        var (code, _, errors) = Check(_folder.FullName, "bad.yaml", "--format", "text", ("BREAKWATER__limits__hosts", "7"));
        Assert.Equal(2, code);
        Assert.StartsWith("environment variable BREAKWATER__limits__hosts: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_WithoutFile_IsBadUsage()
    {
        var (code, output, errors) = Run(_folder.FullName, ["check"], []);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("--config", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static readonly JsonSerializerOptions _relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder.FullName, "bad.yaml"), text);

    private static (int Code, string Output, string Errors) Check(string folder, string file) => Run(folder, ["check", "--config", file], []);

    private static (int Code, string Output, string Errors) Check(
        string folder, string file, string option, string value, params (string Name, string Value)[] environment) =>
        Run(folder, ["check", "--config", file, option, value], environment);

    private static (int Code, string Output, string Errors) Run(string folder, string[] arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "breakwater"), arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
