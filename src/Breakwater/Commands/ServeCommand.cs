using System.CommandLine;
using System.Runtime.InteropServices;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Detection.Rules;
using Breakwater.Live;
using Breakwater.Reports;
using Breakwater.Telemetry.Live;

namespace Breakwater.Commands;

/// <summary><c>serve</c>: takes telemetry over the network until it is stopped, and tells incidents as they happen (docs/reference/serve.md).</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { HelpName = "FILE", Description = "The configuration, such as breakwater.yaml", Required = true };
        var command = new Command("serve", "Take telemetry over the network, and tell incidents as they happen, until SIGINT or SIGTERM") { config };
        command.SetAction(parsed => Run(parsed.GetValue(config)!));
        return command;
    }

    private static int Run(string path)
    {
        var loaded = ConfigLoader.Load(path, ConfigLoader.ProcessEnvironment(), DetectorNames.All);
        if (loaded.Config is null)
        {
            CheckCommand.TellMistakes(path, loaded);
            return ExitCode.BadUsage;
        }

        try
        {
            using var engine = new LiveEngine(LiveConfiguration.Settings(loaded.Config, Environment.ProcessorCount), TimeProvider.System);
            using var lines = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
            Serve(engine, path, lines);
            return ExitCode.Done;
        }
        catch (ListenException error)
        {
            Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.BadUsage;
        }
    }

    private static void Serve(LiveEngine engine, string path, StreamWriter lines)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        foreach (var address in engine.DatagramAddresses)
            lines.WriteLine($"breakwater: listening on {address} (UDP): sFlow, NetFlow, IPFIX");
        foreach (var address in engine.StreamAddresses)
            lines.WriteLine($"breakwater: listening on {address} (TCP): IPFIX");
        engine.Start();
        try
        {
            while (engine.Output.Reader.WaitToReadAsync(stop.Token).AsTask().GetAwaiter().GetResult())
            {
                while (engine.Output.Reader.TryRead(out var item))
                {
                    if (LiveText.Line(item) is { } line)
                        lines.WriteLine(line);
                }
            }
        }
        catch (OperationCanceledException)
        {
            lines.WriteLine("breakwater: stopped");
        }
    }
}
