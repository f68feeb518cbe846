using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Demo;
using Breakwater.Detection.Rules;
using Breakwater.Geo;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Telemetry.Live;

namespace Breakwater.Commands;

/// <summary><c>demo</c>: everything in one process, on loopback, with a made day of traffic (docs/how-to/run-live.md).</summary>
internal static class DemoCommand
{
    private static readonly string[] _noGeo = [];

    public static Command Create()
    {
        var command = new Command("demo", "Show a made day with attacks: engine, storage, API and pages in one process, on loopback only");
        command.SetAction(static _ => Run());
        return command;
    }

    private static int Run()
    {
        using var lines = new StreamWriter(System.Console.OpenStandardOutput()) { AutoFlush = true };
        try
        {
            using var folder = new DemoFolder();
            var config = ConfigLoader.Load(folder.ConfigPath, new Dictionary<string, string>(StringComparer.Ordinal), DetectorNames.All).Config
                ?? throw new InvalidOperationException("the demo's own configuration is not good");
            using var engine = new LiveEngine(LiveConfiguration.Settings(config, Environment.ProcessorCount), TimeProvider.System);
            Play(folder, config, engine, lines).GetAwaiter().GetResult();
            return ExitCode.Done;
        }
        catch (Exception error) when (error is ListenException or IOException)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task Play(DemoFolder folder, BreakwaterConfig config, LiveEngine engine, StreamWriter lines)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var geo = GeoFiles.Open(_noGeo, AppContext.BaseDirectory).Lookup;
        await using var running = await Running.Start(engine, () => config, () => geo, static _ => { });
        using var events = running.Journal.Events.Open(after: null);
        using var sflow = new DemoRouter(new LoopbackSender(DemoFolder.SflowRouter, folder.Sflow), isFlows: false, TimeProvider.System);
        using var netflow = new DemoRouter(new LoopbackSender(DemoFolder.NetflowRouter, folder.Netflow), isFlows: true, TimeProvider.System);
        Introduce(folder, running, lines);
        var begin = TimeProvider.System.GetUtcNow();
        sflow.Start(begin);
        netflow.Start(begin);
        var announcing = Announce(lines, stop.Token);
        await Tell(events!, lines, stop.Token);
        await announcing;
        lines.WriteLine("\nstopped; the scratch folder is gone");
    }

    private static void Introduce(DemoFolder folder, Running running, StreamWriter lines)
    {
        var link = new Uri(running.Address, $"/login/{running.Sessions.NewLink(ApiCaller.Local)}");
        lines.WriteLine($"""
            Breakwater demo: a made day in about three minutes, on loopback only, nothing leaves this machine.

              Open this link once:  {link}
              Or ask a second terminal:  ./breakwater incidents --config {folder.ConfigPath}

            To watch a network of your own, write a configuration like {folder.ConfigPath},
            name your routers under 'exporters', and run './breakwater serve --config breakwater.yaml'. Then let them send
              sFlow                  to UDP port 6343, 1 packet in 1000, header 128 bytes
              NetFlow v9 or IPFIX    to UDP port 2055 or 4739, active timeout 1 s (at 60 s an attack shows a minute late)
            docs/how-to/run-live.md tells more. Ctrl-C ends the demo.

            """);
        Line(lines, "quiet traffic; Breakwater learns what is usual");
    }

    private static async Task Announce(StreamWriter lines, CancellationToken stop)
    {
        try
        {
            var at = 0;
            foreach (var act in DemoDay.Acts)
            {
                await Task.Delay(TimeSpan.FromSeconds(act.StartSeconds - at), TimeProvider.System, stop);
                at = act.StartSeconds;
                Line(lines, $"next: {act.Title}");
            }
            await Task.Delay(TimeSpan.FromSeconds(DemoDay.LastActEndSeconds - at), TimeProvider.System, stop);
            Line(lines, "that was the day; quiet traffic goes on until Ctrl-C");
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    /// <summary>Each step of an incident that an operator would want to be woken for, or to know the end of.</summary>
    private static async Task Tell(EventReader events, StreamWriter lines, CancellationToken stop)
    {
        try
        {
            await foreach (var entry in events.Read(stop))
            {
                if (!entry.Kind.StartsWith("incident.", StringComparison.Ordinal) || entry.Kind == EntryKind.Updated)
                    continue;
                var sentence = (string?)(JsonNode.Parse(entry.Data) as JsonObject)?["sentence"];
                Line(lines, $"{entry.Subject} {entry.Kind["incident.".Length..]}: {sentence}");
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private static void Line(StreamWriter lines, string text)
    {
        lock (lines)
            lines.WriteLine($"{TimeProvider.System.GetUtcNow().UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {text}");
    }
}
