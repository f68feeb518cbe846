using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Response.Bgp;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Response;

/// <summary>The speaker with its sockets, against scripted peers on loopback: good ones, and hostile ones.</summary>
public sealed class BgpSpeakerTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("reset")]
    [InlineData("close")]
    [InlineData("garbage")]
    [InlineData("notification")]
    [InlineData("flood")]
    public async Task HostilePeer_IsLeftAndTriedAgain_AndTheOtherPeerIsServed(string how)
    {
        using var hostile = new ScriptedPeer();
        using var good = new ScriptedPeer();
        await using var speaker = Speaker(hostile, good);
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard");
        Assert.Null(speaker.Announce(route, TimeSpan.FromSeconds(60)));
        using var goodConnection = await good.Accept();
        await goodConnection.ComeUp();

        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var connection = await hostile.Accept();
            if (how == "flood")
                await connection.ComeUp();
            await connection.Misbehave(how);
        }

        // The third attempt is met with manners, and works.
        using var last = await hostile.Accept();
        await last.ComeUp();
        Assert.Equal(BgpMessageType.Update, await last.Next(BgpMessageType.Update));
        Assert.Equal(BgpMessageType.Update, await goodConnection.Next(BgpMessageType.Update));
        await Eventually(() => speaker.Peers.All(static peer => peer.Announced == 1));
        Assert.NotNull(speaker.Peers.First().Fault);
        Assert.Null(speaker.UnfitForAutomatic(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(60)));
        Assert.Contains("longer than the lease", speaker.UnfitForAutomatic(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(5)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_NotRenewed_IsWithdrawnByItself()
    {
        using var peer = new ScriptedPeer();
        await using var speaker = Speaker(peer);
        using var connection = await peer.Accept();
        await connection.ComeUp();
        Assert.Null(speaker.Announce(BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard"), TimeSpan.FromSeconds(2)));
        Assert.Equal(BgpMessageType.Update, await connection.Next(BgpMessageType.Update));
        var watch = Stopwatch.StartNew();
        Assert.Equal(BgpMessageType.Update, await connection.Next(BgpMessageType.Update));
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.5, 4);
        await Eventually(() => speaker.Peers.Single().Announced == 0);
    }

    [Fact]
    public async Task Stopped_InOrder_TellsThePeer()
    {
        using var peer = new ScriptedPeer();
        var speaker = Speaker(peer);
        using var connection = await peer.Accept();
        await connection.ComeUp();
        await speaker.DisposeAsync();
        Assert.Equal(BgpMessageType.Notification, await connection.Next(BgpMessageType.Notification));
    }

    [Fact]
    public async Task NobodyThere_IsSaidAndTriedAgain()
    {
        ScriptedPeer gone;
        using (gone = new ScriptedPeer())
        {
        }

        await using var speaker = Speaker(gone);
        await Eventually(() => speaker.Peers.Single().Fault is not null);
        Assert.Contains("router0 has no session", speaker.UnfitForAutomatic(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    /// <summary>"Active" alone is no filter: the row says how many routers were told of it.</summary>
    [Fact]
    public async Task ActiveRow_SaysHowManyRoutersWereTold()
    {
        using var router = new ScriptedPeer();
        await using var speaker = Speaker(router);
        var ledger = new MitigationLedger(new MemoryStore(), new BgpPlane(speaker, 65001), TimeProvider.System);
        foreach (var (text, id) in new[] { ("destination 203.0.113.7/32 protocol 17 then discard", "mit-1"), ("destination 203.0.113.8/32 then blackhole", "mit-2") })
        {
            Assert.Null(RuleText.Read(text, out var rule));
            ledger.Propose(rule, null, TimeSpan.FromSeconds(60), null, "alex", "");
            Assert.Null(ledger.Approve(id, "alex", "go"));
        }

        Assert.Equal(["mit-1 Active 0", "mit-2 Active 0"], Told(ledger));
        using (var connection = await router.Accept())
        {
            // A router without FlowSpec: it gets the blackhole alone, and is no router for rules.
            await connection.ComeUp(BgpFamilies.IPv4Unicast);
            await Eventually(() => Told(ledger).SequenceEqual(["mit-1 Active 0", "mit-2 Active 1"]));
            Assert.Null(speaker.UnfitForAutomatic(BgpFamilies.IPv4Unicast, TimeSpan.FromSeconds(60)));
            Assert.Contains("router0 has no family IPv4FlowSpec", speaker.UnfitForAutomatic(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
        }

        await Eventually(() => Told(ledger).SequenceEqual(["mit-1 Active 0", "mit-2 Active 0"]));
    }

    /// <summary>A session that is cut: with graceful restart the router may keep the rule, and the row, the list and the end of the row say until when; a NOTIFICATION, or no graceful restart, leaves nothing.</summary>
    [Theory]
    [InlineData("close", true, true)]
    [InlineData("reset", true, true)]
    [InlineData("notification", true, false)]
    [InlineData("close", false, false)]
    public async Task CutSession_WithGracefulRestart_SaysUntilWhenTheRuleIsKept(string how, bool isGraceful, bool isKept)
    {
        using var router = new ScriptedPeer();
        await using var speaker = Started(new([Settings(0, router.Port) with { RestartSeconds = 30 }], Guard(), TimeProvider.System));
        var ledger = new MitigationLedger(new MemoryStore(), new Planes([new BgpPlane(speaker, 65001)], static _ => null), TimeProvider.System);
        Assert.Null(RuleText.Read("destination 203.0.113.7/32 protocol 17 then discard", out var rule));
        ledger.Propose(rule, null, TimeSpan.FromSeconds(60), null, "alex", "");
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        DateTimeOffset? Kept() => ledger.Rows.Single().KeptUntil;
        using (var connection = await router.Accept())
        {
            await connection.ComeUp(restart: isGraceful ? (ushort)120 : null);
            await Eventually(() => Told(ledger).SequenceEqual(["mit-1 Active 1"]));
            Assert.Null(Kept());
            await connection.Misbehave(how);
            await Eventually(() => Told(ledger).SequenceEqual(["mit-1 Active 0"]));
        }

        Assert.Equal(isKept, Kept() is { } until && until - DateTimeOffset.UtcNow is { TotalSeconds: > 30 and <= 39 });
        Assert.Equal(isKept, speaker.Peers.Single().KeptUntil is not null);
        var why = "";
        using (var connection = await router.Accept())
        {
            // The next session, not yet up, changes nothing; up, it does.
            Assert.Equal(isKept, Kept() is not null);
            ledger.Changed = row => why = row.Why;
            if (isKept)
                Assert.Null(ledger.Withdraw("mit-1", "alex", "enough"));
            else
                await connection.ComeUp();
            Assert.Equal(isKept, why.StartsWith("enough; a router without a session may keep it until 20", StringComparison.Ordinal));
        }
    }

    /// <summary>A second session that is cut at once, with nothing of its own in it, leaves what the router kept of the first; one that is closed with a word takes it away.</summary>
    [Theory]
    [InlineData("close", true)]
    [InlineData("notification", false)]
    public async Task SecondSession_CutAtOnce_LeavesWhatIsKeptOfTheFirst(string how, bool isKept)
    {
        using var router = new ScriptedPeer();
        await using var speaker = Started(new([Settings(0, router.Port) with { RestartSeconds = 30 }], Guard(), TimeProvider.System));
        var route = BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard");
        Assert.Null(speaker.Announce(route, TimeSpan.FromSeconds(60)));
        using (var connection = await router.Accept())
        {
            await connection.ComeUp(restart: 120);
            await Eventually(() => speaker.AnnouncedTo(route) == 1);
            await connection.Misbehave("close");
            await Eventually(() => speaker.KeptUntil(route.Key) is not null);
        }

        Assert.True(speaker.Withdraw(route.Key));
        using (var connection = await router.Accept())
        {
            await connection.ComeUp(restart: 120);
            await Eventually(() => speaker.Peers.Single() is { State: BgpSessionState.Established, KeptUntil: null });
            await connection.Misbehave(how);
            await Eventually(() => speaker.Peers.Single().State != BgpSessionState.Established);
        }

        Assert.Equal(isKept, speaker.KeptUntil(route.Key) is not null);
        Assert.Equal(isKept, speaker.Peers.Single().KeptUntil is not null);
    }

    private static string[] Told(MitigationLedger ledger) => [.. ledger.Rows.Select(static row => $"{row.Id} {row.State} {row.AnnouncedTo}").Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("key")]
    [InlineData("hold")]
    [InlineData("hops")]
    [InlineData("as")]
    [InlineData("identifier")]
    [InlineData("families")]
    [InlineData("local address")]
    [InlineData("next hop")]
    public void Settings_ThatCannotWork_AreRefusedWhenMade(string what)
    {
        var settings = Settings(0, 179);
        Assert.Null(settings.Fault);
        settings = what switch
        {
            "key" => settings with { Password = new string('k', 81) },
            "hold" => settings with { HoldSeconds = 2 },
            "hops" => settings with { Hops = 0 },
            "as" => settings with { PeerAs = 0 },
            "identifier" => settings with { RouterId = 0 },
            "families" => settings with { Families = BgpFamilies.None },
            "local address" => settings with { LocalAddress = Address.Parse("::1") },
            _ => settings with { NextHopIPv4 = Address.Parse("100::1") },
        };
        Assert.NotNull(settings.Fault);
        Assert.Throws<ArgumentException>(() => new BgpSpeaker([settings], Guard(), TimeProvider.System));
        Assert.Throws<ArgumentException>(() => new BgpSpeaker(Enumerable.Repeat(Settings(0, 179), BgpSpeaker.MaxPeers + 1), Guard(), TimeProvider.System));
    }

    /// <summary>Whatever goes wrong inside a peer, writer or reader: it is told, and the peer tries again.</summary>
    [Fact]
    public async Task AnyException_OfWriterOrReader_IsToldAndThePeerTriesAgain()
    {
        using var router = new ScriptedPeer();
        var time = new FaultyTime();
        await using var speaker = Started(new BgpSpeaker([Settings(0, router.Port)], Guard(), time));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var connection = await router.Accept();
            await connection.ComeUp();
            await Eventually(() => speaker.Peers.Single().State == BgpSessionState.Established);
            time.IsFaulty = true;
            await connection.KeepAlive();
            await Eventually(() => speaker.Peers.Single() is { State: not BgpSessionState.Established, Fault: "a planted fault" });
            time.IsFaulty = false;
        }

        using var last = await router.Accept();
        await last.ComeUp();
        await Eventually(() => speaker.Peers.Single().State == BgpSessionState.Established);
    }

    /// <summary>A key that is too long for the kernel, past the settings' own check: the peer goes on trying, and its end is no exception.</summary>
    [Fact]
    public async Task KeyThatIsTooLong_IsTold_AndThePeerCanBeStopped()
    {
        var peer = new BgpPeer(Settings(0, 179) with { Password = new string('k', 200) }, new AdvertisedRoutes(Guard(), TimeProvider.System), TimeProvider.System);
        peer.Start();
        await Eventually(() => peer.Status.Fault is not null);
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Speaker_AfterItsEnd_TakesNothingAndThrowsNothing()
    {
        using var router = new ScriptedPeer();
        var speaker = Speaker(router);
        await speaker.DisposeAsync();
        Assert.Null(speaker.Announce(BgpSessionTests.Route("destination 203.0.113.7/32 protocol 17 then discard"), TimeSpan.FromSeconds(60)));
        Assert.False(speaker.Withdraw("nothing"));
        await speaker.DisposeAsync();
    }

    private static BgpSpeaker Speaker(params ScriptedPeer[] peers) => Started(new(peers.Select(static (peer, index) => Settings(index, peer.Port)), Guard(), TimeProvider.System));

    private static BgpSpeaker Started(BgpSpeaker speaker)
    {
        speaker.Start();
        return speaker;
    }

    private static BgpPeerSettings Settings(int index, ushort port) => new()
    {
        Name = $"router{index}",
        Address = Address.Parse("127.0.0.1"),
        Port = port,
        LocalAs = 65001,
        PeerAs = 65002,
        RouterId = 1,
    };

    private static AnnouncementGuard Guard()
    {
        Assert.True(Prefix.TryParse("203.0.113.0/24", out var allowed));
        return new AnnouncementGuard([allowed], [], 10);
    }

    private static async Task Eventually(Func<bool> isTrue)
    {
        var watch = Stopwatch.StartNew();
        while (!isTrue())
        {
            Assert.True(watch.Elapsed < _patience, "not in time");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>A ledger's storage that takes everything and keeps nothing.</summary>
    private sealed class MemoryStore : ILedgerStore
    {
        public (IReadOnlyList<Mitigation> Open, long LastNumber) Load() => ([], 0);

        public string? Write(IReadOnlyList<Mitigation> mitigations) => null;

        public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs) => null;
    }

    /// <summary>The system's clock, which breaks when it is told to.</summary>
    private sealed class FaultyTime : TimeProvider
    {
        private volatile bool _isFaulty;

        public bool IsFaulty
        {
            get => _isFaulty;
            set => _isFaulty = value;
        }

        public override long GetTimestamp() => _isFaulty ? throw new InvalidOperationException("a planted fault") : base.GetTimestamp();
    }

    /// <summary>A listener whose every octet is scripted.</summary>
    private sealed class ScriptedPeer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public ScriptedPeer()
        {
            _listener.Start();
            Port = (ushort)((IPEndPoint)_listener.LocalEndpoint).Port;
        }

        public ushort Port { get; }

        public async Task<Connection> Accept()
        {
            using var patience = new CancellationTokenSource(_patience);
            return new Connection(await _listener.AcceptSocketAsync(patience.Token));
        }

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Connection(Socket socket) : IDisposable
    {
        private readonly byte[] _buffer = new byte[BgpHeader.LongestMessageBytes];

        public async Task ComeUp(BgpFamilies families = (BgpFamilies)15, ushort? restart = null)
        {
            Assert.Equal(BgpMessageType.Open, await Next(BgpMessageType.Open));
            await socket.SendAsync(BgpSessionTests.Open(families: families, restart: restart));
            await socket.SendAsync(BgpSessionTests.KeepAlive());
        }

        public async Task KeepAlive() => await socket.SendAsync(BgpSessionTests.KeepAlive());

        public async Task Misbehave(string how)
        {
            switch (how)
            {
                case "reset":
                    socket.LingerState = new LingerOption(true, 0);
                    socket.Close();
                    break;
                case "close":
                    socket.Close();
                    break;
                case "garbage":
                    await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
                    Assert.Equal(BgpMessageType.Notification, await Next(BgpMessageType.Notification));
                    break;
                case "notification":
                    await socket.SendAsync(Convert.FromHexString("ffffffffffffffffffffffffffffffff0015030601"));
                    break;
                default:
                    // Twenty thousand broken updates, as fast as they go, and then nothing but the end.
                    var update = Convert.FromHexString("ffffffffffffffffffffffffffffffff001702ffff0000");
                    var many = Enumerable.Repeat(update, 1_000).SelectMany(static octets => octets).ToArray();
                    for (var i = 0; i < 20; i++)
                        await socket.SendAsync(many);
                    socket.Close();
                    break;
            }
        }

        /// <summary>Reads messages up to the first of a type.</summary>
        public async Task<BgpMessageType> Next(BgpMessageType type)
        {
            using var patience = new CancellationTokenSource(_patience);
            while (true)
            {
                await ReadExactly(_buffer.AsMemory(0, BgpHeader.HeaderBytes), patience.Token);
                BgpHeader.Read(_buffer, out var header);
                await ReadExactly(_buffer.AsMemory(0, header.LengthBytes - BgpHeader.HeaderBytes), patience.Token);
                if (header.Type == type)
                    return type;
            }
        }

        public void Dispose() => socket.Dispose();

        private async Task ReadExactly(Memory<byte> octets, CancellationToken patience)
        {
            while (!octets.IsEmpty)
            {
                var read = await socket.ReceiveAsync(octets, patience);
                Assert.True(read > 0, "the speaker closed the connection");
                octets = octets[read..];
            }
        }
    }
}
