using System.Diagnostics;
using System.Globalization;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>Nothing outlives its lease, whatever happens to the agent or to who asks it; and nothing lapses that is renewed. The state is read from nft.</summary>
[Trait("Tier", "daemon")]
public sealed class HostLeaseTests
{
    private const string Rule = "destination 203.0.113.7/32 protocol 17 source-port 53 then discard";

    /// <summary>Prefixes, which the kernel keeps as intervals: both ends have to be refreshed together.</summary>
    private const string WideRule = "destination 203.0.113.0/24 source 198.51.100.0/24 protocol 17 source-port 53 then discard";
    private static readonly FrameContents _attack = static (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(Address.Parse("198.51.100.9"), Address.Parse("203.0.113.7")));
        writer.Udp(53, 443);
        writer.Filler(400);
    };

    private static readonly TimeSpan _short = TimeSpan.FromSeconds(2);

    /// <summary>Killed or halted, the agent leaves a filter that drops until its lease ends and not after; stopped in order, none.</summary>
    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    [InlineData("TERM")]
    public async Task Agent_Gone_FilterLapsesWithinItsLease(string signal)
    {
        var lease = TimeSpan.FromSeconds(4);
        using var rig = HostRig.Make();
        var agent = rig.StartAgent();
        await using var plane = rig.Plane();
        HostRig.Set(plane, Rule, lease);
        var watch = Stopwatch.StartNew();
        rig.Signal(agent, signal);
        if (signal == "TERM")
        {
            HostRig.Until(() => rig.Table().Length == 0, "the table is gone", 3);
            HostRig.Until(() => agent.HasExited, "the agent has ended");
            Assert.Equal(0, agent.ExitCode);
        }
        else
        {
            // It still stands: an end that always looks gone would show nothing.
            rig.Send(10, _attack);
            Assert.Equal((0, true), (rig.Passed(), watch.Elapsed < lease));
            Assert.Contains("elements", rig.Table(), StringComparison.Ordinal);
            HostRig.Until(() => !rig.Table().Contains("elements", StringComparison.Ordinal), "the element lapsed", 6);
        }

        var before = rig.Passed();
        rig.Send(10, _attack);
        HostRig.Until(() => rig.Passed() - before == 10, "packets pass again");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{signal}: gone after {watch.Elapsed.TotalSeconds:0.0} s of a lease of {lease.TotalSeconds} s"));
        if (signal != "STOP")
            return;
        // What it holds by its own book has lapsed meanwhile; it says so and cleans up.
        rig.Signal(agent, "CONT");
        HostRig.Until(() => !rig.Table().Contains("chain f", StringComparison.Ordinal), "the halted agent cleans up");
    }

    /// <summary>An agent that starts again throws away what the one before left, and gets what is still wanted.</summary>
    [Fact]
    public async Task Agent_StartedAgain_HoldsWhatIsWanted_AndNothingElse()
    {
        using var rig = HostRig.Make();
        var agent = rig.StartAgent();
        await using var plane = rig.Plane();
        var wanted = HostRig.Set(plane, Rule, TimeSpan.FromSeconds(60));
        var unwanted = HostRig.Set(plane, "destination 203.0.113.8/32 then discard", TimeSpan.FromSeconds(60));
        rig.Signal(agent, "KILL");
        HostRig.Until(() => !plane.Health.IsConnected && plane.AnnouncedTo(wanted) == 0, "the plane knows that its agent is gone");
        plane.Clear(unwanted);
        Assert.Contains("203.0.113.8", rig.Table(), StringComparison.Ordinal);
        File.Delete(rig.Space.PathOf("agent.log"));
        rig.StartAgent();
        HostRig.Until(() => plane.AnnouncedTo(wanted) == 1, "the new agent has what is wanted");
        Assert.DoesNotContain("203.0.113.8", rig.Table(), StringComparison.Ordinal);
        rig.Send(10, _attack);
        HostRig.Until(() => plane.Counters(wanted) is { Counters.DroppedPackets: 10 }, "it drops");
        Assert.Equal(0, rig.Passed());
    }

    /// <summary>Ten leases long, renewed as the ledger does (after a third), under a flood: not one packet. Without renewals they pass.</summary>
    [Theory]
    [InlineData(Rule, true)]
    [InlineData(Rule, false)]
    [InlineData(WideRule, true)]
    [InlineData(WideRule, false)]
    public async Task Filter_HeldForTenLeases_PassesNotOnePacket(string text, bool isRenewed)
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        var rule = HostRig.Set(plane, text, _short);
        var watch = Stopwatch.StartNew();
        var (sent, renewedAt) = (0L, TimeSpan.Zero);
        while (watch.Elapsed < _short * (isRenewed ? 10 : 2))
        {
            rig.Send(100, _attack);
            sent += 100;
            Thread.Sleep(TimeSpan.FromMilliseconds(10));
            if (!isRenewed || watch.Elapsed - renewedAt < _short / 3)
                continue;
            Assert.Null(plane.Set(rule, _short));
            renewedAt = watch.Elapsed;
        }

        var passed = rig.Passed();
        Assert.Equal(isRenewed, passed == 0);
        if (isRenewed)
            HostRig.Until(() => plane.Set(rule, _short) is null && plane.Counters(rule) is { } counted && counted.Counters.DroppedPackets == sent, "all are counted as dropped");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} sent, {passed} passed in {watch.Elapsed.TotalSeconds:0.0} s"));
    }

    /// <summary>Who asked goes away without a word: the lease ends it, although the agent lives.</summary>
    [Fact]
    public async Task Asker_Gone_FilterLapsesAndTheAgentCleansUp()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        var plane = rig.Plane();
        HostRig.Set(plane, Rule, _short);
        await plane.DisposeAsync();
        rig.Send(10, _attack);
        Assert.Equal(0, rig.Passed());
        HostRig.Until(() => !rig.Table().Contains("chain f", StringComparison.Ordinal), "the agent cleaned up", 8);
        rig.Send(10, _attack);
        HostRig.Until(() => rig.Passed() == 10, "packets pass again");
    }

    /// <summary>Somebody flushes all tables of the host: the next renewal writes ours again.</summary>
    [Fact]
    public async Task Table_FlushedBySomebody_IsWrittenAgain()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        HostRig.Set(plane, Rule, TimeSpan.FromSeconds(60));
        rig.Nft("delete", "table", "netdev", "breakwater");
        Assert.Equal("", rig.Table());
        HostRig.Until(() => rig.Table().Contains("elements", StringComparison.Ordinal), "it stands again", 5);
        rig.Send(10, _attack);
        Assert.Equal(0, rig.Passed());
    }

    /// <summary>What others have in their tables is the same before, while and after the agent runs.</summary>
    [Fact]
    public async Task Tables_OfOthers_AreNotTouched()
    {
        using var rig = HostRig.Make();
        Assert.Equal("", rig.Nft("add", "table", "netdev", "other"));
        Assert.Equal("", rig.Nft("add", "chain", "netdev", "other", "c", "{ type filter hook ingress device v1 priority 0; }"));
        var before = Others(rig);
        var agent = rig.StartAgent();
        await using var plane = rig.Plane();
        HostRig.Set(plane, Rule, TimeSpan.FromSeconds(60));
        Assert.Equal(before, Others(rig));
        rig.Signal(agent, "TERM");
        HostRig.Until(() => rig.Table().Length == 0, "the table is gone");
        Assert.Equal(before, Others(rig));
        rig.Nft("add", "rule", "netdev", "other", "c", "drop");
        Assert.NotEqual(before, Others(rig));
        Assert.Equal(2, rig.Nft("list", "tables").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static string Others(HostRig rig) => rig.Nft("list", "table", "inet", "probe") + rig.Nft("list", "table", "netdev", "other");
}
