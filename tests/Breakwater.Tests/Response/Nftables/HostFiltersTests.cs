using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Breakwater.Detection;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Tests.Live;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>The agent's book and its protocol, against a simulated kernel: no root needed.</summary>
public sealed class HostFiltersTests : IDisposable
{
    private static readonly ImmutableArray<Prefix> _prefixes = [PrefixOf("203.0.113.0/24"), PrefixOf("2001:db8::/32"), PrefixOf("10.0.0.0/8")];
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("breakwater-agent-").FullName;

    [Theory]
    [InlineData("destination 203.0.113.7/32 then discard", null)]
    [InlineData("destination 2001:db8::/32 then discard", null)]
    [InlineData("destination 198.51.100.1/32 then discard", "198.51.100.1/32 is outside the agent's prefixes")]
    [InlineData("destination 203.0.112.0/23 then discard", "203.0.112.0/23 is outside the agent's prefixes")]
    [InlineData("destination 10.0.0.0/15 then discard", "10.0.0.0/15 is too wide")]
    [InlineData("destination 10.0.0.0/16 then discard", null)]
    [InlineData("destination 2001:d00::/24 then discard", "2001:d00::/24 is too wide")]
    [InlineData("destination 0.0.0.0/0 then discard", "0.0.0.0/0 is too wide")]
    [InlineData("destination 203.0.113.7/32 source 0.0.0.0/0 then discard", "the source is everything")]
    [InlineData("destination 203.0.113.7/32 then rate-limit 18000000001", "the kernel limits to 18000000000 bytes per second at most")]
    [InlineData("destination 2001:db8::8/128 packet-length 20-30 then discard", "no packet can have such a length")]
    public void Guard_RefusesWhatIsNotItsOwn(string text, string? fault)
    {
        Assert.Equal(fault, new AgentGuard(_prefixes, 10).Fault(Rule(text), _lease, 0));
    }

    [Fact]
    public void Guard_RefusesTooManyAndTooLong()
    {
        var guard = new AgentGuard(_prefixes, 10);
        var rule = Rule("destination 203.0.113.7/32 then discard");
        Assert.Null(guard.Fault(rule, TimeSpan.FromSeconds(300), 9));
        Assert.Equal("10 rules are set already, and no more are allowed", guard.Fault(rule, _lease, 10));
        Assert.Equal("a lease lasts up to 300 s", guard.Fault(rule, TimeSpan.FromSeconds(301), 0));
        Assert.Equal("a lease lasts up to 300 s", guard.Fault(rule, TimeSpan.Zero, 0));
        Assert.Equal(AgentGuard.MaxRules, new AgentGuard(_prefixes, int.MaxValue).MostRules);
    }

    [Fact]
    public void Table_IsWhatTheManualOfNftSays()
    {
        var text = new StringBuilder();
        var one = new HostFilter(1, Rule("destination 203.0.113.0/25 protocol 17 source-port 53 then rate-limit 1000"));
        var two = new HostFilter(2, Rule("destination 2001:db8::7/128 then discard"));
        NftTable.Add(text, one, TimeSpan.FromSeconds(1.5));
        NftTable.Renew(text, two, _lease);
        NftTable.Jumps(text, [one, two]);
        NftTable.Remove(text, two);
        Assert.Equal(
            """
            add set netdev breakwater s1 { type ipv4_addr; flags timeout; }
            add chain netdev breakwater f1
            add rule netdev breakwater f1 ip frag-off & 0x1fff != 0 return
            add rule netdev breakwater f1 meta l4proto 17 udp sport 53 counter limit rate over 1000 bytes/second counter drop
            add element netdev breakwater s1 { 203.0.113.0 timeout 1500ms }
            add element netdev breakwater s2 { 2001:db8::7 timeout 60000ms }
            delete element netdev breakwater s2 { 2001:db8::7 }
            add element netdev breakwater s2 { 2001:db8::7 timeout 60000ms }
            flush chain netdev breakwater ingress
            add rule netdev breakwater ingress ip daddr & 255.255.255.128 @s1 jump f1
            add rule netdev breakwater ingress ip6 daddr @s2 jump f2
            delete chain netdev breakwater f2
            delete set netdev breakwater s2

            """, text.ToString());
    }

    /// <summary>Chains that no packet reaches are no filters: what differs at the hook is written anew, and told where that does not help.</summary>
    [Fact]
    public async Task Hook_ThatIsNotWhatWasWritten_IsWrittenAnew()
    {
        var nft = new SimulatedNft(new ManualTime(0));
        using var filters = Filters(nft, new ManualTime(0));
        await filters.Start();
        await filters.Set([(Rule("destination 203.0.113.7/32 then discard"), _lease)]);
        Assert.Null((await filters.Counters()).Fault);
        var before = nft.Transactions;
        Assert.Null((await filters.Counters()).Fault);
        Assert.Equal(before, nft.Transactions);
        nft.FlushHook();
        Assert.Empty(nft.Live);
        Assert.Null((await filters.Counters()).Fault);
        Assert.Equal((1, before + 1), (nft.Live.Count, nft.Transactions));
        foreach (var (usual, other) in new[] { ("\"v1\"", "\"v2\""), ("-300", "0"), ("\"accept\"", "\"drop\"") })
        {
            nft.Hook = SimulatedNft.UsualHook.Replace(usual, other, StringComparison.Ordinal);
            Assert.NotNull((await filters.Counters()).Fault);
        }

        // nft 1.0.6 lists no devices.
        nft.Hook = SimulatedNft.UsualHook.Replace(",\"dev\":\"v1\"", "", StringComparison.Ordinal);
        Assert.Null((await filters.Counters()).Fault);
    }

    /// <summary>A renewal that adds without deleting would let the lease run out: the simulated kernel shows it, as the real one does.</summary>
    [Fact]
    public async Task Renewal_MakesTheLeaseLast_AndAddingAloneDoesNot()
    {
        var time = new ManualTime(0);
        var nft = new SimulatedNft(time);
        using var filters = Filters(nft, time);
        await filters.Start();
        var rule = Rule("destination 203.0.113.7/32 then discard");
        for (var step = 0; step < 10; step++)
        {
            Assert.Null(Assert.Single(await filters.Set([(rule, TimeSpan.FromSeconds(10))])));
            time.Move(TimeSpan.FromSeconds(6));
            Assert.Single(nft.Live);
        }

        await nft.Apply("add element netdev breakwater s1 { 203.0.113.7 timeout 10000ms }\n");
        time.Move(TimeSpan.FromSeconds(6));
        Assert.Empty(nft.Live);
    }

    /// <summary>One rule that the kernel refuses keeps no other out; a table that somebody flushed is written again by the next change, and by a look at the counters.</summary>
    [Fact]
    public async Task Faults_OfOneRule_AndOfOthers_AreSurvived()
    {
        var time = new ManualTime(0);
        var nft = new SimulatedNft(time);
        using var filters = Filters(nft, time);
        await filters.Start();
        var (good, bad, other) = (Rule("destination 203.0.113.7/32 then discard"), Rule("destination 203.0.113.8/32 then rate-limit 17000000000"), Rule("destination 203.0.113.9/32 then discard"));
        var faults = await filters.Set([(good, _lease), (bad, _lease), (other, _lease)]);
        Assert.Equal((null, true, null), (faults[0], faults[1]!.Contains("Value too large", StringComparison.Ordinal), faults[2]));
        Assert.Equal(2, nft.Live.Count);
        nft.Flush();
        Assert.Null(Assert.Single(await filters.Set([(good, _lease)])));
        Assert.Equal(2, nft.Live.Count);
        nft.Flush();
        var (states, fault) = await filters.Counters();
        Assert.Equal((2, null, 7L), (states.Length, fault, states[0].Counters.DroppedPackets));
        Assert.Equal(2, nft.Live.Count);
        Assert.Null(await filters.Stop());
        Assert.False(nft.HasTable);
    }

    /// <summary>
    /// Two thousand seeded histories of sets, renewals, other actions, clears, lapses, failing transactions and flushes by others: nothing lives beyond its lease, nothing lives
    /// that was cleared, and what was set without a fault lives while its lease holds, unless somebody flushed since.
    /// </summary>
    [Fact]
    public async Task Histories_KeepTheBookAndTheKernelTogether()
    {
        for (var seed = 0; seed < 2_000; seed++)
            await History(seed);
    }

    [Fact]
    public async Task Plane_BringsWishesOver_AndTellsRefusalsAtTheNextRenewal()
    {
        var nft = new SimulatedNft(TimeProvider.System);
        using var filters = Filters(nft, TimeProvider.System);
        await filters.Start();
        await using var agent = new RunningAgent(filters, Path.Combine(_folder, "agent.sock"), [0, Breakwater.Console.UserId.Effective()]);
        await using var plane = new NftablesPlane(agent.Path, TimeProvider.System);
        var (good, bad) = (Rule("destination 203.0.113.7/32 then discard"), Rule("destination 203.0.113.8/32 then rate-limit 17000000000"));
        Assert.Null(plane.Set(good, _lease));
        Assert.Null(plane.Set(bad, _lease));
        HostRig.Until(() => plane.AnnouncedTo(good) == 1, "the agent has it");
        HostRig.Until(() => plane.Counters(good) is not null, "it is counted");
        Assert.Equal(0, plane.AnnouncedTo(bad));
        HostRig.Until(() => plane.Set(bad, _lease)?.Contains("Value too large", StringComparison.Ordinal) == true, "the refusal is told");
        Assert.Equal("198.51.100.1/32 is outside the agent's prefixes", plane.Set(Rule("destination 198.51.100.1/32 then discard"), _lease));
        plane.Clear(good);
        HostRig.Until(() => nft.Live.Count == 0, "it is taken back");
        Assert.Equal(0, plane.AnnouncedTo(good));
    }

    /// <summary>A thousand rules arrive within seconds, in transactions of two hundred; the one that is too many is refused.</summary>
    [Fact]
    public async Task Plane_OfAThousandRules_TakesFewTransactions()
    {
        var nft = new SimulatedNft(TimeProvider.System);
        using var filters = new HostFilters(nft, new AgentGuard(_prefixes, 1_000), ["v1"], TimeProvider.System);
        await filters.Start();
        await using var agent = new RunningAgent(filters, Path.Combine(_folder, "many.sock"), [Breakwater.Console.UserId.Effective()]);
        await using var plane = new NftablesPlane(agent.Path, TimeProvider.System);
        var rules = Enumerable.Range(0, 1_000).Select(static number => Rule(string.Create(CultureInfo.InvariantCulture, $"destination 10.0.{number / 250}.{number % 250}/32 then discard"))).ToList();
        Assert.All(rules, rule => Assert.Null(plane.Set(rule, _lease)));
        HostRig.Until(() => filters.Count == 1_000, "all are there", 30);
        Assert.Equal("1000 filters are wanted already", plane.Set(Rule("destination 10.1.0.0/32 then discard"), _lease));
        HostRig.Until(() => rules.All(rule => plane.AnnouncedTo(rule) == 1), "the plane knows");
        Assert.InRange(nft.Transactions, 6, 100);
    }

    /// <summary>Garbage, endless lines and unknown operations end a connection or get a fault; the next caller is served.</summary>
    [Theory]
    [InlineData("nonsense\n", null)]
    [InlineData("{\"operation\":\"set\",\"unknown\":1}\n", null)]
    [InlineData("{\"operation\":\"drop\"}\n", "an operation is set, clear or counters")]
    [InlineData("{\"operation\":\"set\",\"rules\":[{\"rule\":\"destination 198.51.100.1/32 then discard\",\"leaseMilliseconds\":1000}]}\n", "198.51.100.1/32 is outside the agent's prefixes")]
    [InlineData("{\"operation\":\"set\",\"rules\":[{\"rule\":\"add table x\",\"leaseMilliseconds\":1000}]}\n", "a rule needs 'then' and an action")]
    [InlineData("{\"operation\":null}\n", "an operation is set, clear or counters")]
    [InlineData("{\"operation\":\"set\",\"rules\":[null,{\"rule\":null}]}\n", "a rule needs 'then' and an action")]
    [InlineData("{\"operation\":\"clear\",\"rules\":null}\n", "\"fault\":null")]
    [InlineData("long", null)]
    public async Task Server_OfHostileLines_GoesOn(string line, string? answered)
    {
        var nft = new SimulatedNft(TimeProvider.System);
        using var filters = Filters(nft, TimeProvider.System);
        await filters.Start();
        await using var agent = new RunningAgent(filters, Path.Combine(_folder, "hostile.sock"), [Breakwater.Console.UserId.Effective()]);
        var said = (await Ask(agent.Path, line == "long" ? new string('x', AgentServer.MaximumRequestBytes + 1) : line)).Replace("\\u0027", "'", StringComparison.Ordinal).Split('\n', 2);
        if (line != "long")
            Assert.Contains("\"agent\":\"breakwater\"", said[0], StringComparison.Ordinal);
        if (answered is null)
            Assert.Equal("", said.Length > 1 ? said[1] : "");
        else
            Assert.Contains(answered, said[1], StringComparison.Ordinal);
        Assert.Empty(nft.Live);
        Assert.Contains("\"counters\":[]", await Ask(agent.Path, "{\"operation\":\"counters\"}\n"), StringComparison.Ordinal);
    }

    /// <summary>Whom the kernel names and the list does not gets not even a greeting.</summary>
    [Fact]
    public async Task Server_OfAStranger_SaysNothing()
    {
        using var filters = Filters(new SimulatedNft(TimeProvider.System), TimeProvider.System);
        await using var agent = new RunningAgent(filters, Path.Combine(_folder, "stranger.sock"), [uint.MaxValue - 1]);
        Assert.Equal("", await Ask(agent.Path, "{\"operation\":\"counters\"}\n"));
        Assert.Equal([$"the user {Breakwater.Console.UserId.Effective()} asked, and is not served"], agent.Told);
        Assert.Throws<SocketException>(() => AgentServer.Listen(agent.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"nftables\":[{\"rule\":{\"chain\":1}}]}")]
    [InlineData("{\"nftables\":[{\"chain\":{\"name\":\"f1\"}},{\"rule\":{\"chain\":\"f1\",\"expr\":[{\"counter\":{\"packets\":\"x\"}}]}}]}")]
    public void Counters_OfNoTable_AreNull(string json) => Assert.Null(FilterCounters.ByChain(json));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task History(int seed)
    {
        var (random, time) = (new Random(seed), new ManualTime(0));
        var nft = new SimulatedNft(time);
        using var filters = Filters(nft, time);
        await filters.Start();
        var until = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        var (now, isSure) = (TimeSpan.Zero, true);
        for (var step = 0; step < 40; step++)
        {
            var host = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{random.Next(4)}");
            var rule = Rule($"destination {host}/32 protocol 17 then {(random.Next(3) == 0 ? "rate-limit 1000" : "discard")}");
            nft.FailNext = random.Next(6) == 0 ? random.Next(1, 4) : 0;
            switch (random.Next(6))
            {
                case 0 or 1 or 2:
                    var lease = TimeSpan.FromSeconds(random.Next(1, 20));
                    if ((await filters.Set([(rule, lease)]))[0] is null)
                        until[host] = now + lease;
                    break;
                case 3:
                    if (await filters.Clear([rule]) is null)
                        until.Remove(host);
                    else
                        isSure = false;
                    break;
                case 4:
                    if (random.Next(4) == 0)
                    {
                        nft.Flush();
                        await filters.Counters();
                    }

                    await filters.Tick();
                    break;
                default:
                    var passed = TimeSpan.FromMilliseconds(random.Next(1, 8_000));
                    now += passed;
                    time.Move(passed);
                    break;
            }

            nft.FailNext = 0;
            await filters.Counters();
            var live = nft.Live.Count;
            var wanted = until.Values.Count(end => end > now);
            Assert.True(isSure ? live == wanted : live >= wanted - 4 && live <= 4, $"seed {seed}, step {step}: {live} live, {wanted} wanted");
            if (isSure)
                continue;
            // A clear that failed is tried again by the next tick, and is done by then.
            await filters.Tick();
            (isSure, until) = (true, until.Where(entry => nft.Live.Count > 0 && filters.Count > 0 && entry.Value > now && HasElement(filters, entry.Key).GetAwaiter().GetResult()).ToDictionary(StringComparer.Ordinal));
        }

        time.Move(TimeSpan.FromSeconds(20));
        Assert.Empty(nft.Live);
        await filters.Tick();
        Assert.Equal(0, filters.Count);
    }

    private static async Task<bool> HasElement(HostFilters filters, string host) => (await filters.Counters()).Filters.Any(state => state.Rule.Match.Destination.Network.ToString() == host);

    private static async Task<string> Ask(string path, string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(line));
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(buffer) is > 0 and var count)
                text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Closed by the other end.
        }

        return text.ToString();
    }

    private static HostFilters Filters(INft nft, TimeProvider time) => new(nft, new AgentGuard(_prefixes, 10), ["v1"], time);

    private static FilterRule Rule(string text)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        return rule;
    }

    private static Prefix PrefixOf(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
