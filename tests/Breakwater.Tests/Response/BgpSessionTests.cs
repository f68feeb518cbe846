using Breakwater.Detection;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;
using Breakwater.Tests.Bgp;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Response;

/// <summary>The session without a socket, against a peer of which every octet is written here.</summary>
public sealed class BgpSessionTests
{
    private static readonly BgpPeerSettings _settings = new()
    {
        Name = "router",
        Address = Address.Parse("192.0.2.2"),
        LocalAs = 65001,
        PeerAs = 65002,
        RouterId = 1,
    };

    [Fact]
    public void Session_ComesUp_WhateverThePiecesAre()
    {
        foreach (var piece in (int[])[1, 2, 7, 19, 4096])
        {
            var session = new BgpSession(_settings, 0);
            Assert.Equal("Open", Sent(session));
            byte[] input = [.. Open(), .. KeepAlive()];
            for (var at = 0; at < input.Length; at += piece)
                session.Receive(input.AsSpan(at, Math.Min(piece, input.Length - at)), 10);
            Assert.Equal((BgpSessionState.Established, 9, null), (session.State, session.HoldSeconds, session.Ended));
            Assert.Equal("KeepAlive", Sent(session));
        }
    }

    /// <summary>No graceful restart: it would keep filters over Breakwater's death. The twin: a capability that is there is seen.</summary>
    [Fact]
    public void Open_OffersNoGracefulRestart()
    {
        var session = new BgpSession(_settings, 0);
        Assert.Equal(BgpMessageType.Open, Last(session, out var body));
        Assert.Equal(DecodeError.None, BgpOpen.Read(body, out var open));
        Assert.Equal((true, (uint?)65001, (ushort?)null, false), (open.Capabilities.RouteRefresh, open.Capabilities.FourOctetAs, open.Capabilities.RestartSeconds, open.Capabilities.LongLivedRestart));
    }

    /// <summary>Where it is configured it is offered for all families; restart and forwarding state are said only when there is something to bring back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_OffersGracefulRestartWhereConfigured_AndSaysWhatIsBroughtBack(bool isRestart)
    {
        var session = new BgpSession(_settings with { RestartSeconds = 20 }, 0, isRestart);
        Assert.Equal(BgpMessageType.Open, Last(session, out var body));
        Assert.Equal(DecodeError.None, BgpOpen.Read(body, out var open));
        var preserved = isRestart ? _settings.Families : BgpFamilies.None;
        Assert.Equal(
            ((ushort?)20, isRestart, _settings.Families, preserved, false),
            (open.Capabilities.RestartSeconds, open.Capabilities.IsRestarting, open.Capabilities.RestartFamilies, open.Capabilities.Preserved, open.Capabilities.LongLivedRestart));
    }

    /// <summary>After the whole table, however long it takes, comes one mark for each family, once; without graceful restart none.</summary>
    [Theory]
    [InlineData(null, 0)]
    [InlineData(20, 4)]
    public void EndOfRoutes_IsMarkedOnceAfterTheWholeTable(int? restart, int marks)
    {
        var session = Established(_settings with { RestartSeconds = restart }, Open());
        Sent(session);
        var table = Table([.. Enumerable.Range(0, 5_000).Select(i => Route($"destination 203.0.{113 + (i / 256)}.{i % 256}/32 protocol 17 source-port {i} then discard"))]);
        var lengths = new List<int>();
        for (var round = 0; round < 100; round++)
        {
            session.Synchronize(table);
            for (var rest = session.Output; !rest.IsEmpty; rest = rest[lengths[^1]..])
            {
                Assert.Equal(DecodeError.None, BgpHeader.Read(rest, out var header));
                lengths.Add(header.LengthBytes);
            }

            session.ClearOutput();
        }

        // An empty UPDATE has 23 octets, one with an empty MP_UNREACH_NLRI 29 (RFC 4724 section 2).
        Assert.Equal(5_000 + marks, lengths.Count);
        Assert.Equal(marks == 0 ? [] : [23, 29, 29, 29], lengths[5_000..]);
    }

    /// <summary>For an upgrade the connection ends without a word where both sides agreed upon it, and else with the NOTIFICATION that takes the routes back at once.</summary>
    [Theory]
    [InlineData(null, true, "Notification")]
    [InlineData(20, false, "Notification")]
    [InlineData(20, true, "")]
    public void Leave_SendsNothingWherePeerKeepsRoutes(int? restart, bool isAware, string last)
    {
        var session = Established(_settings with { RestartSeconds = restart }, Open(restart: isAware ? (ushort)0 : null));
        Sent(session);
        session.Leave();
        Assert.NotNull(session.Ended);
        Assert.Equal(last, Sent(session));
    }

    [Theory]
    [InlineData(51, true)]
    [InlineData(52, false)]
    public void RestartTime_CountsWithTheHoldTime(int restart, bool isFit)
    {
        var status = new BgpPeerStatus("router", BgpSessionState.Established, 9, _settings.Families, 0, 0, 0, 0, 1, null) { RestartSeconds = restart };
        Assert.Equal(isFit, status.Unfit(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(60)) is null);
    }

    [Theory]
    [InlineData(3, 9, 3)]
    [InlineData(240, 9, 9)]
    [InlineData(240, 30, 30)]
    public void HoldTime_IsTheSmaller(ushort theirs, int ours, int negotiated)
    {
        var session = Established(_settings with { HoldSeconds = ours }, Open(hold: theirs));
        Assert.Equal(negotiated, session.HoldSeconds);
        var status = new BgpPeerStatus("router", session.State, session.HoldSeconds, session.Families, 0, 0, 0, 0, 1, null);
        Assert.Null(status.Unfit(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(60)));
        Assert.Equal(negotiated > 9, status.Unfit(BgpFamilies.IPv4FlowSpec, TimeSpan.FromSeconds(9)) is not null);
    }

    [Theory]
    [InlineData("version", BgpErrorCode.OpenMessage, 1)]
    [InlineData("as", BgpErrorCode.OpenMessage, 2)]
    [InlineData("identifier", BgpErrorCode.OpenMessage, 3)]
    [InlineData("hold 0", BgpErrorCode.OpenMessage, 6)]
    [InlineData("hold 2", BgpErrorCode.OpenMessage, 6)]
    [InlineData("families", BgpErrorCode.OpenMessage, 7)]
    [InlineData("broken", BgpErrorCode.OpenMessage, 0)]
    [InlineData("marker", BgpErrorCode.MessageHeader, 1)]
    [InlineData("length", BgpErrorCode.MessageHeader, 2)]
    [InlineData("type", BgpErrorCode.MessageHeader, 3)]
    [InlineData("keepalive first", BgpErrorCode.FiniteStateMachine, 1)]
    [InlineData("update before keepalive", BgpErrorCode.FiniteStateMachine, 2)]
    [InlineData("second open", BgpErrorCode.FiniteStateMachine, 3)]
    public void Peer_ThatIsWrong_GetsTheNotificationOfTheRfc(string what, BgpErrorCode code, byte subcode)
    {
        byte[] input = what switch
        {
            "version" => Changed(Open(), 19, 3),
            "as" => Open(number: 65003),
            "identifier" => Open(identifier: 1),
            "hold 0" => Open(hold: 0),
            "hold 2" => Open(hold: 2),
            "families" => Open(families: BgpFamilies.None, other: true),
            "broken" => Changed(Open(), 28, 1),
            "marker" => Changed(Open(), 0, 0),
            "length" => Changed(Open(), 17, 5),
            "type" => Changed(Open(), 18, 9),
            "keepalive first" => KeepAlive(),
            "update before keepalive" => [.. Open(), .. Update()],
            _ => [.. Open(), .. KeepAlive(), .. Open()],
        };
        var session = new BgpSession(_settings, 0);
        session.Receive(input, 10);
        Assert.NotNull(session.Ended);
        Assert.Equal(BgpMessageType.Notification, Last(session, out var body));
        Assert.Equal(DecodeError.None, BgpNotification.Read(body, out var notification));
        Assert.Equal(new BgpNotification(code, subcode), notification);
    }

    [Fact]
    public void SilentPeer_IsLeftAfterTheHoldTime_AndAKeepAliveEveryThird()
    {
        var session = Established(_settings, Open());
        Sent(session);
        session.Tick(2_999);
        Assert.Equal("", Sent(session));
        session.Tick(3_000);
        Assert.Equal("KeepAlive", Sent(session));
        session.Receive(KeepAlive(), 5_000);
        session.Tick(13_999);
        Assert.Null(session.Ended);
        session.Tick(14_000);
        Assert.Equal("the peer fell silent", session.Ended);
        Assert.Equal("Notification", Sent(session).Split(' ')[^1]);
    }

    [Fact]
    public void IncomingRoutes_AreCountedAndIgnored_AndBrokenOnesDoNoHarm()
    {
        var session = Established(_settings, Open());
        session.Receive(Update(), 100);
        session.Receive(Changed(Update(), 22, 200), 100);
        Assert.Equal((1L, 1L, (string?)null), (session.Ignored, session.Malformed, session.Ended));
    }

    [Fact]
    public void Table_IsFollowed_EachChangeIsSentOnce()
    {
        var session = Established(_settings, Open());
        Sent(session);
        var discard = Route("destination 203.0.113.7/32 protocol 17 then discard");
        var limit = Route("destination 203.0.113.7/32 protocol 17 then rate-limit 1000");
        var other = Route("destination 2001:db8::7/128 then blackhole");
        session.Synchronize(Table(discard, other));
        Assert.Equal("Update Update", Sent(session));
        session.Synchronize(Table(discard, other));
        Assert.Equal("", Sent(session));
        // The same match with another action takes the place of the first.
        Assert.Equal(discard.Key, limit.Key);
        session.Synchronize(Table(limit, other));
        Assert.Equal(("Update", 2), (Sent(session), session.Announced));
        session.Receive(Message((ref writer) => new BgpRouteRefresh(BgpFamilies.IPv4FlowSpec, 0).Write(ref writer)), 100);
        session.Synchronize(Table(limit, other));
        Assert.Equal("Update", Sent(session));
        session.Synchronize(Table());
        Assert.Equal(("Update Update", 0), (Sent(session), session.Announced));
    }

    [Fact]
    public void RouteRefresh_BeforeARouteLapses_DoesNotForgetToWithdrawIt()
    {
        var session = Established(_settings, Open());
        var (lapsing, staying) = (Route("destination 203.0.113.7/32 protocol 17 then discard"), Route("destination 203.0.113.8/32 protocol 17 then discard"));
        session.Synchronize(Table(lapsing, staying));
        Sent(session);
        session.Receive(Message((ref writer) => new BgpRouteRefresh(BgpFamilies.IPv4FlowSpec, 0).Write(ref writer)), 100);
        session.Synchronize(Table(staying));
        Assert.True(session.Output.StartsWith(Withdrawal(lapsing)), "the first message is no withdrawal");
        Assert.Equal(("Update Update", 1), (Sent(session), session.Announced));
        session.Synchronize(Table(staying));
        Assert.Equal("", Sent(session));
    }

    /// <summary>What was withdrawn within the hold time before the end may not have reached a peer that was cut off; what was withdrawn earlier did, and what a peer without graceful restart had is gone.</summary>
    [Theory]
    [InlineData(0, true, true)]
    [InlineData(8_999, true, true)]
    [InlineData(9_001, true, false)]
    [InlineData(0, false, false)]
    public void Withdrawn_ShortlyBeforeACut_MayBeKept(int passed, bool isGraceful, bool isKept)
    {
        var session = Established(_settings with { RestartSeconds = 20 }, Open(restart: isGraceful ? (ushort)120 : null));
        var route = Route("destination 203.0.113.7/32 protocol 17 then discard");
        session.Synchronize(Table(route));
        session.Tick(5_000);
        session.Receive(KeepAlive(), 5_000);
        session.Synchronize(Table());
        Assert.Equal(0, session.Announced);
        session.Receive(KeepAlive(), 5_000 + (passed / 2));
        session.Tick(5_000 + passed);
        session.Lose("the connection broke");
        Assert.Equal(isKept, session.MayBeKept?.Contains(route.Key) == true);
        Assert.Equal(isGraceful, session.MayBeKept is not null);
    }

    [Fact]
    public void Routes_OfAFamilyThatThePeerLacks_AreNotSent()
    {
        var session = Established(_settings, Open(families: BgpFamilies.IPv4Unicast));
        Sent(session);
        session.Synchronize(Table(Route("destination 203.0.113.7/32 protocol 17 then discard"), Route("destination 203.0.113.8/32 then blackhole")));
        Assert.Equal(("Update", 1, 1), (Sent(session), session.Announced, session.Unsupported));
    }

    [Fact]
    public void ManyRoutes_WaitForRoomInTheOutput_AndNoneIsLost()
    {
        var session = Established(_settings, Open());
        Sent(session);
        var table = Table([.. Enumerable.Range(0, 5_000).Select(i => Route($"destination 203.0.{113 + (i / 256)}.{i % 256}/32 protocol 17 source-port {i} then discard"))]);
        var updates = 0;
        for (var round = 0; round < 100 && updates < 5_000; round++)
        {
            session.Synchronize(table);
            Assert.True(session.Output.Length <= BgpSession.MaxOutputBytes);
            updates += Sent(session).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        }

        Assert.Equal((5_000, 5_000), (updates, session.Announced));
    }

    [Fact]
    public void TwoOctetPeer_GetsAsTransAndTheWholePathBeside()
    {
        var buffer = new byte[BgpHeader.LongestMessageBytes];
        var length = RouteUpdate.Write(buffer, Route("destination 203.0.113.8/32 then blackhole"), isWithdrawn: false, _settings with { LocalAs = 200_000 }, octetsPerAs: 2);
        Assert.Equal(
            "origin 0; path 2 2 5ba0; next 192.0.2.1; community ffff029a; community ffffff01; path 2 4 00030d40; route 203.0.113.8/32",
            UpdateText.Of(buffer.AsSpan(0, length), 2));
    }

    [Fact]
    public void Garbage_OfAnyKind_EndsTheSessionOrIsIgnored_AndNeverThrows()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var session = new BgpSession(_settings, 0);
            byte[] sound = [.. Open(), .. KeepAlive(), .. Update(), .. KeepAlive(), .. Update()];
            for (var change = random.Next(4); change >= 0; change--)
                sound[random.Next(sound.Length)] = (byte)random.Next(256);
            session.Receive(sound, 10);
            session.Synchronize(Table(Route("destination 203.0.113.7/32 protocol 17 then discard")));
            session.Tick(20);
            Assert.True(session.Ended is not null || session.State >= BgpSessionState.OpenSent);
        }
    }

    internal static BgpRoute Route(string text)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        return RuleRoutes.Of(rule, 65001)!;
    }

    internal static byte[] Open(ushort hold = 240, uint number = 65002, uint identifier = 2, BgpFamilies families = (BgpFamilies)15, bool other = false, ushort? restart = null) => Message((ref writer) =>
    {
        var open = new BgpOpen
        {
            TwoOctetAs = (ushort)number,
            HoldSeconds = hold,
            Identifier = identifier,
            Capabilities = new BgpCapabilities { Families = other ? BgpFamilies.IPv4Unicast : families, FourOctetAs = number, RestartSeconds = restart },
        };
        var isWritten = open.Write(ref writer);
        // AFI 25 (L2VPN) in the place of IPv4: a family that nobody here speaks.
        if (other)
            writer.Patch(BgpHeader.HeaderBytes + 14, (ushort)25);
        return isWritten;
    });

    internal static byte[] KeepAlive() => Message(static (ref writer) => BgpKeepAlive.Write(ref writer));

    private static byte[] Withdrawal(BgpRoute route)
    {
        var buffer = new byte[BgpHeader.LongestMessageBytes];
        return buffer[..RouteUpdate.Write(buffer, route, isWithdrawn: true, _settings, 4)];
    }

    private static byte[] Update()
    {
        var writer = new BgpUpdateWriter(new byte[256]);
        writer.Origin(BgpOrigin.Igp);
        writer.AsPath([65002], 4);
        writer.NextHop(Address.Parse("192.0.2.2"));
        writer.Announce(Address.Parse("198.51.100.0"), 24);
        Assert.True(writer.TryFinish(out var message));
        return message.ToArray();
    }

    private static BgpSession Established(BgpPeerSettings settings, byte[] open)
    {
        var session = new BgpSession(settings, 0);
        session.Receive([.. open, .. KeepAlive()], 0);
        Assert.Equal(BgpSessionState.Established, session.State);
        return session;
    }

    private static Dictionary<string, BgpRoute> Table(params BgpRoute[] routes) => routes.ToDictionary(static route => route.Key, StringComparer.Ordinal);

    /// <summary>The types of the messages that wait to be sent; they are gone afterwards.</summary>
    private static string Sent(BgpSession session)
    {
        var types = new List<string>();
        for (var rest = session.Output; !rest.IsEmpty;)
        {
            Assert.Equal(DecodeError.None, BgpHeader.Read(rest, out var header));
            types.Add(header.Type.ToString());
            rest = rest[header.LengthBytes..];
        }

        session.ClearOutput();
        return string.Join(' ', types);
    }

    private static BgpMessageType Last(BgpSession session, out byte[] body)
    {
        BgpHeader.Read(session.Output, out var header);
        body = session.Output[BgpHeader.HeaderBytes..header.LengthBytes].ToArray();
        return header.Type;
    }

    private static byte[] Changed(byte[] message, int at, byte value)
    {
        message[at] = value;
        return message;
    }

    private static byte[] Message(Writing write)
    {
        var writer = new WireWriter(new byte[512]);
        Assert.True(write(ref writer));
        return writer.Written.ToArray();
    }

    private delegate bool Writing(ref WireWriter writer);
}
