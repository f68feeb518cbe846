using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;
using Breakwater.Top;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Commands;

/// <summary><c>top</c>: a live view of a web log (docs/how-to/watch-requests.md).</summary>
internal sealed class TopCommand
{
    private const int PlainWidth = 120;
    private const int PollMilliseconds = 50;

    private readonly Argument<string?> _file = new("FILE") { Description = "An access log, plain or gzip, read to its end; - is standard input", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _follow = new("--follow") { HelpName = "FILE", Description = "Read this log, and go on with what is added, through rotation" };
    private readonly Option<string> _format = new("--format") { Description = "text, or json: a line a second", DefaultValueFactory = static _ => "text" };
    private readonly Option<string> _sort = new("--sort") { HelpName = "ORDER", Description = "requests, now, bytes, errors or time", DefaultValueFactory = static _ => "requests" };
    private readonly Option<string> _logFormat = new("--log-format") { HelpName = "FORMAT", Description = "How its lines are written, as for analyze" };
    private readonly Option<string[]> _trustedProxies = new("--trusted-proxy") { HelpName = "CIDR", Description = "Believe X-Forwarded-For when it comes from this network; may be given again" };

    public static Command Create() => new TopCommand().Build();

    private Command Build()
    {
        _format.AcceptOnlyFromAmong("text", "json");
        _sort.AcceptOnlyFromAmong([.. Enum.GetNames<TopOrder>().Select(static name => name.ToLowerInvariant())]);
        _logFormat.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !LogFormat.TryParse(token.Value, out _, out var fault))
                result.AddError($"--log-format: {fault}");
        });
        _trustedProxies.Validators.Add(static result =>
        {
            if (!TrustedProxies.TryParse([.. result.Tokens.Select(static token => token.Value)], out _))
                result.AddError("--trusted-proxy wants networks like 192.0.2.0/24 or 2001:db8::/32, 256 at most");
        });
        var command = new Command("top", "Watch a web log: rate, paths, clients, agents, statuses, hosts, and what it looks like") { _file, _follow, _format, _sort, _logFormat, _trustedProxies };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (file, followed) = (parsed.GetValue(_file), parsed.GetValue(_follow));
        if ((file is null) == (followed is null))
        {
            System.Console.Error.WriteLine("breakwater: top wants one log: FILE (- is standard input), or --follow FILE");
            return ExitCode.BadUsage;
        }

        var source = new LogSource(file ?? followed!, -1)
        {
            Pattern = followed is null ? null : Path.GetFullPath(followed),
            FormatText = parsed.GetValue(_logFormat),
            TrustedProxies = [.. parsed.GetValue(_trustedProxies) ?? []],
        };
        TopReader reader;
        try
        {
            reader = followed is null
                ? new TopReader(new TopTally(DetectorOptions.PublicSeed), source, InputFile.Open(file!, InputKind.AccessLog), TimeProvider.System)
                : new TopReader(new TopTally(SecretSeed.OfProcess), source, TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            System.Console.Error.WriteLine($"breakwater: {file}: {error.Message}");
            return ExitCode.NothingReadable;
        }

        using (reader)
        {
            var choice = new TopChoice { Order = Enum.Parse<TopOrder>(parsed.GetValue(_sort)!, ignoreCase: true) };
            return Watch(reader, source.Name, choice, parsed.GetValue(_format) == "json");
        }
    }

    private static int Watch(TopReader reader, string name, TopChoice choice, bool isJson)
    {
        using var output = new StandardOutput();
        using var signals = new ServeSignals(reloads: false);
        var isTerminal = !isJson && !System.Console.IsOutputRedirected;
        var style = new TopStyle(isTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
        var view = new TopView(style);
        reader.Start();
        try
        {
            using (var terminal = isTerminal ? new TopTerminal(output) : null)
                choice = Loop(reader, signals, terminal, choice, () => Show(reader, view, terminal, output, name, choice, isJson), changed => choice = changed);
            lock (reader.Tally)
            {
                reader.Tally.Finish();
                Print(reader, view, output, name, choice, isJson, isTerminal ? Math.Max(40, TopTerminal.Size.Width) : PlainWidth);
            }
        }
        catch (OutputException error) when (isTerminal && error.IsTerminalGone)
        {
            return ExitCode.Done; // nobody looks any more
        }

        if (reader.Fault is { } fault)
            System.Console.Error.WriteLine($"breakwater: {name}: {fault}");
        if (reader.Tally.Requests > 0)
            return ExitCode.Done;
        System.Console.Error.WriteLine("breakwater: nothing readable: no line is a request; give the format with --log-format");
        return ExitCode.NothingReadable;
    }

    /// <summary>Once a second, and at each key, until the log or the person ends it.</summary>
    private static TopChoice Loop(TopReader reader, ServeSignals signals, TopTerminal? terminal, TopChoice choice, Action show, Action<TopChoice> choose)
    {
        var isResized = 0;
        using var resized = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Interlocked.Exchange(ref isResized, 1));
        var time = TimeProvider.System;
        var (shown, passed) = (time.GetTimestamp(), time.GetTimestamp());
        var isFirst = terminal is not null;
        while (!signals.IsStopped && !reader.IsDone)
        {
            var isPressed = false;
            while (terminal?.Key() is { } key)
            {
                if (key is 'q' or 'Q')
                    return choice;
                choose(choice = Chosen(choice, key));
                isPressed = true;
            }

            if (time.GetElapsedTime(passed).TotalSeconds >= 1)
            {
                lock (reader.Tally)
                    reader.Tally.Pass(time.GetElapsedTime(passed).TotalSeconds);
                passed = time.GetTimestamp();
            }

            isPressed |= Interlocked.Exchange(ref isResized, 0) != 0;
            if (isFirst || isPressed || (!choice.IsPaused && time.GetElapsedTime(shown).TotalSeconds >= 1))
            {
                (shown, isFirst) = (time.GetTimestamp(), false);
                show();
            }

            signals.Wait(TimeSpan.FromMilliseconds(PollMilliseconds));
        }

        return choice;
    }

    private static TopChoice Chosen(TopChoice choice, char key) => key switch
    {
        >= '1' and <= '5' => choice with { Panel = (TopPanel)(key - '1') },
        'p' or 'P' or ' ' => choice with { IsPaused = !choice.IsPaused },
        's' or 'S' => choice with { Order = (TopOrder)(((int)choice.Order + 1) % Enum.GetValues<TopOrder>().Length) },
        _ => choice,
    };

    private static void Show(TopReader reader, TopView view, TopTerminal? terminal, StandardOutput output, string name, TopChoice choice, bool isJson)
    {
        lock (reader.Tally)
        {
            if (terminal is null)
            {
                Print(reader, view, output, name, choice, isJson, PlainWidth);
                return;
            }

            var (width, height) = TopTerminal.Size;
            terminal.Show(view.Lines(reader.Tally, choice, name, reader.Note, width, height));
        }
    }

    private static void Print(TopReader reader, TopView view, StandardOutput output, string name, TopChoice choice, bool isJson, int width)
    {
        var text = isJson
            ? TopJson.Write(reader.Tally, choice.Order).ToJsonString() + "\n"
            : string.Join('\n', view.Block(reader.Tally, choice, name, reader.Note, width)) + "\n";
        output.Write(Encoding.UTF8.GetBytes(text));
    }
}
