using System.Diagnostics;
using System.Globalization;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>Builds one frame after its Ethernet header.</summary>
internal delegate void FrameContents(ref PacketWriter writer);

/// <summary>
/// A host behind a cable with the agent at its end, in namespaces of their own. What passes the agent is counted by a table of the test's at a later hook, so it is known
/// without asking the agent.
/// </summary>
internal sealed class HostRig : IDisposable
{
    public const string Device = "v1";
    private const string Probe = "inet probe";
    private const int ClientNetworks = 12;
    private readonly ulong _mac;

    private HostRig(RouterNamespace space)
    {
        Space = space;
        _mac = Convert.ToUInt64(space.Ask("cat", $"/sys/class/net/{Device}/address").Trim().Replace(":", "", StringComparison.Ordinal), 16);
        Frames = NetworkNamespace.Frames(space.Speaker, "v0");
        File.WriteAllText(space.PathOf("probe.nft"), $"table {Probe} {{\n counter passed {{ }}\n chain pre {{ type filter hook prerouting priority -400; ip daddr 203.0.113.0/24 counter name passed drop; ip6 daddr 2001:db8::/32 counter name passed drop; }}\n}}\n");
        Assert.Equal("", Nft("-f", space.PathOf("probe.nft")));
    }

    public RouterNamespace Space { get; }

    public NetworkNamespace.FrameSender Frames { get; }

    public string SocketPath => Space.PathOf("agent.sock");

    public static HostRig Make() => new(RouterNamespace.Make("ip", "nft"));

    /// <summary>The agent as a process; returns when it answers.</summary>
    public Process StartAgent(params string[] more)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "breakwater");
        var process = Space.StartRouter("agent", [program, "agent", "--socket", SocketPath, "--interface", Device, "--prefix", "203.0.113.0/24", "--prefix", "2001:db8::/32", "--prefix", "10.99.0.0/24", .. more]);
        Space.Await("the agent", TimeSpan.FromSeconds(30), () => File.Exists(Space.PathOf("agent.log")) ? File.ReadAllText(Space.PathOf("agent.log")) : "", static said => said.Contains("asked on", StringComparison.Ordinal));
        return process;
    }

    /// <summary>A plane that has spoken to the agent.</summary>
    public NftablesPlane Plane()
    {
        var plane = new NftablesPlane(SocketPath, TimeProvider.System);
        Until(() => plane.Health.IsConnected, "the plane has its agent");
        return plane;
    }

    /// <summary>Sets a rule and waits until the agent has it.</summary>
    public static FilterRule Set(NftablesPlane plane, string text, TimeSpan lease)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        Assert.Null(plane.Set(rule, lease));
        Until(() => plane.AnnouncedTo(rule) == 1, $"the agent has {text}");
        return rule;
    }

    /// <summary>Of many networks: one alone says nothing about a filter.</summary>
    public static string[] ClientAddresses(int count) => [.. Enumerable.Range(0, count).Select(static number => string.Create(CultureInfo.InvariantCulture, $"10.99.{1 + (number % ClientNetworks)}.{100 + (number / ClientNetworks)}"))];

    /// <summary>More addresses at the other end of the cable.</summary>
    public void AddSpeakerAddresses(IEnumerable<string> addresses)
    {
        Assert.Equal("", Space.Ask("ip", "route", "add", "10.99.0.0/16", "dev", Device));
        foreach (var address in addresses)
            Assert.Equal("", Space.AskSpeaker("ip", "addr", "add", address + "/24", "dev", "v0"));
    }

    public void Send(int count, FrameContents contents)
    {
        Span<byte> buffer = stackalloc byte[2048];
        var writer = new PacketWriter(buffer);
        writer.Ethernet(_mac, 0x020000000001);
        contents(ref writer);
        Assert.True(writer.TryFinish(out var length));
        for (var i = 0; i < count; i++)
            Frames.Send(buffer[..length]);
    }

    /// <summary>Packets to the documentation prefixes that came behind the agent's hook.</summary>
    public long Passed()
    {
        var said = Nft("list", "counter", "inet", "probe", "passed");
        var words = said.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[Array.IndexOf(words, "packets") + 1], CultureInfo.InvariantCulture);
    }

    /// <summary>The agent's table as the kernel has it; empty when there is none.</summary>
    public string Table() => Nft("list", "table", "netdev", "breakwater") is var said && said.Contains("No such file", StringComparison.Ordinal) ? "" : said;

    public string Nft(params string[] arguments) => Space.Ask(["nft", .. arguments]);

    public void Signal(Process process, string signal) => Space.Ask("kill", $"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture));

    /// <param name="condition">What has to hold.</param>
    /// <param name="what">Its words.</param>
    /// <param name="seconds">How long it is waited for.</param>
    /// <param name="pause">Seconds between two looks: what starts a process to look is not to keep the machine busy.</param>
    /// <param name="seen">What there is instead, where it does not come.</param>
    public static void Until(Func<bool> condition, string what, double seconds = 15, double pause = 0.02, Func<string>? seen = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed >= TimeSpan.FromSeconds(seconds))
                Assert.Fail($"not within {seconds} s: {what}; {seen?.Invoke()}");
            Thread.Sleep(TimeSpan.FromSeconds(pause));
        }
    }

    public void Dispose()
    {
        Frames.Dispose();
        Space.Dispose();
    }
}
