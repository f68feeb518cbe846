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
        if (Run(command.Command, folder) is not var (exitCode, output, errors))
            return $"{command}\ndid not end within two minutes";
        if (exitCode != command.ExitCode)
            return $"{command}\nexit code {exitCode}, not {command.ExitCode}\n{errors}";
        return command.Output.Count == 0 || Matches(command.Output, output)
            ? null
            : $"{command}\nprinted\n{output}\nnot\n{string.Join('\n', command.Output)}\n(BREAKWATER_WRITE_DOCS=1 writes the pages anew)";
    }

    /// <summary>The page with what its commands print today; as many lines before and after a <c>…</c> as it had.</summary>
    public static string Rewritten(string page, string text, string folder)
    {
        var lines = text.Split('\n').ToList();
        foreach (var command in Read(page, text).Reverse())
        {
            if (command.Output.Count == 0)
                continue;
            var printed = Run(command.Command, folder)?.Output.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ToList() ?? [];
            var gap = command.Output.ToList().IndexOf("…");
            if (gap >= 0)
                printed = [.. printed.Take(gap), "…", .. printed.TakeLast(command.Output.Count - gap - 1)];
            lines.RemoveRange(command.Line, command.Output.Count);
            lines.InsertRange(command.Line, printed);
        }

        return string.Join('\n', lines);
    }

    private static (int ExitCode, string Output, string Errors)? Run(string command, string folder)
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
        start.ArgumentList.Add(command);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(TimeSpan.FromMinutes(2)))
            return (process.ExitCode, output.Result, errors.Result);
        process.Kill(entireProcessTree: true);
        return null;
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
