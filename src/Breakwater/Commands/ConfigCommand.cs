using System.CommandLine;
using System.Text;
using Breakwater.Configuration;
using Breakwater.Configuration.Import;
using Breakwater.Wire;

namespace Breakwater.Commands;

/// <summary><c>config import FILE</c>: a FastNetMon configuration as a <c>breakwater.yaml</c> (docs/how-to/move-from-fastnetmon.md).</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A fastnetmon.conf" };
        var networks = new Option<string>("--networks") { HelpName = "FILE", Description = "Its list of networks, when it is not where the file says" };
        var white = new Option<string>("--white-list") { HelpName = "FILE", Description = "Its white list, likewise" };
        var exporters = new Option<string[]>("--exporter") { HelpName = "ADDRESS", Description = "A router that telemetry comes from; may be given again" };
        exporters.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (new AddressValue().Read(token.Value, out _) is { } fault)
                    result.AddError($"--exporter: {fault.What}; {fault.Cure}");
            }
        });
        var import = new Command("import", "Print a FastNetMon configuration as a breakwater.yaml, and say what has no counterpart") { file, networks, white, exporters };
        import.SetAction(parsed => Run(parsed.GetValue(file)!, new ImportOptions(
            parsed.GetValue(networks), parsed.GetValue(white), [.. (parsed.GetValue(exporters) ?? []).Select(Address.Parse)])));
        return new Command("config", "Make a configuration") { import };
    }

    private static int Run(string path, ImportOptions options)
    {
        var findings = new ImportFindings();
        var text = FastNetMonImport.Run(path, options, findings);
        foreach (var finding in text is null ? findings.Mistakes : findings.Notes)
            System.Console.Error.WriteLine(finding.ToString());
        if (findings.LeftOut > 0)
            System.Console.Error.WriteLine($"{path}: and {findings.LeftOut} more");
        if (text is null)
        {
            System.Console.Error.WriteLine($"{path}: {findings.Mistakes.Length} mistake{(findings.Mistakes.Length == 1 ? "" : "s")}; nothing is written");
            return ExitCode.BadUsage;
        }

        using var output = new StandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text));
        return ExitCode.Done;
    }
}
