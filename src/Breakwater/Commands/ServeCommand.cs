using System.CommandLine;
using System.Globalization;
using Breakwater.Configuration;
using Breakwater.Live;
using Breakwater.Telemetry.Live;

namespace Breakwater.Commands;

/// <summary><c>serve</c>: takes telemetry over the network until it is stopped, and tells incidents as they happen (docs/reference/serve.md).</summary>
internal static class ServeCommand
{
    /// <summary>Receiving threads; one takes some million records a second, more than detection judges.</summary>
    private const int MostThreads = 32;

    public static Command Create()
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "The configuration, such as breakwater.yaml", Required = true };
        var record = new Option<string>("--record") { HelpName = "DIR", Description = "Write the telemetry into captures of this folder, for analyze" };
        var command = new Command("serve", "Take telemetry over the network, and tell incidents as they happen, until SIGINT, SIGTERM or, for an upgrade, SIGUSR2") { config, record };
        command.SetAction(parsed => Run(parsed.GetValue(config)!, parsed.GetValue(record)));
        return command;
    }

    private static int Run(string path, string? folder)
    {
        if (LocalClient.LoadConfig(path) is not { } config)
            return ExitCode.BadUsage;
        try
        {
            using var recorder = folder is null ? null : new StreamRecorder(folder, TimeProvider.System.GetUtcNow());
            using var lines = new TerminalLines(System.Console.OpenStandardError());
            using var engine = new LiveEngine(Settings(config) with { Geo = Reloader.OpenGeo(config, lines) }, TimeProvider.System, recorder);
            Serve(engine, recorder, path, config, lines).GetAwaiter().GetResult();
            if (recorder is not null)
                lines.WriteLine($"breakwater: verdicts of this run: {ReplayReport.Write(engine, recorder.ReportPath)}; 'breakwater analyze {recorder.ControlPath}' gives the same");
            if (recorder is { Dropped: > 0 } or { Failure: not null })
                lines.WriteLine($"breakwater: the recording is incomplete: {recorder.Dropped} datagrams and events left out{(recorder.Failure is { } failure ? $": {failure}" : "")}");
            if (engine.LinesNotRecorded > 0)
                lines.WriteLine($"breakwater: the recording is incomplete: {engine.LinesNotRecorded} pieces of web logs left out");
            return ExitCode.Done;
        }
        catch (Exception error) when (error is ListenException or System.Net.Sockets.SocketException or IOException or UnauthorizedAccessException)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.BadUsage;
        }
    }

    private static LiveSettings Settings(BreakwaterConfig config) => LiveConfiguration.Settings(config, Math.Min(Environment.ProcessorCount, MostThreads));

    private static async Task Serve(LiveEngine engine, StreamRecorder? recorder, string path, BreakwaterConfig config, TerminalLines lines)
    {
        using var signals = new ServeSignals();
        foreach (var address in engine.DatagramAddresses)
            lines.WriteLine($"breakwater: listening on {address} (UDP): sFlow, NetFlow, IPFIX");
        foreach (var address in engine.StreamAddresses)
            lines.WriteLine($"breakwater: listening on {address} (TCP): IPFIX");
        foreach (var address in engine.SyslogAddresses)
            lines.WriteLine($"breakwater: listening on {address} (syslog): web logs");
        foreach (var input in engine.Settings.Logs.Where(static input => input.Pattern is not null))
            lines.WriteLine($"breakwater: following {input.Name}");
        var (reloader, text) = (new Reloader(engine, path, config, engine.Settings.Geo, lines, Settings), new LiveText());
        await using var running = await Running.Start(
            engine, () => reloader.Config, () => reloader.Geo,
            item =>
            {
                if (text.Line(item) is { } line)
                    lines.WriteLine(line);
            },
            reloader.Reload);
        lines.WriteLine($"breakwater: pages and API on {running.Address}; 'breakwater login' makes a link that logs a browser in");
        if (running.Journal.Health.Fault is { } storage)
            lines.WriteLine($"breakwater: {storage}");
        var isRecording = recorder is not null;
        while (!signals.IsStopped)
        {
            if (isRecording && recorder is { Failure: { } failure })
            {
                isRecording = false;
                lines.WriteLine($"breakwater: nothing is recorded any more: {failure}");
            }

            if (signals.TakeReload())
                reloader.Reload(Reloader.Signal, static _ => true, running.Journal);
            signals.Wait(TimeSpan.FromSeconds(1));
        }

        running.IsUpgrade = () => signals.IsUpgrade;
        var account = engine.Account();
        lines.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"breakwater: stopped; {account.Received:N0} datagrams: {account.Counted:N0} counted, {account.Undecodable:N0} undecodable, {account.Ignored:N0} of unknown senders; {account.KernelDrops:N0} more dropped by the kernel"));
    }
}
