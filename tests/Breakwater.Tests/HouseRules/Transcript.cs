using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Breakwater.Tests.HouseRules;

/// <summary>One command of a page with the output that the page shows for it (empty: none shown, none compared).</summary>
internal sealed record DocumentedCommand(string Page, int Line, string Command, IReadOnlyList<string> Output, int ExitCode)
{
    public override string ToString() => $"{Page}:{Line}: $ {Command}";
}

/// <summary>
/// Commands of the documentation: in a <c>```console</c> block, a line <c>$ ./breakwater …</c> and the standard output below it.
/// A line <c>…</c> stands for any lines, <c>…</c> inside a line for any text; <c># exit 3</c> after a command is its exit code.
/// </summary>
internal static partial class Transcript
{
    public static IReadOnlyList<DocumentedCommand> Read(string page, string text)
    {
        var commands = new List<DocumentedCommand>();
        List<string>? output = null;
        var inBlock = false;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inBlock = !inBlock && line == "```console";
                output = null;
            }
            else if (inBlock && line.StartsWith("$ ", StringComparison.Ordinal))
            {
                output = [];
                var exit = ExitNote().Match(line);
                var code = exit.Success ? int.Parse(exit.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
                if (line.StartsWith("$ ./breakwater ", StringComparison.Ordinal))
                    commands.Add(new DocumentedCommand(page, number, line[2..], output, code));
            }
            else
            {
                output?.Add(line);
            }
        }

        return commands;
    }

    /// <summary>Runs a command in <paramref name="folder"/>; null when it did what the page shows, else what it did instead.</summary>
    public static string? Fault(DocumentedCommand command, string folder)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command.Command);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            return $"{command}\ndid not end within two minutes";
        }

        if (process.ExitCode != command.ExitCode)
            return $"{command}\nexit code {process.ExitCode}, not {command.ExitCode}\n{errors.Result}";
        return command.Output.Count == 0 || Matches(command.Output, output.Result)
            ? null
            : $"{command}\nprinted\n{output.Result}\nnot\n{string.Join('\n', command.Output)}";
    }

    public static bool Matches(IReadOnlyList<string> shown, string printed)
    {
        var pattern = new StringBuilder(@"\A");
        foreach (var line in shown)
        {
            if (line == "…")
                pattern.Append(@"(?:.*\n)*?");
            else
                pattern.Append(Regex.Escape(line.TrimEnd()).Replace("…", ".*", StringComparison.Ordinal)).Append("[ ]*\n");
        }

        return Regex.IsMatch(printed, pattern.Append(@"\z").ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(20));
    }

    [GeneratedRegex(@"\s# exit (\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ExitNote();
}
