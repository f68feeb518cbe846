using System.CommandLine;
using Breakwater.Configuration;
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
        if (LocalClient.LoadConfig(path) is not { } config)
            return ExitCode.BadUsage;
        try
        {
            using var engine = new LiveEngine(Settings(config), TimeProvider.System);
            using var lines = new StreamWriter(System.Console.OpenStandardError()) { AutoFlush = true };
            Serve(engine, path, config, lines).GetAwaiter().GetResult();
            return ExitCode.Done;
        }
        catch (Exception error) when (error is ListenException or IOException)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.BadUsage;
        }
    }

    private static LiveSettings Settings(BreakwaterConfig config) => LiveConfiguration.Settings(config, Environment.ProcessorCount);

    private static async Task Serve(LiveEngine engine, string path, BreakwaterConfig config, StreamWriter lines)
    {
        using var signals = new ServeSignals();
        foreach (var address in engine.DatagramAddresses)
            lines.WriteLine($"breakwater: listening on {address} (UDP): sFlow, NetFlow, IPFIX");
        foreach (var address in engine.StreamAddresses)
            lines.WriteLine($"breakwater: listening on {address} (TCP): IPFIX");
        var geo = GeoFiles.Open([.. new[] { config.Geo.Countries?.FullPath, config.Geo.Asns?.FullPath }.OfType<string>()], AppContext.BaseDirectory);
        foreach (var fault in geo.Faults)
            lines.WriteLine($"breakwater: {fault}");
        var (current, text) = (config, new LiveText());
        await using var running = await Running.Start(engine, () => Volatile.Read(ref current), geo.Lookup, item =>
        {
            if (text.Line(item) is { } line)
                lines.WriteLine(line);
        });
        lines.WriteLine($"breakwater: pages and API on {running.Address}; 'breakwater login' makes a link that logs a browser in");
        if (running.Journal.Health.Fault is { } storage)
            lines.WriteLine($"breakwater: {storage}");
        while (!signals.IsStopped)
        {
            if (signals.TakeReload())
                Volatile.Write(ref current, Reload(engine, path, lines) ?? current);
            signals.Wait(TimeSpan.FromSeconds(1));
        }

        lines.WriteLine("breakwater: stopped");
    }

    /// <summary>SIGHUP: a bad file changes nothing.</summary>
    /// <returns>The configuration from now on; null: the one in use stays.</returns>
    private static BreakwaterConfig? Reload(LiveEngine engine, string path, StreamWriter lines)
    {
        if (LocalClient.LoadConfig(path) is not { } config)
        {
            lines.WriteLine("breakwater: not reloaded: the configuration in use stays");
            return null;
        }

        foreach (var sentence in engine.Reload(Settings(config)))
            lines.WriteLine($"breakwater: {sentence}");
        lines.WriteLine("breakwater: reloaded");
        return config;
    }
}
