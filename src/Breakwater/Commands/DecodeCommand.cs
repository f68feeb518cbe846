using System.CommandLine;
using Breakwater.Telemetry;

namespace Breakwater.Commands;

/// <summary><c>decode FILE…</c>: every record as it was exported, one a line (docs/reference/decode.md).</summary>
internal static class DecodeCommand
{
    private const int OutputBufferBytes = 1 << 16;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Captures, export datagrams, IPFIX files or access logs, plain or gzip; - is standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var format = new Option<string>("--format") { Description = "text or json (one object a line)", DefaultValueFactory = _ => "text" };
        format.AcceptOnlyFromAmong("text", "json");
        var options = new InputCommandOptions();
        var limit = new Option<long>("--limit") { Description = "Stop after this many records", DefaultValueFactory = _ => long.MaxValue };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<long>() < 1)
                result.AddError("--limit wants a number of records, 1 or more");
        });

        var command = new Command("decode", "Print every record of captures, flow exports and access logs as it was exported") { files, format, limit };
        options.AddTo(command, readsLogs: true);
        command.SetAction(parsed => Run(
            parsed.GetValue(files)!,
            options.Read(parsed),
            parsed.GetValue(format) == "json",
            parsed.GetValue(limit)));
        return command;
    }

    private static int Run(string[] files, InputOptions options, bool json, long limit)
    {
        using var standard = new StandardOutput();
        var output = new BufferedStream(standard, OutputBufferBytes); // not disposed: what a failed write left is not written again
        var summary = DecodeRun.Run(files, options, output, json, limit);
        output.Flush();
        summary.WriteTo(System.Console.Error);
        return summary.RecordsRead > 0 ? ExitCode.Done : ExitCode.NothingReadable;
    }
}
