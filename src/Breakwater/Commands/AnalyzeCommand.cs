using System.CommandLine;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Commands;

/// <summary><c>analyze FILE…</c>: which attacks the files hold, how sure, and why (docs/reference/analyze.md).</summary>
internal static class AnalyzeCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Captures, export datagrams or IPFIX files, plain or gzip; - is standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var protect = new Option<string[]>("--protect") { Description = "Only hosts in this network (CIDR) can be targets; may be given again" };
        protect.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!Prefix.TryParse(token.Value, out _))
                    result.AddError($"--protect wants a network like 192.0.2.0/24 or 2001:db8::/32, not '{token.Value}'");
            }
        });
        var format = new Option<string>("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var failOn = new Option<string>("--fail-on") { Description = "Exit 1 when there is an attack, or (undetermined) anything but quiet" };
        failOn.AcceptOnlyFromAmong("attack", "undetermined");
        var inputs = new InputCommandOptions();

        var command = new Command("analyze", "Say which attacks captures and flow exports hold, how sure, and why") { files, protect, format, failOn };
        inputs.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = new DetectorOptions { Protect = Prefixes(parsed.GetValue(protect)) };
            var report = AnalyzeRun.Run(parsed.GetValue(files)!, inputs.Read(parsed), options, TimeProvider.System);
            return Print(report, parsed.GetValue(format) == "json", parsed.GetValue(failOn));
        });
        return command;
    }

    private static System.Collections.Immutable.ImmutableArray<Prefix> Prefixes(string[]? texts) =>
        [.. (texts ?? []).Select(static text => Prefix.TryParse(text, out var prefix) ? prefix : default)];

    private static int Print(AnalysisReport report, bool json, string? failOn)
    {
        var isReadable = report.RecordsRead > 0;
        using var output = new StandardOutput();
        if (json)
        {
            ReportJson.Write(report, output);
        }
        else if (isReadable)
        {
            using var text = new StringWriter();
            ReportText.Write(report, text);
            output.Write(System.Text.Encoding.UTF8.GetBytes(text.ToString()));
        }
        if (!isReadable)
        {
            foreach (var warning in report.Warnings)
                Console.Error.WriteLine($"breakwater: {warning}");
            Console.Error.WriteLine("breakwater: nothing readable: no record in any input");
            return ExitCode.NothingReadable;
        }

        return Fails(report, failOn) ? ExitCode.Found : ExitCode.Done;
    }

    private static bool Fails(AnalysisReport report, string? failOn) => failOn switch
    {
        "attack" => report.Result.Incidents.Any(static incident => incident.Verdict == Verdict.Attack),
        "undetermined" => report.Result.Incidents.Any(static incident => incident.Verdict != Verdict.FlashCrowd),
        _ => false,
    };
}
