using System.CommandLine;
using System.Globalization;
using Breakwater.Configuration;
using Breakwater.Detection.Rules;
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
        var command = new Command("serve", "Take telemetry over the network, and tell incidents as they happen, until SIGINT or SIGTERM") { config, record };
        command.SetAction(parsed => Run(parsed.GetValue(config)!, parsed.GetValue(record)));
        return command;
    }

    private static int Run(string path, string? folder)
    {
        if (Load(path) is not { } settings)
            return ExitCode.BadUsage;
        try
        {
            using var recorder = folder is null ? null : new StreamRecorder(folder, TimeProvider.System.GetUtcNow());
            using var engine = new LiveEngine(settings, TimeProvider.System, recorder);
            using var lines = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
            Serve(engine, path, lines);
            if (recorder is { Dropped: > 0 } or { Failure: not null })
                lines.WriteLine($"breakwater: the recording is incomplete: {recorder.Dropped} datagrams left out{(recorder.Failure is { } failure ? $": {failure}" : "")}");
            return ExitCode.Done;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"breakwater: cannot record: {error.Message}");
            return ExitCode.BadUsage;
        }
        catch (ListenException error)
        {
            Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.BadUsage;
        }
    }

    /// <summary>Null when the configuration has mistakes: all of them are told.</summary>
    private static LiveSettings? Load(string path)
    {
        var loaded = ConfigLoader.Load(path, ConfigLoader.ProcessEnvironment(), DetectorNames.All);
        if (loaded.Config is not null)
            return LiveConfiguration.Settings(loaded.Config, Math.Min(Environment.ProcessorCount, MostThreads));
        CheckCommand.TellMistakes(path, loaded);
        return null;
    }

    private static void Serve(LiveEngine engine, string path, StreamWriter lines)
    {
        using var signals = new ServeSignals();
        foreach (var address in engine.DatagramAddresses)
            lines.WriteLine($"breakwater: listening on {address} (UDP): sFlow, NetFlow, IPFIX");
        foreach (var address in engine.StreamAddresses)
            lines.WriteLine($"breakwater: listening on {address} (TCP): IPFIX");
        engine.Start();
        var text = new LiveText();
        while (!signals.IsStopped)
        {
            if (signals.TakeReload())
                Reload(engine, path, lines);
            while (engine.Output.Reader.TryRead(out var item))
            {
                if (text.Line(item) is { } line)
                    lines.WriteLine(line);
            }

            signals.Wait(TimeSpan.FromMilliseconds(20));
        }

        var account = engine.Account();
        lines.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"breakwater: stopped; {account.Received:N0} datagrams: {account.Counted:N0} counted, {account.Undecodable:N0} undecodable, {account.Ignored:N0} of unknown senders; {account.KernelDrops:N0} more dropped by the kernel"));
    }

    /// <summary>SIGHUP: a bad file changes nothing.</summary>
    private static void Reload(LiveEngine engine, string path, StreamWriter lines)
    {
        if (Load(path) is not { } settings)
        {
            lines.WriteLine("breakwater: not reloaded: the configuration in use stays");
            return;
        }

        foreach (var sentence in engine.Reload(settings))
            lines.WriteLine($"breakwater: {sentence}");
        lines.WriteLine("breakwater: reloaded");
    }
}
