using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>Packets really stop, and those that are not meant really pass: counted behind the hook, and by the agent.</summary>
[Trait("Tier", "daemon")]
public sealed class HostFilterTests
{
    private const int Some = 50;
    private static readonly Address _host = Address.Parse("203.0.113.7");
    private static readonly Address _host6 = Address.Parse("2001:db8::7");
    private static readonly Address _sender = Address.Parse("198.51.100.9");
    private static readonly Address _sender6 = Address.Parse("2001:db8:ffff::9");
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    private static readonly (string Rule, FrameContents Meant, FrameContents Other)[] _kinds =
    [
        ("destination 203.0.113.7/32 protocol 17 source-port 53,100-200 packet-length 512-1500 then discard", Udp(150, 443, 600), Udp(150, 443, 100)),
        ("destination 203.0.113.7/32 protocol 17 source-port 53 then discard", Udp(53, 443, 100), Udp(54, 443, 100)),
        ("destination 203.0.113.0/24 protocol 17 destination-port 443 then discard", Udp(53, 443, 100), Udp(53, 444, 100)),
        ("destination 203.0.113.7/32 source 198.51.100.0/24 then discard", Udp(53, 443, 100), Udp(53, 443, 100, "192.0.2.1")),
        ("destination 203.0.113.6/31 then blackhole", Udp(53, 443, 100), Udp(53, 443, 100, "198.51.100.9", "203.0.113.8")),
        ("destination 203.0.113.7/32 protocol 6 destination-port 443 tcp-flags 2/18 then discard", Tcp(443, 0x02), Tcp(443, 0x12)),
        ("destination 203.0.113.7/32 protocol 6 tcp-flags 0/63 then discard", Tcp(443, 0), Tcp(443, 0x01)),
        ("destination 203.0.113.7/32 protocol 1 icmp-type 8 icmp-code 0 then discard", Icmp(8, 0), Icmp(0, 0)),
        ("destination 203.0.113.7/32 protocol 47 then discard", Other(47), Other(50)),
        ("destination 203.0.113.7/32 protocol 17 fragment later then discard", Fragment(185), Udp(53, 443, 100)),
        ("destination 203.0.113.7/32 protocol 17 fragment not-later then discard", Udp(53, 443, 100), Fragment(185)),
        ("destination 203.0.113.7/32 protocol 17 destination-port 443 then discard", Udp(53, 443, 100), Fragment(185)),
        ("destination 2001:db8::7/128 protocol 17 source-port 53 packet-length 512-1500 then discard", Udp6(53, 443, 600), Udp6(53, 443, 100)),
        ("destination 2001:db8::/64 protocol 6 destination-port 80,443 tcp-flags 2/18 then discard", Tcp6(443, 0x02), Tcp6(443, 0x10)),
        ("destination 2001:db8::7/128 protocol 58 icmp-type 128 icmp-code 0 then discard", Icmp6(128, 0), Icmp6(129, 0)),
        ("destination 2001:db8::7/128 source 2001:db8:ffff::/48 protocol 17 then discard", Udp6(53, 443, 100), Tcp6(443, 0x02)),
        ("destination 2001:db8::7/128 fragment later then discard", Fragment6(185), Udp6(53, 443, 100)),
        ("destination 2001:db8::7/128 protocol 17 fragment not-later then discard", Udp6(53, 443, 100), Fragment6(185)),
        ("destination 2001:db8::7/128 protocol 17 fragment not-later source-port 53 then discard", FirstFragment6(53), Fragment6(185)),
    ];

    /// <summary>Of every kind of match, the packets that are meant are dropped and counted, and all others pass.</summary>
    [Fact]
    public async Task Rule_OfEveryKind_DropsWhatItMeans_AndNothingElse()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        foreach (var (text, meant, other) in _kinds)
        {
            var before = rig.Passed();
            rig.Send(Some, meant);
            rig.Send(Some, other);
            HostRig.Until(() => rig.Passed() - before == 2 * Some, $"all packets pass without a filter ({text})");
            var rule = HostRig.Set(plane, text, _lease);
            rig.Send(Some, meant);
            rig.Send(Some, other);
            HostRig.Until(() => rig.Passed() - before >= 3 * Some, $"the others pass ({text})");
            HostRig.Until(() => plane.Counters(rule) is { Counters.DroppedPackets: >= Some }, $"what is meant is dropped ({text})\n{rig.Table()}");
            Assert.Equal((text, 3 * Some, Some), (text, rig.Passed() - before, plane.Counters(rule)!.Value.Counters.DroppedPackets));
            plane.Clear(rule);
            HostRig.Until(() => !rig.Table().Contains("drop", StringComparison.Ordinal), $"the filter is gone ({text})");
        }
    }

    /// <summary>A flood of bounded size towards a real socket, beside a client that the filter does not mean: at the receiver, and in the counters.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Flood_TowardsASocket_Stops_AndTheKnownGoodClientPasses(bool isFiltered)
    {
        const int flood = 20_000, asked = 200;
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        using var receiver = NetworkNamespace.Run(rig.Space.Router, static () => Bound(new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), 5300)));
        using var client = NetworkNamespace.Run(rig.Space.Speaker, static () => Bound(new IPEndPoint(IPAddress.Parse(RouterNamespace.SpeakerAddress), 4000)));
        using var attacker = NetworkNamespace.Run(rig.Space.Speaker, static () => Bound(new IPEndPoint(IPAddress.Parse(RouterNamespace.SpeakerAddress), 53)));
        FilterRule? rule = isFiltered ? HostRig.Set(plane, "destination 10.99.0.2/32 protocol 17 source-port 53 then discard", _lease) : null;
        var (good, bad) = (0, 0);
        using var stop = new CancellationTokenSource();
        var receiving = Task.Run(() => Receive(receiver, port => Interlocked.Increment(ref port == 53 ? ref bad : ref good), stop.Token));
        var (target, payload) = (new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), 5300), new byte[400]);
        for (var i = 0; i < flood; i++)
        {
            attacker.SendTo(payload, target);
            if (i % (flood / asked) != 0)
                continue;
            client.SendTo(payload, target);
            // The receiver is one thread on a shared machine: a client waits for its answer as well.
            HostRig.Until(() => Volatile.Read(ref good) == (i / (flood / asked)) + 1 || !isFiltered, "the client's datagram arrives");
        }

        if (rule is not null)
            HostRig.Until(() => plane.Counters(rule) is { Counters.DroppedPackets: flood }, "the whole flood is counted");
        else
            HostRig.Until(() => Volatile.Read(ref bad) > 0, "without a filter the flood arrives");
        await stop.CancelAsync();
        await receiving;
        Assert.Equal(isFiltered, bad == 0);
        if (isFiltered)
            Assert.Equal(asked, good);
    }

    /// <summary>A limit lets its bytes pass and drops the rest; a mark drops nothing.</summary>
    [Fact]
    public async Task Limit_AndMark_DoWhatTheySay()
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        var limit = HostRig.Set(plane, "destination 203.0.113.7/32 protocol 17 then rate-limit 50000", _lease);
        var before = rig.Passed();
        var watch = Stopwatch.StartNew();
        // 2,000 packets of 1,000 bytes; the bucket holds a second's worth.
        rig.Send(2_000, Udp(53, 443, 1_000));
        HostRig.Until(() => plane.Counters(limit) is { Counters.MatchedPackets: 2_000 }, "all are counted");
        var passed = rig.Passed() - before;
        Assert.InRange(passed, 45, 50 + (50 * watch.Elapsed.TotalSeconds) + 5);
        Assert.Equal(2_000 - passed, plane.Counters(limit)!.Value.Counters.DroppedPackets);
        Assert.Equal(2_000_000, plane.Counters(limit)!.Value.Counters.MatchedBytes);

        rig.Nft("add", "counter", "inet", "probe", "marked");
        Assert.Equal("", rig.Nft("insert", "rule", "inet", "probe", "pre", "ip", "dscp", "8", "counter", "name", "marked"));
        var mark = HostRig.Set(plane, "destination 203.0.113.7/32 protocol 17 then mark 8", _lease);
        before = rig.Passed();
        rig.Send(Some, Udp(53, 443, 100));
        HostRig.Until(() => rig.Passed() - before == Some, "what is marked passes");
        Assert.Contains($"packets {Some} ", rig.Nft("list", "counter", "inet", "probe", "marked"), StringComparison.Ordinal);
        HostRig.Until(() => plane.Counters(mark) is { Counters: { MatchedPackets: Some, DroppedPackets: 0 } }, "a mark drops nothing");
    }

    private static FrameContents Udp(ushort source, ushort destination, int length, string from = "198.51.100.9", string to = "203.0.113.7") => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(Address.Parse(from), Address.Parse(to)));
        writer.Udp(source, destination);
        writer.Filler(length - 28);
    };

    private static FrameContents Udp6(ushort source, ushort destination, int length) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender6, _host6));
        writer.Udp(source, destination);
        writer.Filler(length - 48);
    };

    private static FrameContents Tcp(ushort port, ushort flags) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender, _host));
        writer.Tcp(new TcpHeader(40_000, port) { Flags = flags });
    };

    private static FrameContents Tcp6(ushort port, ushort flags) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender6, _host6));
        writer.Tcp(new TcpHeader(40_000, port) { Flags = flags });
    };

    private static FrameContents Icmp(byte type, byte code) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender, _host));
        writer.Icmp(type, code);
        writer.Filler(32);
    };

    private static FrameContents Icmp6(byte type, byte code) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender6, _host6));
        writer.Icmp(type, code);
        writer.Filler(32);
    };

    private static FrameContents Other(byte protocol) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender, _host) { Protocol = protocol });
        writer.Filler(64);
    };

    // Its first octets read as ports, were it no fragment.
    private static FrameContents Fragment(ushort offset) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender, _host) { Protocol = 17, FragmentOffset = offset, Identification = 7 });
        writer.Payload([0, 53, 1, 187, 0, 0, 0, 0]);
        writer.Filler(64);
    };

    private static FrameContents Fragment6(ushort offset) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender6, _host6));
        writer.FragmentHeader(offset, false, 7, 17);
        writer.Payload([0, 53, 1, 187, 0, 0, 0, 0]);
        writer.Filler(64);
    };

    private static FrameContents FirstFragment6(ushort source) => (ref PacketWriter writer) =>
    {
        writer.Ip(new IpHeader(_sender6, _host6));
        writer.FragmentHeader(0, true, 7);
        writer.Udp(source, 443, 2_000);
        writer.Filler(64);
    };

    private static Socket Bound(IPEndPoint at)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(at);
        return socket;
    }

    private static void Receive(Socket socket, Action<int> took, CancellationToken stop)
    {
        var buffer = new byte[2048];
        socket.ReceiveTimeout = 200;
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                socket.ReceiveFrom(buffer, ref from);
                took(((IPEndPoint)from).Port);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // Asked again.
            }
        }
    }
}
