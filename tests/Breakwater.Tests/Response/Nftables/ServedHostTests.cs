using System.Diagnostics;
using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>The program with its configuration beside the agent: what a person approves stands in the kernel, and goes. The state is read from nft.</summary>
[Trait("Tier", "daemon")]
public sealed class ServedHostTests
{
    private const string Rule = "destination 203.0.113.7/32 protocol 17 source-port 53 then discard";
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(10);
    private static readonly FrameContents _attack = static (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(Address.Parse("198.51.100.9"), Address.Parse("203.0.113.7")));
        writer.Udp(53, 443);
        writer.Filler(400);
    };

    private static string ProgramPath => Path.Combine(AppContext.BaseDirectory, "breakwater");

    /// <summary>Nothing before it is approved, all packets while it stands, none after it is withdrawn; the commands tell what the agent counted.</summary>
    [Fact]
    public void Mitigation_Approved_Stands_UntilItIsWithdrawn()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        Serve(rig);
        HostRig.Until(() => Command(rig, "response", "test") is (0, var said) && said.Contains($"reachable    yes, at {HostRig.Device}", StringComparison.Ordinal), "serve has its agent", 30);
        Assert.Contains("mit-1", Command(rig, "mitigations", "propose", Rule, "--service", "web", "--lease", "10s").Output, StringComparison.Ordinal);
        rig.Send(10, _attack);
        HostRig.Until(() => rig.Passed() == 10, "what is proposed drops nothing");
        Assert.DoesNotContain("drop", rig.Table(), StringComparison.Ordinal);

        Assert.Equal(0, Command(rig, "mitigations", "approve", "mit-1").Code);
        HostRig.Until(() => Holds(rig), "it stands in the kernel");
        var watch = Stopwatch.StartNew();
        var sent = 0;
        // Longer than its lease: it is renewed.
        while (watch.Elapsed < _lease * 1.3)
        {
            rig.Send(100, _attack);
            sent += 100;
            Thread.Sleep(TimeSpan.FromMilliseconds(20));
        }

        HostRig.Until(() => List(rig).Contains("still arriving (the filter meets", StringComparison.Ordinal), $"the list tells what still arrives\n{List(rig)}");
        Assert.Equal(10, rig.Passed());
        HostRig.Until(() => List(rig).Contains($"hosts dropped {sent} packets, gone (the filter meets", StringComparison.Ordinal), $"the list tells that nothing arrives any more\n{List(rig)}", 30);
        var tested = Command(rig, "response", "test").Output;
        Assert.Contains("enforced     1 of 1 filters, 0 refused", tested, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"dropped      {sent} of {sent} packets"), tested, StringComparison.Ordinal);

        Assert.Equal(0, Command(rig, "mitigations", "withdraw", "mit-1").Code);
        HostRig.Until(() => !rig.Table().Contains("drop", StringComparison.Ordinal), "it is gone from the kernel", 3);
        rig.Send(10, _attack);
        HostRig.Until(() => rig.Passed() == 20, "packets pass again");
    }

    /// <summary>Killed, it renews nothing: the kernel takes the filter out within its lease, and the agent that lives on cleans up.</summary>
    [Fact]
    public void Serve_Killed_FilterIsGoneWithinItsLease()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        var serve = Serve(rig);
        HostRig.Until(() => Command(rig, "response", "test").Code == 0, "serve has its agent", 30);
        Command(rig, "mitigations", "propose", Rule, "--service", "web", "--lease", "10s");
        Assert.Equal(0, Command(rig, "mitigations", "approve", "mit-1").Code);
        HostRig.Until(() => Holds(rig), "it stands in the kernel");
        Thread.Sleep(_lease * 1.2);
        rig.Send(10, _attack);
        Assert.True(Holds(rig), "while serve lives it is renewed");
        rig.Signal(serve, "KILL");
        serve.WaitForExit();
        var watch = Stopwatch.StartNew();
        Assert.True(Holds(rig), "it outlives serve");
        HostRig.Until(() => !Holds(rig), "it is gone within its lease", _lease.TotalSeconds + 0.5);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gone {watch.Elapsed.TotalSeconds:0.0} s after the kill, of a lease of {_lease.TotalSeconds} s"));
        Assert.Equal(0, rig.Passed());
        rig.Send(10, _attack);
        HostRig.Until(() => rig.Passed() == 10, "packets pass again");
    }

    /// <summary>Without an agent the test of the response says so and fails.</summary>
    [Fact]
    public void Agent_Absent_IsTold()
    {
        using var rig = HostRig.Make();
        Serve(rig);
        var (code, said) = Command(rig, "response", "test");
        Assert.NotEqual(0, code);
        Assert.Contains("reachable    no: no agent answers on", said, StringComparison.Ordinal);
    }

    private static Process Serve(HostRig rig) => Serve(rig, $$"""
        version: 1
        listen: {telemetry: ["127.0.0.1:6343"], api: "127.0.0.1:8686"}
        storage: {folder: data}
        services: [{name: web, addresses: [203.0.113.0/24]}]
        response: {mode: automatic, lease: 10s, hosts: [{name: edge, socket: {{rig.SocketPath}}}]}
        """);

    /// <summary>Starts the program with a configuration; returns when it serves.</summary>
    internal static Process Serve(HostRig rig, string configuration)
    {
        File.WriteAllText(Config(rig), configuration);
        var process = rig.Space.StartRouter("serve", ProgramPath, "serve", "--config", Config(rig));
        rig.Space.Await("the engine serves", TimeSpan.FromSeconds(60), () => File.Exists(rig.Space.PathOf("serve.log")) ? File.ReadAllText(rig.Space.PathOf("serve.log")) : "", static said => said.Contains("pages and API on", StringComparison.Ordinal));
        return process;
    }

    private static string Config(HostRig rig) => rig.Space.PathOf("breakwater.yaml");

    /// <summary>The kernel has the filter, and the element without which no packet reaches it.</summary>
    private static bool Holds(HostRig rig) => rig.Table() is var table && table.Contains("drop", StringComparison.Ordinal) && table.Contains("elements = { 203.0.113.7 timeout", StringComparison.Ordinal);

    private static string List(HostRig rig) => Command(rig, "mitigations", "list").Output;

    /// <summary>What a command answers; the local socket is a file, so it reaches the other namespace.</summary>
    internal static (int Code, string Output) Command(HostRig rig, params string[] arguments)
    {
        var start = new ProcessStartInfo(ProgramPath, [.. arguments, "--config", Config(rig)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
