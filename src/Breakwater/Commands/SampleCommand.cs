using System.CommandLine;
using Breakwater.Samples;

namespace Breakwater.Commands;

/// <summary><c>sample</c>: deterministic example traffic in files, for tests, rehearsals and first steps. It never sends anything.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var kind = new Argument<string?>("KIND")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "what the sample shows; --list shows the kinds",
        };
        var list = new Option<bool>("--list") { Description = "list the kinds and stop" };
        var output = Text("--out", "FILE", "file to write: .pcap, .pcapng, (IPFIX messages) .ipfix or (web logs) .log, with .gz or without");
        var format = Text("--as", "FORMAT", "packets (default), sflow, netflow5, netflow9, ipfix or log");
        var sampling = Text("--sampling", "N", "telemetry sees 1 in N packets, chosen at random (default 1)");
        var from = Text("--from", "FILE", "convert the packets of this capture to telemetry, instead of KIND");
        var duration = Text("--duration", "TIME", "of the attack or the quiet traffic, such as 10s (default; of a log 60s)");
        var rate = Text("--rate", "RATE", "packet rate of the attack or the quiet traffic, such as 5kpps (default); of a log 500rps (default)");
        var shape = Text("--shape", "SHAPE", "of an attack: host (default), carpet, pulse or ramp");
        var hosts = Text("--hosts", "N", "addresses of a carpet: 2 to 65536 (default 256); above 256 those of 198.18.0.0/16");
        var on = Text("--on", "TIME", "length of a pulse (default 1s)");
        var off = Text("--off", "TIME", "silence between pulses (default 1s)");
        var and = new Option<string[]>("--and") { HelpName = "VECTOR", Description = "a further vector beside the first, at the same rate; may be repeated; of a log quiet-flash-crowd" };
        var mimic = new Option<bool>("--mimic") { Description = "the attack looks as much like ordinary traffic as its vector allows" };
        var outbound = Text("--outbound", "N", "N own hosts (1 to 100) send the attack to somebody else");
        var running = new Option<bool>("--already-running") { Description = "the attack runs from the first packet on" };
        var mix = Text("--mix", "SHARE", "quiet traffic under and 2 s around an attack, as a share of its rate (default 10%) or a rate of its own");
        var seed = Text("--seed", "S", "number from which everything random follows");
        var force = new Option<bool>("--force") { Description = "replace an existing file" };

        var command = new Command("sample", "Write example traffic into a file (documentation addresses only; nothing is ever sent)")
        {
            kind, list, output, format, sampling, from, duration, rate, shape, hosts, on, off, and, mimic, outbound, running, mix, seed, force,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(list))
                return List(result.InvocationConfiguration.Output);
            var arguments = new SampleArguments
            {
                Kind = result.GetValue(kind),
                Out = result.GetValue(output),
                As = result.GetValue(format),
                Sampling = result.GetValue(sampling),
                From = result.GetValue(from),
                Duration = result.GetValue(duration),
                Rate = result.GetValue(rate),
                Shape = result.GetValue(shape),
                Hosts = result.GetValue(hosts),
                On = result.GetValue(on),
                Off = result.GetValue(off),
                And = result.GetValue(and) ?? [],
                Mimic = result.GetValue(mimic),
                Outbound = result.GetValue(outbound),
                AlreadyRunning = result.GetValue(running),
                Mix = result.GetValue(mix),
                Seed = result.GetValue(seed),
                Force = result.GetValue(force),
            };
            return Run(arguments, result.InvocationConfiguration.Error);
        });
        return command;
    }

    private static int Run(SampleArguments arguments, TextWriter diagnostics)
    {
        if (SampleRequest.Parse(arguments, out var error) is not { } request)
        {
            diagnostics.WriteLine($"breakwater sample: {error}");
            return ExitCode.BadUsage;
        }

        return SampleRun.Run(request, diagnostics) switch
        {
            SampleOutcome.Written => ExitCode.Done,
            SampleOutcome.NothingReadable => ExitCode.NothingReadable,
            _ => ExitCode.BadUsage,
        };
    }

    private static int List(TextWriter output)
    {
        var width = SampleKind.All.Max(kind => kind.Name.Length);
        foreach (var kind in SampleKind.All)
            output.WriteLine($"{kind.Name.PadRight(width)}  {kind.Description}");
        return ExitCode.Done;
    }

    private static Option<string?> Text(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description };
}
