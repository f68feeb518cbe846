using System.Diagnostics;
using System.Globalization;
using Breakwater.Tests.Response.Nftables;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Response;

/// <summary>Graceful restart (RFC 4724) with routers that help: an upgrade leaves no gap, and every other end is over within the restart time. What holds is read from the routers.</summary>
[Trait("Tier", "daemon")]
public sealed class GracefulRestartTests
{
    private const string Page = "docs/how-to/announce-to-bird.md";
    private const string Prefix = "10.5.0.9/32";
    private static readonly string[] _settings = ["password=a long key", "hops=2", "hold=3"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(40);
    private static readonly FrameContents _attack = static (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(Address.Parse("198.51.100.9"), Address.Parse("10.5.0.9")));
        writer.Udp(123, 443);
        writer.Filler(400);
    };

    /// <summary>The next start brings back one rule: that one is never absent, and the others go with the mark at the end of the table.</summary>
    [Fact]
    public void Upgrade_RuleThatComesBackIsNeverAbsent_AndTheOthersGoWithTheMark()
    {
        using var space = Router();
        Stand(space, "restart=30");
        using var watch = new PresenceWatch(() => RouterRules.CountInBird(Routes(space)) > 0);
        File.WriteAllText(space.PathOf("leave"), "");
        space.Await("BIRD keeps the rules", _patience, () => Protocol(space), static said => !said.Contains("Established", StringComparison.Ordinal));
        Assert.Equal(RouterRules.All.Length, RouterRules.CountInBird(Routes(space)));
        File.Delete(space.PathOf("leave"));
        SpeakerChild.Rules(space, RouterRules.All[..1]);
        SpeakerChild.Start(space, 65003, [.. _settings, "restart=30"]);
        space.Await("one rule left", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == 1);
        Assert.Contains("Established", Protocol(space), StringComparison.Ordinal);
        watch.Dispose();
        Assert.True(watch.Asked >= 10, $"asked {watch.Asked} times");
        Assert.Equal(0, watch.Missing);
    }

    /// <summary>Nobody comes back: killed, the rules stand for the restart time of 6 s and no longer; hung or cut off, for the hold time of 3 s; stopped in order, not at all.</summary>
    [Theory]
    [InlineData("KILL", 4, 8)]
    [InlineData("left", 4, 8)]
    [InlineData("STOP", 0, 5)]
    [InlineData("cable", 0, 5)]
    [InlineData("stopped in order", 0, 2)]
    public void Speaker_Gone_RulesGoWithinTheRestartTime(string how, int least, int most)
    {
        using var space = Router();
        var speaker = Stand(space, "restart=6");
        var watch = Stopwatch.StartNew();
        switch (how)
        {
            case "cable":
                space.SetCable(isUp: false);
                break;
            case "left" or "stopped in order":
                File.WriteAllText(space.PathOf(how == "left" ? "leave" : "stop"), "");
                break;
            default:
                space.Ask("kill", $"-{how}", speaker.Id.ToString(CultureInfo.InvariantCulture));
                break;
        }

        space.Await("nothing left", TimeSpan.FromSeconds(most), () => Routes(space), static said => !said.Contains("Type: BGP", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{how}: gone after {watch.Elapsed.TotalSeconds:0.0} s"));
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(least), $"gone after {watch.Elapsed}");
    }

    /// <summary>
    /// The program upgraded under attack, with a rule and a blackhole of people: with graceful restart neither is absent in BIRD, and the kernel behind it passes no packet. The
    /// twin without it sees the gap by both.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Program_UpgradedUnderAttack_FiltersAreNeverAbsent(bool isGraceful)
    {
        using var served = Forwarding("  lease: 60s\n", isGraceful ? ", gracefulRestart: 30s" : "");
        TelemetryChild.Attack(served.Space, 5);
        served.Approve("destination 10.5.0.7/32 protocol 17 source-port 123 then discard", "s5");
        served.Approve($"destination {Prefix} then blackhole", "s5");
        using var frames = new Flood(served.Space);
        served.Space.Await("both stand", _patience, () => served.Rules() + served.Bird("show route"), static said => said.Contains("flow4 {", StringComparison.Ordinal) && said.Contains(Prefix, StringComparison.Ordinal));
        frames.Send(TimeSpan.FromSeconds(1));
        var before = frames.Passed();
        using var rule = new PresenceWatch(() => served.Rules().Contains("flow4 {", StringComparison.Ordinal));
        using var blackhole = new PresenceWatch(() => served.Bird("show route").Contains(Prefix, StringComparison.Ordinal));
        using (var sending = new Repeated(() => frames.Send(TimeSpan.FromMilliseconds(100))))
        {
            served.Upgrade();
            served.AwaitSession();
            Thread.Sleep(TimeSpan.FromSeconds(3));
        }

        rule.Dispose();
        blackhole.Dispose();
        var (passed, sent) = (frames.Passed() - before, frames.Sent);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"rule absent {rule.Gone.TotalSeconds:0.00} s in {rule.Asked} questions, blackhole absent {blackhole.Gone.TotalSeconds:0.00} s in {blackhole.Asked}; {passed} of {sent} packets passed"));
        Assert.True(rule.Asked > 50 && blackhole.Asked > 50 && sent > 500, "hardly asked or sent");
        Assert.Equal((isGraceful, isGraceful, isGraceful), (rule.Missing == 0, blackhole.Missing == 0, passed == 0));
        served.Space.Await("both stand again", _patience, () => served.Rules() + served.Bird("show route"), static said => said.Contains("flow4 {", StringComparison.Ordinal) && said.Contains(Prefix, StringComparison.Ordinal));
    }

    /// <summary>Ten leases long the kernel behind BIRD passes not one packet; when the blackhole is taken back, the same flood passes.</summary>
    [Fact]
    public void Blackhole_HeldForTenLeases_PassesNotOnePacket()
    {
        using var served = Forwarding("  lease: 10s\n", "");
        using var frames = new Flood(served.Space);
        frames.Send(TimeSpan.FromSeconds(1));
        Assert.Equal(frames.Sent, frames.Passed());
        var id = served.Approve($"destination {Prefix} then blackhole", "s5");
        served.Space.Await("it stands in the kernel", _patience, () => served.Space.Ask("ip", "route"), static said => said.Contains("blackhole 10.5.0.9", StringComparison.Ordinal));
        var (before, sent) = (frames.Passed(), frames.Sent);
        frames.Send(TimeSpan.FromSeconds(100));
        var passed = frames.Passed() - before;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} of {frames.Sent - sent} packets passed in ten leases of 10 s"));
        Assert.Equal(0, passed);
        Assert.Equal(0, served.Command("mitigations", "withdraw", id, "--why", "enough").Code);
        served.Space.Await("it has gone from the kernel", _patience, () => served.Space.Ask("ip", "route"), static said => !said.Contains("blackhole 10.5.0.9", StringComparison.Ordinal));
        frames.Send(TimeSpan.FromSeconds(1));
        Assert.True(frames.Passed() > before, "nothing passes without the blackhole: the counter sees nothing");
    }

    private static ServedRouter Forwarding(string response, string peer)
    {
        var served = ServedRouter.Start(response, peer, "\nprotocol kernel { ipv4 { export all; import none; }; }\n");
        served.AwaitSession();
        return served;
    }

    private static RouterNamespace Router()
    {
        var space = RouterNamespace.Make("ip", "bird", "birdc");
        File.WriteAllText(space.PathOf("bird.conf"), RouterRules.Configuration(Page));
        space.StartRouter("bird", "bird", "-f", "-c", space.PathOf("bird.conf"), "-s", space.PathOf("bird.ctl"), "-P", space.PathOf("bird.pid"));
        return space;
    }

    private static Process Stand(RouterNamespace space, string restart)
    {
        SpeakerChild.Rules(space, RouterRules.All);
        var speaker = SpeakerChild.Start(space, 65003, [.. _settings, restart]);
        space.Await("rules in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
        return speaker;
    }

    private static string Routes(RouterNamespace space) => space.Ask("birdc", "-s", space.PathOf("bird.ctl"), "show", "route", "table", "all", "all");

    private static string Protocol(RouterNamespace space) => space.Ask("birdc", "-s", space.PathOf("bird.ctl"), "show", "protocols", "breakwater");

    /// <summary>Runs something again and again on a thread of its own.</summary>
    private sealed class Repeated : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _isOver;

        public Repeated(Action act)
        {
            _thread = new Thread(() =>
            {
                while (!_isOver)
                    act();
            })
            { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            _isOver = true;
            _thread.Join();
        }
    }

    /// <summary>Packets for the attacked host, sent at the router from its other end of the cable; those that it forwards are counted at a hook that a blackhole keeps them from.</summary>
    private sealed class Flood : IDisposable
    {
        private readonly RouterNamespace _space;
        private readonly NetworkNamespace.FrameSender _frames;
        private readonly byte[] _frame = new byte[600];
        private readonly int _length;

        public Flood(RouterNamespace space)
        {
            _space = space;
            foreach (var command in new[]
            {
                "sysctl -qw net.ipv4.ip_forward=1", "ip link add d0 type veth peer name d1", "ip link set d0 up", "ip link set d1 up", "ip route add 10.5.0.0/24 dev d0",
                "ip neigh add 10.5.0.9 lladdr 02:00:00:00:00:02 dev d0", "ip route add 198.51.100.0/24 dev v1",
            })
                Assert.Equal("", space.Ask(command.Split(' ')));
            File.WriteAllText(space.PathOf("probe.nft"), "table inet probe {\n counter passed { }\n chain forwarded { type filter hook forward priority 0; ip daddr 10.5.0.9 counter name passed; }\n}\n");
            Assert.Equal("", space.Ask("nft", "-f", space.PathOf("probe.nft")));
            var mac = Convert.ToUInt64(space.Ask("cat", "/sys/class/net/v1/address").Trim().Replace(":", "", StringComparison.Ordinal), 16);
            _frames = NetworkNamespace.Frames(space.Speaker, "v0");
            var writer = new PacketWriter(_frame);
            writer.Ethernet(mac, 0x020000000001);
            _attack(ref writer);
            Assert.True(writer.TryFinish(out _length));
        }

        public long Sent { get; private set; }

        public void Send(TimeSpan time)
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
            {
                for (var i = 0; i < 20; i++, Sent++)
                    _frames.Send(_frame.AsSpan(0, _length));
                Thread.Sleep(TimeSpan.FromMilliseconds(10));
            }
        }

        public long Passed()
        {
            var words = _space.Ask("nft", "list", "counter", "inet", "probe", "passed").Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return long.Parse(words[Array.IndexOf(words, "packets") + 1], CultureInfo.InvariantCulture);
        }

        public void Dispose() => _frames.Dispose();
    }
}
