using System.CommandLine;
using System.Runtime.InteropServices;
using Breakwater.Configuration;
using Breakwater.Detection.Rules;
using Breakwater.Geo;
using Breakwater.Live;
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
            using var lines = new StreamWriter(System.Console.OpenStandardError()) { AutoFlush = true };
            Serve(engine, loaded.Config, lines);
            return ExitCode.Done;
        }
        catch (Exception error) when (error is ListenException or IOException)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.BadUsage;
        }
    }

    private static void Serve(LiveEngine engine, BreakwaterConfig config, StreamWriter lines)
    {
        using var stop = new ManualResetEventSlim();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Set();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        foreach (var address in engine.DatagramAddresses)
            lines.WriteLine($"breakwater: listening on {address} (UDP): sFlow, NetFlow, IPFIX");
        foreach (var address in engine.StreamAddresses)
            lines.WriteLine($"breakwater: listening on {address} (TCP): IPFIX");
        var geo = GeoFiles.Open([.. new[] { config.Geo.Countries?.FullPath, config.Geo.Asns?.FullPath }.OfType<string>()], AppContext.BaseDirectory);
        foreach (var fault in geo.Faults)
            lines.WriteLine($"breakwater: {fault}");
        var running = Running.Start(engine, () => config, geo.Lookup, item =>
        {
            if (LiveText.Line(item) is { } line)
                lines.WriteLine(line);
        }).GetAwaiter().GetResult();
        lines.WriteLine($"breakwater: pages and API on {running.Address}; 'breakwater login' makes a link that logs a browser in");
        stop.Wait();
        running.DisposeAsync().AsTask().GetAwaiter().GetResult();
        lines.WriteLine("breakwater: stopped");
    }
}
