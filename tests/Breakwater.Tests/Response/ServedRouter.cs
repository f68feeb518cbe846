using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Breakwater.Commands;
using Breakwater.Incidents;
using Breakwater.Response.Price;

namespace Breakwater.Tests.Response;

/// <summary>The program itself with its configuration, a router that tells it of traffic, and BIRD that gets its filters; in namespaces of their own.</summary>
internal sealed class ServedRouter : IDisposable
{
    private const string Page = "docs/how-to/announce-to-bird.md";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(40);

    private ServedRouter(RouterNamespace space) => Space = space;

    public RouterNamespace Space { get; }

    /// <summary>Another build of the program, for measurements: as it is shipped, compiled ahead of time.</summary>
    private const string ProgramVariable = "BREAKWATER_SERVED_PROGRAM";

    public Process Program { get; private set; } = null!;

    private static string ProgramPath => Environment.GetEnvironmentVariable(ProgramVariable) ?? Path.Combine(AppContext.BaseDirectory, "breakwater");

    public string Config => Space.PathOf("breakwater.yaml");

    /// <param name="response">Lines under <c>response</c>.</param>
    /// <param name="peer">More of the router's settings, each with a comma before it.</param>
    /// <param name="bird">More of BIRD's configuration.</param>
    /// <param name="telemetryStep">Milliseconds between the router's datagrams.</param>
    public static ServedRouter Start(string response, string peer = "", string bird = "", int telemetryStep = 10)
    {
        var served = new ServedRouter(RouterNamespace.Make("ip", "bird", "birdc"));
        try
        {
            File.WriteAllText(served.Space.PathOf("bird.conf"), RouterRules.Configuration(Page) + bird);
            served.StartBird();
            File.WriteAllText(served.Config, Configuration(response, peer));
            served.StartProgram();
            TelemetryChild.Start(served.Space, telemetryStep);
            return served;
        }
        catch
        {
            served.Dispose();
            throw;
        }
    }

    public void StartBird() =>
        Space.StartRouter("bird", "bird", "-f", "-c", Space.PathOf("bird.conf"), "-s", Space.PathOf("bird.ctl"), "-P", Space.PathOf("bird.pid"));

    public void StartProgram()
    {
        File.Delete(Space.PathOf("serve.log"));
        Program = Space.StartSpeaker("serve", [], ProgramPath, "serve", "--config", Config);
        Space.Await("the engine serves", _patience, () => Log("serve"), static said => said.Contains("pages and API on", StringComparison.Ordinal));
    }

    /// <summary>What a command of the program answers; the socket is a file, so it reaches the other namespace.</summary>
    public (int Code, string Output) Command(params string[] arguments)
    {
        var start = new ProcessStartInfo(ProgramPath, [.. arguments, "--config", Config]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    /// <summary>The running program as its own commands see it, without a process for each question.</summary>
    public LocalClient Client() => LocalClient.To(LocalClient.LoadConfig(Config)!);

    /// <summary>What BIRD says, asked over its own socket: no process is started for it.</summary>
    public string Bird(string question)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.ReceiveTimeout = 2_000;
            socket.Connect(new UnixDomainSocketEndPoint(Space.PathOf("bird.ctl")));
            var text = new StringBuilder();
            var buffer = new byte[65_536];
            text.Append(Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer)));
            socket.Send(Encoding.ASCII.GetBytes(question + "\n"));
            for (var begin = text.Length; !IsOver(text.ToString(begin, text.Length - begin));)
            {
                var length = socket.Receive(buffer);
                if (length == 0)
                    break;
                text.Append(Encoding.ASCII.GetString(buffer, 0, length));
            }

            return text.ToString();
        }
        catch (SocketException error)
        {
            return error.Message;
        }
    }

    public string Rules() => Bird("show route table flowtab4 all");

    public string Log(string name) => File.Exists(Space.PathOf(name + ".log")) ? File.ReadAllText(Space.PathOf(name + ".log")) : "";

    public void AwaitSession() => Space.Await("the session", _patience, () => Bird("show protocols breakwater"), static said => said.Contains("Established", StringComparison.Ordinal));

    /// <summary>
    /// Waits until quiet traffic of a minute that is over stands in the samples: in the attack's own minute the attack crowds it out. What is of the last
    /// moments before the attack is not looked at, so there is some more of it, and a slow machine has told of all of it by then.
    /// </summary>
    public static void AwaitHistory()
    {
        var now = TimeProvider.System.GetUtcNow();
        var begin = now.AddSeconds((FilterQuestion.GuardNanoseconds / 1e9) + 15);
        var minute = begin.AddSeconds(62 - begin.Second);
        Thread.Sleep(minute - now);
    }

    public void Signal(string signal) => Space.Ask("kill", $"-{signal}", Program.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Ends the program for an upgrade, and starts it again when it has gone.</summary>
    public void Upgrade()
    {
        Signal("USR2");
        Assert.True(Program.WaitForExit(_patience), "the program does not end");
        StartProgram();
    }

    /// <summary>Proposes a filter and approves it; it stands in BIRD when that says so.</summary>
    /// <returns>Its id.</returns>
    public string Approve(string rule, string service)
    {
        var (code, said) = Command("mitigations", "propose", rule, "--service", service, "--format", "json");
        Assert.True(code == 0, said);
        var id = said[said.IndexOf("mit-", StringComparison.Ordinal)..];
        id = id[..id.IndexOf('"', StringComparison.Ordinal)];
        (code, said) = Command("mitigations", "approve", id, "--why", "test");
        Assert.True(code == 0, said);
        return id;
    }

    /// <summary>Waits until BIRD holds a rule for a host, or none at all.</summary>
    public TimeSpan Await(bool isThere, TimeSpan patience, string what)
    {
        var watch = Stopwatch.StartNew();
        Space.Await(what, patience, Rules, said => said.Contains("flow4 {", StringComparison.Ordinal) == isThere);
        return watch.Elapsed;
    }

    /// <summary>Time from the first datagram of an attack on a host to its rule in BIRD.</summary>
    public TimeSpan AwaitRule(int host)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"dst 10.{host}.0.7/32;");
        var watch = Stopwatch.StartNew();
        while (!Rules().Contains(target, StringComparison.Ordinal))
        {
            if (watch.Elapsed > _patience)
                Assert.Fail($"no rule for host {host}; BIRD: {Rules()}\n{Space.Logs()}\n{Command("response", "test").Output}\n{Command("mitigations", "list").Output}\n{Simulation()}\n{Timeline()}");
            Thread.Sleep(TimeSpan.FromMilliseconds(2));
        }

        var seen = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(long.Parse(File.ReadAllText(Space.PathOf(string.Create(CultureInfo.InvariantCulture, $"started-{host}"))), CultureInfo.InvariantCulture), seen);
    }

    /// <summary>What the journal has, a line each.</summary>
    public string Timeline() => string.Join('\n', new JournalReader(Space.PathOf("data")).Entries(0, 1_000).Where(static entry => entry.Kind != EntryKind.Health).Select(static entry =>
        $"{entry.At:HH:mm:ss.fff} {entry.Kind} {entry.Subject} {(entry.Data.Length > 200 ? entry.Data[^200..] : entry.Data)}"));

    /// <summary>What would be done about the newest incident, and why not.</summary>
    public string Simulation()
    {
        var newest = Command("incidents").Output.Split(' ')[0];
        return Command("mitigations", "simulate", "--incident", newest).Output;
    }

    public void Dispose() => Space.Dispose();

    /// <summary>The last line of an answer has a code and a space.</summary>
    private static bool IsOver(string text) => text.EndsWith('\n') && text.Split('\n')[^2] is { Length: > 4 } last && last[4] == ' ' && last[..4].All(char.IsAsciiDigit);

    private static string Configuration(string response, string peer)
    {
        var services = string.Join('\n', Enumerable.Range(0, TelemetryChild.Hosts).Select(static host => string.Create(CultureInfo.InvariantCulture, $"  - {{name: s{host}, addresses: [10.{host}.0.0/24]}}")));
        return $$"""
            version: 1
            listen: {telemetry: ["127.0.0.1:6343"], api: "127.0.0.1:8686"}
            storage: {folder: data}
            exporters:
              - {name: edge, address: 127.0.0.1}
            detection: {quiet: 10s}
            services:
            {{services}}
            response:
              asNumber: 65001
              routerId: 10.0.0.1
              peers:
                - {name: bird, address: 10.99.0.2, peerAs: 65003, password: a long key, hops: 2, profile: bird{{peer}}}
            {{response}}
            """;
    }
}
